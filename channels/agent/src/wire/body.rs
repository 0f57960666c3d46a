//! Request bodies: zstd (RFC 8878), capped before and after.

use std::io::Read as _;

use serde::{Serialize, de::DeserializeOwned};

/// The media type of a compressed body. It is not a Content-Encoding, so that nothing on the way unpacks it.
pub const MEDIA_TYPE: &str = "application/vnd.yagura+zstd";

/// Largest body as it crosses the wire, in bytes.
pub const MAX_PACKED: usize = 4 << 20;
/// Largest body after unpacking, in bytes.
pub const MAX_UNPACKED: usize = 48 << 20;
// Small agents and a server with many connections: a window of 1 MiB is memory enough on both sides.
const WINDOW_LOG: u32 = 20;

/// The body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Larger than allowed before unpacking.
    #[error("the body has {0} bytes, more than {MAX_PACKED}")]
    TooLarge(usize),
    /// Unpacks to more than allowed.
    #[error("the body unpacks to more than {0} bytes")]
    Bomb(usize),
    /// Not zstd.
    #[error("the body is not zstd: {0}")]
    NotZstd(String),
    /// Not the JSON that belongs here.
    #[error("the body cannot be read: {0}")]
    Json(String),
}

/// Packs bytes.
///
/// # Panics
/// Never: compressing memory into memory cannot fail.
#[must_use]
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("compressing memory into memory cannot fail")
}

/// Packs a value as JSON where every byte counts more than the time of a processor: what is said once in a while, in
/// hundreds of kilobytes. Takes 10 ms for 200 KB and saves a sixth.
///
/// # Panics
/// Never: see [`pack_json`].
#[must_use]
pub fn pack_json_tightly(value: &impl Serialize) -> Vec<u8> {
    let bytes = serde_json::to_vec(value).expect("a plain structure with string keys can be written as JSON");
    zstd::bulk::compress(&bytes, 9).expect("compressing memory into memory cannot fail")
}

/// Unpacks bytes.
///
/// # Errors
/// When they are too many or not zstd.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, BodyError> {
    if packed.len() > MAX_PACKED {
        return Err(BodyError::TooLarge(packed.len()));
    }
    let not_zstd = |error: std::io::Error| BodyError::NotZstd(error.to_string());
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(not_zstd)?;
    decoder.window_log_max(WINDOW_LOG + 3).map_err(not_zstd)?;
    let mut out = Vec::new();
    decoder.take(MAX_UNPACKED as u64 + 1).read_to_end(&mut out).map_err(not_zstd)?;
    if out.len() > MAX_UNPACKED { Err(BodyError::Bomb(MAX_UNPACKED)) } else { Ok(out) }
}

/// Writes a value as packed JSON.
///
/// # Panics
/// Never for our messages: they are plain structures whose keys are strings.
#[must_use]
pub fn pack_json(value: &impl Serialize) -> Vec<u8> {
    pack(&serde_json::to_vec(value).expect("a plain structure with string keys can be written as JSON"))
}

/// Reads a value from packed JSON.
///
/// # Errors
/// When the bytes are too many, not zstd, or not that value.
pub fn unpack_json<T: DeserializeOwned>(packed: &[u8]) -> Result<T, BodyError> {
    serde_json::from_slice(&unpack(packed)?).map_err(|error| BodyError::Json(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_survives_packing() {
        let value = vec!["操作ログ".to_owned(); 1000];
        let packed = pack_json(&value);
        assert!(packed.len() < 200);
        assert_eq!(unpack_json::<Vec<String>>(&packed).unwrap(), value);
    }

    #[test]
    fn a_bomb_is_refused_without_unpacking_it_whole() {
        let bomb = pack(&vec![0; MAX_UNPACKED + 1]);
        assert!(bomb.len() < 100_000);
        assert_eq!(unpack(&bomb).unwrap_err(), BodyError::Bomb(MAX_UNPACKED));
    }

    #[test]
    fn rubbish_and_half_a_body_are_refused() {
        assert!(matches!(unpack(b"{}"), Err(BodyError::NotZstd(_))));
        let packed = pack(b"some text that is long enough to be cut");
        assert!(matches!(unpack(&packed[..packed.len() - 3]), Err(BodyError::NotZstd(_))));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = unpack(&bytes);
        }
    }
}
