//! Segment files: records `[length u32][crc32 u32][json]`, little endian, one after the other.
//!
//! A record has no number of its own: the file's name is the number of its first record, and the rest follow.

use std::ops::Range;

/// Bytes before each record's text.
const HEAD: usize = 8;
/// A longer length can only be damage.
const MAX_TEXT: usize = 16 << 20;

/// Adds a record to `out`.
pub(super) fn frame(text: &[u8], out: &mut Vec<u8>) {
    // Callers cut texts long before four gigabytes.
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(text).to_le_bytes());
    out.extend_from_slice(text);
}

/// What is in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// Where each record's text lies; `None` for one that is damaged.
    pub(super) records: Vec<Option<Range<usize>>>,
    /// Where the last good record ends.
    pub(super) end: usize,
}

struct Walk {
    records: Vec<Option<Range<usize>>>,
    whole: bool,
}

fn walk(bytes: &[u8]) -> Walk {
    let mut records = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some(head) = bytes.get(at..at + HEAD) else { return Walk { records, whole: false } };
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let crc = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let text = at + HEAD..at + HEAD + length;
        // A text is never empty; a length of zero is what a power failure leaves behind.
        if length == 0 || length > MAX_TEXT || text.end > bytes.len() {
            return Walk { records, whole: false };
        }
        at = text.end;
        records.push((crc32fast::hash(&bytes[text.clone()]) == crc).then_some(text));
    }
    Walk { records, whole: true }
}

/// Reads the segment that is still being written, whose count nobody knows after a crash: it ends with its last good
/// record.
pub(super) fn scan_tail(bytes: &[u8]) -> Scan {
    let mut records = walk(bytes).records;
    while matches!(records.last(), Some(None)) {
        records.pop();
    }
    let end = records.last().and_then(Option::as_ref).map_or(0, |text| text.end);
    Scan { records, end }
}

/// Reads a segment that has `count` records. When the lengths do not add up, nothing after the first damage is believed,
/// because it could be given wrong numbers.
pub(super) fn scan(bytes: &[u8], count: u64) -> Scan {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let Walk { mut records, whole } = walk(bytes);
    if !whole || records.len() != count {
        if let Some(damaged) = records.iter().position(Option::is_none) {
            records.truncate(damaged);
        }
        records.resize(count, None);
    }
    let end = records.iter().rev().flatten().next().map_or(0, |text| text.end);
    Scan { records, end }
}

/// The bytes of the records from index `from` on, as they stand.
pub(super) fn rest<'a>(bytes: &'a [u8], scan: &Scan, from: usize) -> &'a [u8] {
    // A damaged record has no range of its own, but the one before it says where it begins.
    let start = match from.checked_sub(1).map(|before| scan.records.get(before)) {
        None => 0,
        Some(Some(Some(text))) => text.end,
        Some(_) => match scan.records.get(from) {
            Some(Some(text)) => text.start - HEAD,
            _ => bytes.len(),
        },
    };
    &bytes[start.min(bytes.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(texts: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in texts {
            frame(text.as_bytes(), &mut bytes);
        }
        bytes
    }

    fn texts<'a>(bytes: &'a [u8], scan: &Scan) -> Vec<Option<&'a str>> {
        let text = |range: &Range<usize>| std::str::from_utf8(&bytes[range.clone()]).unwrap();
        scan.records.iter().map(|range| range.as_ref().map(text)).collect()
    }

    #[test]
    fn a_torn_record_at_the_end_is_no_record() {
        let whole = segment(&["one", "two"]);
        for cut in 12..whole.len() {
            let scan = scan_tail(&whole[..cut]);
            assert_eq!(texts(&whole, &scan), [Some("one")], "cut at {cut}");
            assert_eq!(scan.end, 11);
        }
    }

    #[test]
    fn zeros_after_a_power_failure_are_no_records() {
        let mut bytes = segment(&["one"]);
        bytes.resize(4096, 0);
        assert_eq!(scan_tail(&bytes).end, 11);
    }

    #[test]
    fn a_damaged_text_costs_only_itself() {
        let mut bytes = segment(&["one", "two", "three"]);
        bytes[20] ^= 1;
        assert_eq!(texts(&bytes, &scan(&bytes, 3)), [Some("one"), None, Some("three")]);
        assert_eq!(texts(&bytes, &scan_tail(&bytes)), [Some("one"), None, Some("three")]);
    }

    #[test]
    fn after_a_damaged_length_nothing_is_believed() {
        let mut bytes = segment(&["one", "two", "three"]);
        bytes[11] = 14;
        assert_eq!(texts(&bytes, &scan(&bytes, 3)), [Some("one"), None, None]);
    }
}
