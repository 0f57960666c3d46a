//! Asking an index.

use std::{io, ops::Range};

use crate::{
    Blocks, Wanted,
    blocks::first,
    format::{
        ALL, BITMAP, CHUNK_KEYS, FEW, HEAD, IndexError, MAGIC, MAX_CHUNK, SECTION_BLOCKS, TAIL, VERSION, byte, take,
        u32_le, varint,
    },
    gram::{Key, grams},
};

/// Gives the bytes of an index at a place.
pub type Fetch<'a> = dyn FnMut(Range<u64>) -> io::Result<Vec<u8>> + 'a;

/// More pieces of a text than this do not narrow the answer enough to pay for their reading.
const MAX_GRAMS: usize = 12;

/// The directory of an index. The rest stays where it is.
#[derive(Debug, Clone)]
pub struct Index {
    sections: Vec<Section>,
}

#[derive(Debug, Clone)]
struct Section {
    blocks: u32,
    chunks: Vec<Chunk>,
}

#[derive(Debug, Clone)]
struct Chunk {
    first: Key,
    at: u64,
    length: u32,
    crc: u32,
}

impl Index {
    /// Reads the directory of an index of `length` bytes.
    ///
    /// # Errors
    /// It is no index, or its bytes cannot be had.
    pub fn open(length: u64, fetch: &mut Fetch<'_>) -> Result<Self, IndexError> {
        let short = IndexError::Unsound("it is too short");
        let body = length.checked_sub(HEAD + TAIL).ok_or(short)?;
        let head = exact(fetch, 0..HEAD)?;
        if head[..4] != MAGIC || head[4] != VERSION {
            return Err(IndexError::Unsound("it does not begin as one"));
        }
        let tail = exact(fetch, length - TAIL..length)?;
        let mut tail = tail.as_slice();
        let (size, crc) = (u64::from(u32_le(&mut tail)?), u32_le(&mut tail)?);
        if tail != MAGIC || size > body {
            return Err(IndexError::Unsound("it does not end as one"));
        }
        let start = length - TAIL - size;
        let bytes = exact(fetch, start..start + size)?;
        if crc32fast::hash(&bytes) != crc {
            return Err(IndexError::Unsound("its directory was changed"));
        }
        read_directory(&bytes, start)
    }

    /// How many blocks of rows it tells about.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.sections.iter().map(|section| section.blocks as usize).sum()
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let chunks: usize = self.sections.iter().map(|section| section.chunks.len()).sum();
        size_of::<Self>() + self.sections.len() * size_of::<Section>() + chunks * size_of::<Chunk>()
    }

    /// The blocks that can have rows with what is wanted.
    ///
    /// # Errors
    /// The index was changed, or its bytes cannot be had.
    pub fn candidates(&self, wanted: &Wanted, fetch: &mut Fetch<'_>) -> Result<Blocks, IndexError> {
        let mut sections = Vec::with_capacity(self.sections.len());
        for section in &self.sections {
            let mut reader = Reader { section, fetch: &mut *fetch, last: None };
            sections.push(reader.find(wanted)?);
        }
        Ok(Blocks { sections })
    }
}

fn read_directory(bytes: &[u8], end: u64) -> Result<Index, IndexError> {
    let mut from = bytes;
    let mut at = HEAD;
    let mut sections = Vec::new();
    for _ in 0..varint(&mut from)? {
        let blocks = varint(&mut from)?;
        let blocks = u32::try_from(blocks).ok().filter(|blocks| (1..=SECTION_BLOCKS).contains(blocks));
        let blocks = blocks.ok_or(IndexError::Unsound("a section has a wrong number of blocks"))?;
        let mut chunks = Vec::new();
        let mut key = 0u64;
        for _ in 0..varint(&mut from)? {
            key = key.wrapping_add(varint(&mut from)?);
            let length = u32::try_from(varint(&mut from)?);
            let length = length.map_err(|_| IndexError::Unsound("a chunk is too long"))?;
            chunks.push(Chunk { first: key, at, length, crc: u32_le(&mut from)? });
            at += u64::from(length);
        }
        sections.push(Section { blocks, chunks });
    }
    if !from.is_empty() || at != end {
        return Err(IndexError::Unsound("its directory does not fit it"));
    }
    Ok(Index { sections })
}

fn exact(fetch: &mut Fetch<'_>, range: Range<u64>) -> Result<Vec<u8>, IndexError> {
    let length = range.end - range.start;
    let bytes = fetch(range)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(IndexError::Unsound("it ends too early")) }
}

struct Reader<'a, 'b, 'c> {
    section: &'a Section,
    fetch: &'b mut Fetch<'c>,
    /// The chunk that was read last: neighbouring keys often share one.
    last: Option<(usize, Vec<u8>)>,
}

impl Reader<'_, '_, '_> {
    fn find(&mut self, wanted: &Wanted) -> Result<u128, IndexError> {
        let all = first(self.section.blocks);
        match wanted {
            Wanted::All => Ok(all),
            Wanted::Text(folded) => self.all_of(pieces(folded), all),
            Wanted::Token(token) => self.look_up(token.key()),
            Wanted::And(parts) => {
                let mut found = all;
                for part in parts {
                    if found == 0 {
                        break;
                    }
                    found &= self.find(part)?;
                }
                Ok(found)
            }
            Wanted::Or(parts) => {
                let mut found = 0;
                for part in parts {
                    if found == all {
                        break;
                    }
                    found |= self.find(part)?;
                }
                Ok(found)
            }
        }
    }

    fn all_of(&mut self, keys: Vec<Key>, mut found: u128) -> Result<u128, IndexError> {
        for key in keys {
            if found == 0 {
                break;
            }
            found &= self.look_up(key)?;
        }
        Ok(found)
    }

    fn look_up(&mut self, key: Key) -> Result<u128, IndexError> {
        let after = self.section.chunks.partition_point(|chunk| chunk.first <= key);
        let Some(number) = after.checked_sub(1) else { return Ok(0) };
        let chunk = &self.section.chunks[number];
        if self.last.as_ref().is_none_or(|(read, _)| *read != number) {
            let packed = exact(self.fetch, chunk.at..chunk.at + u64::from(chunk.length))?;
            if crc32fast::hash(&packed) != chunk.crc {
                return Err(IndexError::Unsound("a chunk was changed"));
            }
            self.last = Some((number, zstd::bulk::decompress(&packed, MAX_CHUNK)?));
        }
        let bytes = self.last.as_ref().map_or(&[][..], |(_, bytes)| bytes);
        search(bytes, chunk.first, key, first(self.section.blocks))
    }
}

/// Where `key` occurs, by a chunk whose first key is `current`.
fn search(mut bytes: &[u8], mut current: Key, key: Key, all: u128) -> Result<u128, IndexError> {
    for _ in 0..CHUNK_KEYS {
        if bytes.is_empty() {
            return Ok(0);
        }
        current = current.wrapping_add(varint(&mut bytes)?);
        let code = byte(&mut bytes)?;
        let size = match code {
            ALL => 0,
            BITMAP => 16,
            few if few <= FEW => usize::from(few),
            _ => return Err(IndexError::Unsound("a chunk has an unknown code")),
        };
        let at = take(&mut bytes, size)?;
        if current > key {
            return Ok(0);
        }
        if current == key {
            return Ok(match code {
                ALL => all,
                BITMAP => all & (0..).zip(at).fold(0, |bits, (n, byte)| bits | u128::from(*byte) << (8 * n)),
                _ => all & at.iter().fold(0, |bits, block| bits | 1u128.checked_shl((*block).into()).unwrap_or(0)),
            });
        }
    }
    Ok(0)
}

/// The pieces that a row with this text must have, the most telling ones if there are many.
fn pieces(folded: &str) -> Vec<Key> {
    let (mut ascii, mut keys) = (Vec::new(), Vec::new());
    grams(folded, |key| ascii.push(key), |key| keys.push(key));
    // What is not ASCII is rarer, and a text has neighbours that say nearly the same.
    keys.append(&mut ascii);
    let step = keys.len().div_ceil(MAX_GRAMS).max(1);
    let mut keys: Vec<_> = keys.into_iter().step_by(step).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
