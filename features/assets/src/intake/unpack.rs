//! Packing: zlib (RFC 1950) as both agents send it, gzip (RFC 1952) where Perl has no zlib, raw deflate (RFC 1951), or none.

use std::io::{self, Read};

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::IntakeError;

/// Largest message when it is unpacked, in bytes. A server with 5,000 packages and all its processes has 3 MB.
pub const MAX_UNPACKED: usize = 30 << 20;

/// The message without its packing. What the bytes look like counts, not what a header says: agents say too little there.
pub(super) fn unpack(body: &[u8]) -> Result<Vec<u8>, IntakeError> {
    match body {
        [0x1f, 0x8b, ..] => inflate(GzDecoder::new(body)),
        // The first byte names the method and the window, and both together are a multiple of 31 (RFC 1950 section 2.2).
        [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0 => {
            inflate(ZlibDecoder::new(body))
        }
        _ if is_text(body) => {
            if body.len() > MAX_UNPACKED {
                return Err(IntakeError::TooLarge);
            }
            Ok(body.to_vec())
        }
        _ => inflate(DeflateDecoder::new(body)),
    }
}

/// XML and JSON begin with `<` or `{`, after white space or a byte order mark.
fn is_text(body: &[u8]) -> bool {
    let rest = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    rest.starts_with(b"\xff\xfe")
        || rest.starts_with(b"\xfe\xff")
        || matches!(rest.trim_ascii_start(), [b'<' | b'{', ..])
}

fn inflate(from: impl Read) -> Result<Vec<u8>, IntakeError> {
    let mut plain = Vec::new();
    // One byte more than is taken tells a message that just fits from one that does not, without unpacking the rest of it.
    let mut from = from.take(MAX_UNPACKED as u64 + 1);
    from.read_to_end(&mut plain).map_err(|error: io::Error| IntakeError::Packing(error.to_string()))?;
    if plain.len() > MAX_UNPACKED {
        return Err(IntakeError::TooLarge);
    }
    Ok(plain)
}
