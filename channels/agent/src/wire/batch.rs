//! Batches of events: sealed once, sent until acknowledged, always the same bytes.
//!
//! A batch is packed JSON lines: a header, then one event a line. The event on line `i` (from 0) has the sequence number
//! `first + i`, so a line that cannot be read still has its number and is kept as rejected. A batch may instead be a gap:
//! it says that `first..=last` will never come, and why.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{Event, Lane, Time};

use super::{
    body::{self, BodyError},
    key::sha256,
};

/// Most events in one batch.
pub const MAX_EVENTS: u64 = 10_000;
/// An agent closes a batch before its lines grow beyond this many bytes; zstd then leaves it well under 1 MB.
pub const TARGET_BYTES: usize = 2 << 20;
/// The kind of the event that stands for a gap.
pub const GAP: &str = "agent.gap";
/// The kind of the event that stands for a line that could not be read.
pub const REJECTED: &str = "event.rejected";

/// The first line of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The endpoint's numbering.
    pub epoch: Uuid,
    /// The lane.
    pub lane: Lane,
    /// The first sequence number, from 1.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// When it was sealed.
    pub sealed_at: Time,
    /// Present when these numbers will never come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// Why numbers will never come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// `quota`, `corrupt`, `restored`, ...
    pub reason: String,
}

/// A batch as the server reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Its header.
    pub header: Header,
    /// SHA-256 of its bytes as they crossed the wire.
    pub sha256: [u8; 32],
    /// Its events with their sequence numbers, in order; one event for a gap.
    pub events: Vec<(u64, Event)>,
    /// How many lines could not be read and stand in `events` as [`REJECTED`].
    pub rejected: usize,
}

/// The bytes are not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// They cannot be unpacked.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The first line is no header.
    #[error("the batch has no readable header: {0}")]
    Header(String),
    /// The numbers do not fit.
    #[error("the batch says {first}..={last} and holds {lines} lines")]
    Count {
        /// First number.
        first: u64,
        /// Last number.
        last: u64,
        /// Lines after the header.
        lines: u64,
    },
}

/// Packs a batch of events whose JSON is at hand, one line each.
#[must_use]
pub fn seal<'a>(header: &Header, lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(header).unwrap_or_default();
    for line in lines {
        bytes.push(b'\n');
        bytes.extend_from_slice(line);
    }
    body::pack(&bytes)
}

/// Reads a batch. A line that cannot be read becomes an event of kind [`REJECTED`] with the reason and the text.
///
/// # Errors
/// When the whole cannot be read: then nothing of it can be stored.
pub fn open(packed: &[u8]) -> Result<Batch, BatchError> {
    let bytes = body::unpack(packed)?;
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first_line = lines.next().unwrap_or_default();
    let header: Header = serde_json::from_slice(first_line).map_err(|error| BatchError::Header(error.to_string()))?;
    let count = lines.clone().count() as u64;
    let span = header.last.checked_sub(header.first).and_then(|n| n.checked_add(1)).unwrap_or(0);
    let fits = match &header.gap {
        None => span == count && span <= MAX_EVENTS,
        Some(_) => count == 0 && span > 0,
    };
    if !fits || header.first == 0 {
        return Err(BatchError::Count { first: header.first, last: header.last, lines: count });
    }
    let mut rejected = 0;
    let events = match &header.gap {
        Some(gap) => vec![(header.first, gap_event(&header, gap))],
        None => (header.first..)
            .zip(lines)
            .map(|(seq, line)| match serde_json::from_slice::<Event>(line) {
                Ok(event) if !event.kind.is_empty() => (seq, event),
                Ok(_) => {
                    rejected += 1;
                    (seq, rejected_event(header.sealed_at, "the kind is empty", line))
                }
                Err(error) => {
                    rejected += 1;
                    (seq, rejected_event(header.sealed_at, &error.to_string(), line))
                }
            })
            .collect(),
    };
    Ok(Batch { sha256: sha256(packed), header, events, rejected })
}

/// The event that stands for a gap of `header`'s numbers.
#[must_use]
pub fn gap_event(header: &Header, gap: &Gap) -> Event {
    Event {
        count: Some(header.last - header.first + 1),
        ..Event::new(header.sealed_at, "agent", GAP)
            .with("from", header.first)
            .with("to", header.last)
            .with("reason", gap.reason.as_str())
    }
}

fn rejected_event(at: Time, reason: &str, line: &[u8]) -> Event {
    const KEPT: usize = 4096;
    let text = String::from_utf8_lossy(&line[..line.len().min(KEPT)]).into_owned();
    let event = Event::new(at, "agent", REJECTED).with("reason", reason).with("raw", text);
    Event { truncated: line.len() > KEPT, ..event }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(first: u64, last: u64) -> Header {
        Header {
            epoch: Uuid::nil(),
            lane: Lane::Operation,
            first,
            last,
            sealed_at: Time::from_seconds(1_800_000_000),
            gap: None,
        }
    }

    fn line(kind: &str) -> Vec<u8> {
        serde_json::to_vec(&Event::new(Time::from_seconds(0), "operation_log", kind)).unwrap()
    }

    #[test]
    fn the_place_of_a_line_is_its_number() {
        let (a, b) = (line("process.start"), line("process.exit"));
        let batch = open(&seal(&header(7, 8), [a.as_slice(), b.as_slice()])).unwrap();
        let got: Vec<_> = batch.events.iter().map(|(seq, event)| (*seq, event.kind.as_str())).collect();
        assert_eq!(got, [(7, "process.start"), (8, "process.exit")]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_kept_as_rejected_and_the_rest_is_stored() {
        let (a, b) = (line("process.start"), line("process.exit"));
        let batch = open(&seal(&header(1, 3), [a.as_slice(), b"{\"kind\":", b.as_slice()])).unwrap();
        assert_eq!(batch.rejected, 1);
        assert_eq!(batch.events[1].1.kind, REJECTED);
        assert_eq!(batch.events[1].1.body["raw"], "{\"kind\":");
        assert_eq!(batch.events[2].1.kind, "process.exit");
    }

    #[test]
    fn a_gap_is_one_event_for_all_its_numbers() {
        let gap = Header { gap: Some(Gap { reason: "quota".into() }), ..header(10, 19) };
        let batch = open(&seal(&gap, [])).unwrap();
        assert_eq!(batch.events.len(), 1);
        assert_eq!(batch.events[0].1.count, Some(10));
    }

    #[test]
    fn numbers_that_do_not_fit_the_lines_are_refused() {
        let a = line("process.start");
        for (first, last) in [(1, 2), (2, 1), (0, 0), (u64::MAX, 0)] {
            assert!(matches!(open(&seal(&header(first, last), [a.as_slice()])), Err(BatchError::Count { .. })));
        }
    }

    #[test]
    fn a_batch_of_version_1_is_read_for_ever() {
        let golden = include_bytes!("../../golden/batch.v1.jsonl");
        let batch = open(&body::pack(golden)).unwrap();
        assert_eq!((batch.header.first, batch.header.last, batch.rejected), (41, 42, 0));
        assert_eq!(batch.events[1].1.command_line.as_deref(), Some("/usr/bin/true marker-123"));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,300}") {
            let _ = open(&body::pack(text.as_bytes()));
        }
    }
}
