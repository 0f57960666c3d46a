//! How many events a segment has, by hour, endpoint, kind and level, so that calendars need not read it.
//!
//! ```text
//! "YSUM" version                                     5 bytes
//! length of the totals when packed, then CRC-32      4 + 4 bytes, little endian, and the totals
//! the same for the cells
//! ```
//! Both are zstd. Totals: kinds (level, kind), then (hour, kind, count). Cells: endpoints, then (hour, endpoint, kind, count).
//! All numbers are varints, and hours are differences to the row before.

use std::{
    collections::{BTreeMap, HashMap},
    io,
};

use uuid::Uuid;

use crate::{embedded::rows::RowView, fields::Fields};

const MAGIC: [u8; 5] = *b"YSUM\x01";
const ZSTD_LEVEL: i32 = 3;
/// The most bytes that a part can have when unpacked.
const MAX_PART: usize = 256 << 20;
pub(crate) const HOUR: i64 = 3_600_000_000;

/// Counts while a segment is written.
#[derive(Default)]
pub(super) struct Counting {
    kinds: Vec<(String, String)>,
    endpoints: HashMap<Uuid, u32>,
    cells: HashMap<(i64, u32, u32), u64>,
    last: usize,
}

impl Counting {
    pub(super) fn add(&mut self, occurred: i64, row: &RowView<'_>) {
        let next = u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX);
        let endpoint = *self.endpoints.entry(row.endpoint()).or_insert(next);
        let is = |(level, kind): &(String, String)| kind == row.kind() && level == row.level();
        if !self.kinds.get(self.last).is_some_and(is) {
            self.last = self.kinds.iter().position(is).unwrap_or_else(|| {
                self.kinds.push((row.level().to_owned(), row.kind().to_owned()));
                self.kinds.len() - 1
            });
        }
        *self.cells.entry((occurred.div_euclid(HOUR), endpoint, self.last as u32)).or_default() += 1;
    }

    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        let mut cells: Vec<_> = self.cells.into_iter().collect();
        cells.sort_unstable();
        let mut sums: BTreeMap<(i64, u32), u64> = BTreeMap::new();
        for ((hour, _, kind), count) in &cells {
            *sums.entry((*hour, *kind)).or_default() += count;
        }
        let mut totals = Vec::new();
        put(&mut totals, self.kinds.len() as u64);
        for text in self.kinds.iter().flat_map(|(level, kind)| [level, kind]) {
            put(&mut totals, text.len() as u64);
            totals.extend(text.as_bytes());
        }
        put(&mut totals, sums.len() as u64);
        let mut before = 0;
        for ((hour, kind), count) in sums {
            put_signed(&mut totals, hour - before);
            [kind.into(), count].into_iter().for_each(|number| put(&mut totals, number));
            before = hour;
        }
        let mut endpoints: Vec<_> = self.endpoints.into_iter().collect();
        endpoints.sort_by_key(|(_, number)| *number);
        let mut packed = Vec::new();
        put(&mut packed, endpoints.len() as u64);
        endpoints.iter().for_each(|(id, _)| packed.extend(id.as_bytes()));
        put(&mut packed, cells.len() as u64);
        before = 0;
        for ((hour, endpoint, kind), count) in cells {
            put_signed(&mut packed, hour - before);
            [endpoint.into(), kind.into(), count].into_iter().for_each(|number| put(&mut packed, number));
            before = hour;
        }
        let mut bytes = MAGIC.to_vec();
        for part in [totals, packed] {
            let part = zstd::bulk::compress(&part, ZSTD_LEVEL)?;
            bytes.extend(u32::try_from(part.len()).map_err(io::Error::other)?.to_le_bytes());
            bytes.extend(crc32fast::hash(&part).to_le_bytes());
            bytes.extend(part);
        }
        Ok(bytes)
    }
}

/// Counts of a segment as they are read.
#[derive(Debug)]
pub(crate) struct Rollup {
    /// Level and kind.
    pub(crate) kinds: Vec<(String, String)>,
    totals: Vec<(i64, u32, u64)>,
    cells: Vec<u8>,
}

/// So many events of one kind in one hour; the kind as an index into [`Rollup::kinds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Microseconds at which the hour begins.
    pub(crate) time: i64,
    pub(crate) kind: usize,
    pub(crate) count: u64,
}

impl Rollup {
    /// Reads one; `None` if it is not sound.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut from = bytes.strip_prefix(&MAGIC)?;
        let totals = zstd::bulk::decompress(part(&mut from)?, MAX_PART).ok()?;
        let cells = part(&mut from)?.to_vec();
        let mut from = totals.as_slice();
        let count = number(&mut from)?;
        let mut kinds = Vec::new();
        for _ in 0..count {
            kinds.push((text(&mut from)?, text(&mut from)?));
        }
        let count = number(&mut from)?;
        let mut totals = Vec::new();
        let mut hour = 0i64;
        for _ in 0..count {
            hour = hour.wrapping_add(signed(&mut from)?);
            let kind = u32::try_from(number(&mut from)?).ok().filter(|kind| (*kind as usize) < kinds.len())?;
            totals.push((hour, kind, number(&mut from)?));
        }
        Some(Self { kinds, totals, cells })
    }

    pub(crate) fn memory(&self) -> usize {
        self.cells.len() + self.totals.len() * size_of::<(i64, u32, u64)>() + self.kinds.len() * 80
    }

    /// The counts of all endpoints.
    pub(crate) fn totals(&self) -> impl Iterator<Item = Cell> {
        self.totals.iter().map(|(hour, kind, count)| Cell {
            time: hour.saturating_mul(HOUR),
            kind: *kind as usize,
            count: *count,
        })
    }

    /// Tells the counts of the endpoints that are `wanted`; `None` if they are not sound.
    pub(crate) fn of_endpoints(&self, wanted: impl Fn(&Uuid) -> bool, mut tell: impl FnMut(Uuid, Cell)) -> Option<()> {
        let cells = zstd::bulk::decompress(&self.cells, MAX_PART).ok()?;
        let mut from = cells.as_slice();
        let count = usize::try_from(number(&mut from)?).ok()?;
        let (ids, mut from) = from.split_at_checked(count.checked_mul(16)?)?;
        let ids = ids.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok());
        let wanted: Vec<Option<Uuid>> = ids.map(|id| wanted(&id).then_some(id)).collect();
        let mut hour = 0i64;
        for _ in 0..number(&mut from)? {
            hour = hour.wrapping_add(signed(&mut from)?);
            let endpoint = usize::try_from(number(&mut from)?).ok()?;
            let kind = usize::try_from(number(&mut from)?).ok().filter(|kind| *kind < self.kinds.len())?;
            let count = number(&mut from)?;
            if let Some(id) = *wanted.get(endpoint)? {
                tell(id, Cell { time: hour.saturating_mul(HOUR), kind, count });
            }
        }
        Some(())
    }
}

fn part<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(from, 4)?.try_into().map(u32::from_le_bytes).ok()?;
    let crc = take(from, 4)?.try_into().map(u32::from_le_bytes).ok()?;
    let bytes = take(from, usize::try_from(length).ok()?)?;
    (crc32fast::hash(bytes) == crc).then_some(bytes)
}

fn take<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(taken)
}

fn text(from: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(number(from)?).ok()?;
    String::from_utf8(take(from, length)?.to_vec()).ok()
}

fn put(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn put_signed(to: &mut Vec<u8>, number: i64) {
    put(to, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(from, 1)?[0];
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn signed(from: &mut &[u8]) -> Option<i64> {
    let number = number(from)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hour, endpoint, number of the kind, count.
    type Row = (i64, u128, u32, u64);

    fn packed(rows: &[Row]) -> Vec<u8> {
        let kinds = (0..3).map(|n| ("recorded".to_owned(), format!("kind.{n}"))).collect();
        let mut counting = Counting { kinds, ..Counting::default() };
        for (hour, endpoint, kind, count) in rows {
            let next = u32::try_from(counting.endpoints.len()).unwrap();
            let endpoint = *counting.endpoints.entry(Uuid::from_u128(*endpoint)).or_insert(next);
            *counting.cells.entry((*hour, endpoint, *kind)).or_default() += count;
        }
        counting.finish().unwrap()
    }

    proptest! {
        #[test]
        fn what_was_counted_is_read_again(
            rows in prop::collection::vec((-3i64..3, 0u128..4, 0u32..3, 1u64..500), 0..20),
            wanted in 0u128..4,
        ) {
            let rollup = Rollup::read(&packed(&rows)).unwrap();
            let sum = |of: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| of(row)).map(|row| row.3).sum::<u64>();
            for cell in rollup.totals() {
                let expected = sum(&|row| row.0 * HOUR == cell.time && row.2 as usize == cell.kind);
                prop_assert_eq!(cell.count, expected);
            }
            prop_assert_eq!(rollup.totals().map(|cell| cell.count).sum::<u64>(), sum(&|_| true));
            let mut found = 0;
            rollup.of_endpoints(|id| id.as_u128() == wanted, |_, cell| found += cell.count).unwrap();
            prop_assert_eq!(found, sum(&|row| row.1 == wanted));
        }

        #[test]
        fn changed_counts_are_refused(at in 0usize..200, bit in 0u8..8) {
            let mut bytes = packed(&[(1, 1, 1, 7), (2, 2, 2, 9)]);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let read = Rollup::read(&bytes);
            prop_assert!(read.is_none(), "byte {} of {}", at, bytes.len());
        }

        #[test]
        fn bytes_of_any_kind_are_read_without_a_panic(bytes: Vec<u8>) {
            let with_head: Vec<u8> = MAGIC.into_iter().chain(bytes).collect();
            if let Some(rollup) = Rollup::read(&with_head) {
                rollup.of_endpoints(|_| true, |_, _| {});
            }
        }
    }
}
