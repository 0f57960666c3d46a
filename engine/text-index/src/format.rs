//! The bytes of an index.
//!
//! ```text
//! "YNGX" version                          5 bytes
//! chunks                                  zstd, one after the other
//! directory                               varints; for each section: blocks, chunks; for each chunk: first key as the
//!                                         difference to the one before, length, CRC-32 (4 bytes, little endian)
//! length and CRC-32 of the directory      4 + 4 bytes, little endian
//! "YNGX"
//! ```
//! A chunk has, for each key, the difference to the one before (the first is in the directory), then where it occurs in
//! the section: 0 for all blocks or nearly all, 1 to [`FEW`] for so many blocks whose numbers follow, 255 for a bitmap of 16 bytes.

use std::io;

/// Rows of a block: the grain at which the index answers.
pub const BLOCK_ROWS: usize = 2048;
/// Blocks of a section.
pub(crate) const SECTION_BLOCKS: u32 = 128;
/// Keys of a chunk, which is what is read and decompressed at a time.
pub(crate) const CHUNK_KEYS: usize = 1024;
/// The most blocks that are listed one by one.
pub(crate) const FEW: u8 = 14;
pub(crate) const BITMAP: u8 = 255;
pub(crate) const ALL: u8 = 0;

pub(crate) const MAGIC: [u8; 4] = *b"YNGX";
pub(crate) const VERSION: u8 = 1;
pub(crate) const HEAD: u64 = MAGIC.len() as u64 + 1;
pub(crate) const TAIL: u64 = 12;
/// The most bytes that a chunk can have when decompressed: a key of ten bytes, a code, and a bitmap.
pub(crate) const MAX_CHUNK: usize = CHUNK_KEYS * (10 + 1 + 16);

/// Why an index cannot be used. The rows can still be read without it.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It is not one, it has been changed, or a newer version wrote it.
    #[error("it is no index that this version can read: {0}")]
    Unsound(&'static str),
    /// Its bytes could not be had.
    #[error("its bytes cannot be read: {0}")]
    Read(#[from] io::Error),
}

pub(crate) fn put_varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Takes a number off the front of `from`.
pub(crate) fn varint(from: &mut &[u8]) -> Result<u64, IndexError> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = byte(from)?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(IndexError::Unsound("a number is too long"))
}

pub(crate) fn byte(from: &mut &[u8]) -> Result<u8, IndexError> {
    take(from, 1).map(|bytes| bytes[0])
}

pub(crate) fn take<'a>(from: &mut &'a [u8], count: usize) -> Result<&'a [u8], IndexError> {
    let (taken, rest) = from.split_at_checked(count).ok_or(IndexError::Unsound("it ends too early"))?;
    *from = rest;
    Ok(taken)
}

pub(crate) fn u32_le(from: &mut &[u8]) -> Result<u32, IndexError> {
    let bytes = take(from, 4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
