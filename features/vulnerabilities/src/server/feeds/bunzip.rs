//! Unpacking bzip2, in which distributions publish OVAL. Pure.
//!
//! The format has no standard but its program; "bzip2 Format Specification" by Joe Tsai (2016) describes it. Here in short: blocks of up to
//! 900,000 bytes, each run-length encoded, sorted by Burrows and Wheeler's transform, moved to the front, and written in up to six codes of
//! Huffman that take turns every 50 symbols. Blocks and the whole have checksums, which are held to.

use std::io::{self, Read};

/// Unpacks what it reads. Several streams one behind the other are one.
pub(super) struct Bunzip<R> {
    bits: Bits<R>,
    /// Bytes of a block at most; 0 before a stream's head was read.
    most: usize,
    block: Block,
    /// Checksum over the stream's blocks.
    sum: u32,
    /// The block's own, as it says and as it is.
    wanted: u32,
    ended: bool,
}

/// A block that is being given out.
#[derive(Default)]
struct Block {
    /// In the low 8 bits a byte, above it where the next one is.
    links: Vec<u32>,
    at: u32,
    left: usize,
    last: Option<u8>,
    run: u8,
    repeat: usize,
    crc: u32,
    is_open: bool,
}

struct Bits<R> {
    input: R,
    held: u64,
    count: u32,
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("cannot unpack bzip2: {what}"))
}

impl<R: Read> Bits<R> {
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let mut one = [0];
        loop {
            match self.input.read(&mut one) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(one[0])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next `count` bits, 32 at most.
    fn take(&mut self, count: u32) -> io::Result<u32> {
        while self.count < count {
            let byte = self.byte()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            self.held = (self.held << 8) | u64::from(byte);
            self.count += 8;
        }
        self.count -= count;
        let mask = (1_u64 << count) - 1;
        // Masked to `count` bits, of which there are 32 at most.
        Ok(u32::try_from((self.held >> self.count) & mask).unwrap_or(u32::MAX))
    }

    fn flag(&mut self) -> io::Result<bool> {
        Ok(self.take(1)? == 1)
    }

    /// To the next whole byte.
    fn align(&mut self) {
        self.count -= self.count % 8;
    }

    /// Whether nothing follows. Only at a whole byte.
    fn is_at_end(&mut self) -> io::Result<bool> {
        if self.count > 0 {
            return Ok(false);
        }
        match self.byte()? {
            None => Ok(true),
            Some(byte) => {
                (self.held, self.count) = (u64::from(byte), 8);
                Ok(false)
            }
        }
    }
}

impl<R: Read> Bunzip<R> {
    pub(super) fn new(input: R) -> Self {
        let bits = Bits { input, held: 0, count: 0 };
        Self { bits, most: 0, block: Block::default(), sum: 0, wanted: 0, ended: false }
    }

    /// Reads on until a block is open or everything has ended.
    fn open(&mut self) -> io::Result<()> {
        while !self.block.is_open && !self.ended {
            if self.most == 0 {
                self.head()?;
            }
            let (high, low) = (self.bits.take(24)?, self.bits.take(24)?);
            match (high, low) {
                (0x31_41_59, 0x26_53_59) => self.read_block()?,
                (0x17_72_45, 0x38_50_90) => self.end_stream()?,
                _ => return Err(bad("a block does not begin where one should")),
            }
        }
        Ok(())
    }

    fn head(&mut self) -> io::Result<()> {
        if self.bits.take(24)? != 0x42_5a_68 {
            return Err(bad("it does not begin with BZh"));
        }
        let level = self.bits.take(8)?;
        if !(0x31..=0x39).contains(&level) {
            return Err(bad("its size of blocks is none of 1 to 9"));
        }
        self.most = (level - 0x30) as usize * 100_000;
        self.sum = 0;
        Ok(())
    }

    fn end_stream(&mut self) -> io::Result<()> {
        if self.bits.take(32)? != self.sum {
            return Err(bad("its checksum is wrong"));
        }
        self.bits.align();
        self.most = 0;
        self.ended = self.bits.is_at_end()?;
        Ok(())
    }

    fn read_block(&mut self) -> io::Result<()> {
        self.wanted = self.bits.take(32)?;
        if self.bits.flag()? {
            return Err(bad("it was written by a version before 0.9.5"));
        }
        let origin = self.bits.take(24)? as usize;
        let used = self.symbols()?;
        let (tables, selectors) = self.tables(used.len() + 2)?;
        let (bytes, counts) = self.bytes(&used, &tables, &selectors)?;
        if origin >= bytes.len() {
            return Err(bad("a block points beyond its end"));
        }
        self.block = Block::new(&bytes, &counts, origin);
        Ok(())
    }

    /// The bytes that occur in the block.
    fn symbols(&mut self) -> io::Result<Vec<u8>> {
        let rows = self.bits.take(16)?;
        let mut used = Vec::new();
        for row in (0..16_u32).filter(|row| rows >> (15 - row) & 1 == 1) {
            let columns = self.bits.take(16)?;
            let occurring = (0..16_u32).filter(|column| columns >> (15 - column) & 1 == 1);
            used.extend(occurring.filter_map(|column| u8::try_from(row * 16 + column).ok()));
        }
        if used.is_empty() { Err(bad("a block uses no byte")) } else { Ok(used) }
    }

    /// The codes, and which of them is used when.
    fn tables(&mut self, symbols: usize) -> io::Result<(Vec<Code>, Vec<u8>)> {
        let count = self.bits.take(3)? as usize;
        let selectors = self.bits.take(15)? as usize;
        if !(2..=6).contains(&count) || selectors == 0 {
            return Err(bad("a block has no codes"));
        }
        let mut order: Vec<u8> = (0..6).take(count).collect();
        let mut chosen = Vec::with_capacity(selectors);
        for _ in 0..selectors {
            let mut at = 0;
            while self.bits.flag()? {
                at += 1;
                if at >= count {
                    return Err(bad("a block chooses a code that it does not have"));
                }
            }
            let one = order.remove(at);
            order.insert(0, one);
            chosen.push(one);
        }
        let mut tables = Vec::with_capacity(count);
        for _ in 0..count {
            let mut length = self.bits.take(5)?;
            let mut lengths = Vec::with_capacity(symbols);
            for _ in 0..symbols {
                loop {
                    if !(1..=20).contains(&length) {
                        return Err(bad("a code is longer than 20 bits"));
                    }
                    if !self.bits.flag()? {
                        break;
                    }
                    length = if self.bits.flag()? { length - 1 } else { length + 1 };
                }
                lengths.push(length);
            }
            tables.push(Code::new(&lengths));
        }
        Ok((tables, chosen))
    }

    /// The bytes of the block as the transform sorted them, and how often each occurs.
    fn bytes(&mut self, used: &[u8], tables: &[Code], selectors: &[u8]) -> io::Result<(Vec<u8>, [u32; 256])> {
        let end = used.len() + 1;
        let mut front = used.to_vec();
        let mut bytes: Vec<u8> = Vec::new();
        let mut counts = [0_u32; 256];
        let (mut run, mut weight) = (0_usize, 1_usize);
        let mut put = |byte: u8, times: usize| {
            if times > self.most - bytes.len() {
                return Err(bad("a block is longer than it may be"));
            }
            counts[usize::from(byte)] += u32::try_from(times).unwrap_or(u32::MAX);
            bytes.resize(bytes.len() + times, byte);
            Ok(())
        };
        for selector in selectors {
            let code = tables.get(usize::from(*selector)).ok_or_else(|| bad("a code is missing"))?;
            for _ in 0..50 {
                let symbol = code.read(&mut self.bits)?;
                if symbol < 2 {
                    // A number with the digits 1 and 2, the lowest first.
                    run += weight << symbol;
                    weight <<= 1;
                    if run > 900_000 {
                        return Err(bad("a block is longer than it may be"));
                    }
                    continue;
                }
                if run > 0 {
                    put(*front.first().ok_or_else(|| bad("a block uses no byte"))?, run)?;
                    (run, weight) = (0, 1);
                }
                if symbol == end {
                    return Ok((bytes, counts));
                }
                if symbol > end {
                    return Err(bad("a code means nothing"));
                }
                let byte = front.remove(symbol - 1);
                front.insert(0, byte);
                put(byte, 1)?;
            }
        }
        Err(bad("a block does not end"))
    }
}

/// A canonical code of Huffman.
struct Code {
    /// For each length: the first code that is longer, and what to add to find a symbol's place.
    limits: [(i64, i64); 21],
    symbols: Vec<u16>,
}

impl Code {
    fn new(lengths: &[u32]) -> Self {
        let mut symbols = Vec::with_capacity(lengths.len());
        let mut limits = [(0, 0); 21];
        let mut code = 0_i64;
        for length in 1..=20_u32 {
            code <<= 1;
            let first = i64::try_from(symbols.len()).unwrap_or(i64::MAX);
            let of_length = lengths.iter().enumerate().filter(|(_, its)| **its == length);
            symbols.extend(of_length.filter_map(|(symbol, _)| u16::try_from(symbol).ok()));
            let count = i64::try_from(symbols.len()).unwrap_or(i64::MAX) - first;
            limits[length as usize] = (code + count, first - code);
            code += count;
        }
        Self { limits, symbols }
    }

    fn read<R: Read>(&self, bits: &mut Bits<R>) -> io::Result<usize> {
        let mut code = 0_i64;
        for (limit, offset) in &self.limits[1..] {
            code = (code << 1) | i64::from(bits.take(1)?);
            if code < *limit {
                let place = usize::try_from(code + offset).map_err(|_| bad("a code means nothing"))?;
                return self.symbols.get(place).map(|it| usize::from(*it)).ok_or_else(|| bad("a code means nothing"));
            }
        }
        Err(bad("a code means nothing"))
    }
}

impl Block {
    fn new(bytes: &[u8], counts: &[u32; 256], origin: usize) -> Self {
        let mut first = [0_u32; 256];
        let mut sum = 0;
        for (place, count) in first.iter_mut().zip(counts) {
            *place = sum;
            sum += count;
        }
        let left = bytes.len();
        let mut links: Vec<u32> = bytes.iter().map(|byte| u32::from(*byte)).collect();
        for (at, byte) in (0_u32..).zip(bytes) {
            let place = &mut first[usize::from(*byte)];
            links[*place as usize] |= at << 8;
            *place += 1;
        }
        let at = links[origin] >> 8;
        Self { links, at, left, last: None, run: 0, repeat: 0, crc: !0, is_open: true }
    }

    /// The next byte of the transform's original; the run-lengths are still in it.
    fn next(&mut self) -> Option<u8> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let link = *self.links.get(self.at as usize)?;
        self.at = link >> 8;
        u8::try_from(link & 0xff).ok()
    }

    /// Gives out as much as fits; 0 when it has ended.
    fn give(&mut self, out: &mut [u8]) -> usize {
        let mut count = 0;
        while count < out.len() {
            let byte = match self.last.filter(|_| self.repeat > 0) {
                Some(last) => {
                    self.repeat -= 1;
                    last
                }
                None => {
                    let Some(byte) = self.next() else { break };
                    if self.run == 4 {
                        // Behind four equal ones stands how many more.
                        (self.run, self.repeat) = (0, usize::from(byte));
                        continue;
                    }
                    self.run = if self.last == Some(byte) { self.run + 1 } else { 1 };
                    self.last = Some(byte);
                    byte
                }
            };
            self.crc = CRC[usize::from((self.crc >> 24) as u8 ^ byte)] ^ (self.crc << 8);
            out[count] = byte;
            count += 1;
        }
        count
    }
}

/// Of the polynomial 0x04c11db7, the highest bit first.
const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = (at as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value >> 31 == 1 { (value << 1) ^ 0x04c1_1db7 } else { value << 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
};

impl<R: Read> Read for Bunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            self.open()?;
            if self.ended && !self.block.is_open {
                return Ok(0);
            }
            let count = self.block.give(out);
            if count > 0 {
                return Ok(count);
            }
            let crc = !self.block.crc;
            if crc != self.wanted {
                return Err(bad("a block's checksum is wrong"));
            }
            self.sum = self.sum.rotate_left(1) ^ crc;
            self.block = Block::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[u8] = include_bytes!("../../../golden/words.bz2");

    fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Bunzip::new(packed).read_to_end(&mut out)?;
        Ok(out)
    }

    /// What `golden/words.bz2` was packed from: text, runs and every byte, in more than one block.
    fn words() -> Vec<u8> {
        let mut text = Vec::new();
        for line in 0..12_000_u32 {
            text.extend_from_slice(format!("{line} {} yagura\n", line.wrapping_mul(2_654_435_761)).as_bytes());
        }
        text.extend(std::iter::repeat_n(b'a', 70_000));
        text.extend((0..=255_u8).flat_map(|byte| std::iter::repeat_n(byte, usize::from(byte % 7))));
        text
    }

    #[test]
    fn what_the_program_packed_is_unpacked() {
        assert!(unpacked(WORDS).unwrap() == words());
    }

    #[test]
    fn streams_behind_each_other_are_one() {
        let twice = [WORDS, WORDS].concat();
        assert!(unpacked(&twice).unwrap() == [words(), words()].concat());
    }

    #[test]
    fn a_changed_bit_is_noticed() {
        for at in [20, WORDS.len() / 2, WORDS.len() - 20] {
            let mut broken = WORDS.to_vec();
            broken[at] ^= 4;
            assert!(unpacked(&broken).is_err(), "{at}");
        }
    }

    #[test]
    fn one_that_was_cut_is_an_error() {
        for length in [0, 3, 10, 1000, WORDS.len() - 1] {
            assert!(unpacked(&WORDS[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..2000), cut in 0..4000_usize) {
            let _ = unpacked(&bytes);
            let mut broken = WORDS[..cut.min(WORDS.len())].to_vec();
            broken.extend(&bytes);
            prop_assert!(unpacked(&broken).is_err());
        }
    }
}
