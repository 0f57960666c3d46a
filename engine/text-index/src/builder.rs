//! Making an index while rows are written.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    io,
};

use ahash::RandomState;

use crate::{
    Token,
    fold::fold_into,
    format::{ALL, BITMAP, BLOCK_ROWS, CHUNK_KEYS, FEW, MAGIC, SECTION_BLOCKS, VERSION, put_varint},
    gram::{Key, grams},
};

/// Every trigram of ASCII characters has a bit.
const TRIGRAMS: usize = 1 << 21;
const ZSTD_LEVEL: i32 = 3;

/// Makes the index of a file: tell it the texts and tokens of each row, in the order of the file.
///
/// It holds what one section (262,144 rows) contains, some megabytes.
pub struct Builder {
    rows_in_block: usize,
    blocks: u32,
    /// The trigrams of this block, a bit each.
    trigrams: Vec<u64>,
    /// The blocks of this section that have a trigram. Most of it is never touched, so it takes no memory.
    trigram_blocks: Vec<u128>,
    /// Which of them are not zero, a bit each.
    touched: Vec<u64>,
    /// Hashes of the texts of this block that have been taken already: most texts repeat. They are keyed, so that nobody
    /// can think out a text that hides another.
    seen: HashSet<u64, Mix>,
    key: RandomState,
    /// The blocks of this section that have a bigram or a token.
    others: HashMap<Key, u128, Mix>,
    chunks: Vec<u8>,
    directory: Vec<u8>,
    sections: u64,
    scratch: String,
}

impl Default for Builder {
    fn default() -> Self {
        let mut chunks = MAGIC.to_vec();
        chunks.push(VERSION);
        Self {
            rows_in_block: 0,
            blocks: 0,
            trigrams: vec![0; TRIGRAMS / 64],
            trigram_blocks: vec![0; TRIGRAMS],
            touched: vec![0; TRIGRAMS / 64],
            seen: HashSet::default(),
            key: RandomState::new(),
            others: HashMap::default(),
            chunks,
            directory: Vec::new(),
            sections: 0,
            scratch: String::new(),
        }
    }
}

impl Builder {
    /// The row has this text.
    pub fn text(&mut self, text: &str) {
        if !self.seen.insert(self.key.hash_one(text)) {
            return;
        }
        self.scratch.clear();
        if text.is_ascii() {
            self.scratch.push_str(text);
            self.scratch.make_ascii_lowercase();
        } else {
            fold_into(text, &mut self.scratch);
        }
        let Self { trigrams, others, scratch, blocks, .. } = self;
        let ascii = |key: Key| trigrams[(key >> 6) as usize] |= 1 << (key & 63);
        grams(scratch, ascii, |key| *others.entry(key).or_default() |= 1 << *blocks);
    }

    /// The row has this value.
    pub fn token(&mut self, token: Token) {
        *self.others.entry(token.key()).or_default() |= 1 << self.blocks;
    }

    /// Whether the next row is the first of its block: it has to be told in full, where another one need not repeat what the
    /// row before it had.
    #[must_use]
    pub fn is_at_block_start(&self) -> bool {
        self.rows_in_block == 0
    }

    /// The row is complete.
    ///
    /// # Errors
    /// A section could not be compressed.
    pub fn end_row(&mut self) -> io::Result<()> {
        self.rows_in_block += 1;
        if self.rows_in_block == BLOCK_ROWS { self.end_block() } else { Ok(()) }
    }

    /// The index of the rows that were told.
    ///
    /// # Errors
    /// It could not be compressed.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        if self.rows_in_block > 0 {
            self.end_block()?;
        }
        if self.blocks > 0 {
            self.end_section()?;
        }
        let mut bytes = self.chunks;
        let mut directory = Vec::with_capacity(self.directory.len() + 4);
        put_varint(&mut directory, self.sections);
        directory.extend(self.directory);
        let crc = crc32fast::hash(&directory);
        let length = u32::try_from(directory.len()).map_err(io::Error::other)?;
        bytes.extend(directory);
        bytes.extend(length.to_le_bytes());
        bytes.extend(crc.to_le_bytes());
        bytes.extend(MAGIC);
        Ok(bytes)
    }

    fn end_block(&mut self) -> io::Result<()> {
        let bit = 1u128 << self.blocks;
        for ((word, bits), touched) in self.trigrams.iter_mut().enumerate().zip(&mut self.touched) {
            *touched |= *bits;
            for n in take_bits(bits) {
                self.trigram_blocks[word << 6 | n] |= bit;
            }
        }
        self.seen.clear();
        self.rows_in_block = 0;
        self.blocks += 1;
        if self.blocks == SECTION_BLOCKS { self.end_section() } else { Ok(()) }
    }

    fn end_section(&mut self) -> io::Result<()> {
        let mut others: Vec<_> = self.others.drain().collect();
        others.sort_unstable_by_key(|(key, _)| *key);
        // Every trigram comes before them.
        let mut keys = Vec::with_capacity(others.len());
        for (word, bits) in self.touched.iter_mut().enumerate() {
            keys.extend(take_bits(bits).map(|n| {
                let key = word << 6 | n;
                (key as Key, std::mem::take(&mut self.trigram_blocks[key]))
            }));
        }
        keys.append(&mut others);
        put_varint(&mut self.directory, self.blocks.into());
        put_varint(&mut self.directory, keys.len().div_ceil(CHUNK_KEYS) as u64);
        let mut before = 0;
        let mut packer = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
        for chunk in keys.chunks(CHUNK_KEYS) {
            let packed = packer.compress(&pack(chunk, self.blocks))?;
            put_varint(&mut self.directory, chunk[0].0 - before);
            put_varint(&mut self.directory, packed.len() as u64);
            self.directory.extend(crc32fast::hash(&packed).to_le_bytes());
            before = chunk[0].0;
            self.chunks.extend(packed);
        }
        self.sections += 1;
        self.blocks = 0;
        Ok(())
    }
}

/// The places of the bits that are set, which are then not.
fn take_bits(bits: &mut u64) -> impl Iterator<Item = usize> {
    let mut left = std::mem::take(bits);
    std::iter::from_fn(move || {
        let place = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(place)
    })
}

fn pack(chunk: &[(Key, u128)], blocks: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(chunk.len() * 4);
    let mut before = chunk[0].0;
    for (key, bits) in chunk {
        put_varint(&mut bytes, key - before);
        before = *key;
        // What is in nearly all blocks rules out next to nothing, and a bitmap of it takes sixteen bytes.
        if bits.count_ones() * 16 >= blocks * 15 {
            bytes.push(ALL);
        } else if bits.count_ones() <= u32::from(FEW) {
            bytes.push(bits.count_ones() as u8);
            let mut left = *bits;
            while left != 0 {
                bytes.push(left.trailing_zeros() as u8);
                left &= left - 1;
            }
        } else {
            bytes.push(BITMAP);
            bytes.extend(bits.to_le_bytes());
        }
    }
    bytes
}

/// Keys are spread well enough by one multiplication.
#[derive(Default)]
pub(crate) struct Multiply(u64);
type Mix = BuildHasherDefault<Multiply>;

impl Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }
    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
