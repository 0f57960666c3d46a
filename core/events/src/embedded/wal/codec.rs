//! How one stored batch is written in the log.
//!
//! A record is a frame (magic, length, CRC-32) around a body: a fixed head of little-endian numbers, then the rows, each
//! (seq, person, length, event as JSON), compressed as one zstd frame.

use std::io;

use uuid::Uuid;
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time, id::EventKind};

use crate::{Batch, FeedItem, Mark, Row};

/// Begins every record, so that a search for the next one after damage has something to look for.
pub(crate) const MAGIC: [u8; 4] = *b"YrE1";
/// Magic, length of the body, CRC-32 of length and body.
pub(crate) const FRAME: usize = 12;
/// The longest body, packed or not; a batch is about 1 MB.
pub(crate) const MAX_BODY: usize = 256 << 20;
const HEAD: usize = 1 + 16 + 16 + 1 + 8 + 8 + 32 + 8 + 8 + 4 + 4 + 4;
const VERSION: u8 = 1;
const LEVEL: i32 = 1;

/// A batch whose rows are ready to be written; made outside the writer, which is one thread for all.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) batch: Batch,
    /// About how much memory the rows take.
    pub(crate) memory: usize,
    raw_len: u32,
    packed: Vec<u8>,
}

impl Encoded {
    pub(crate) fn new(batch: Batch) -> io::Result<Self> {
        let mut raw = Vec::with_capacity(batch.rows.len() * 512);
        for row in &batch.rows {
            raw.extend(row.seq.to_le_bytes());
            raw.extend(row.person.map_or(Uuid::nil(), Id::uuid).as_bytes());
            let len_at = raw.len();
            raw.extend([0; 4]);
            serde_json::to_writer(&mut raw, &row.event)?;
            let len = u32::try_from(raw.len() - len_at - 4).map_err(io::Error::other)?;
            raw[len_at..len_at + 4].copy_from_slice(&len.to_le_bytes());
        }
        let raw_len = u32::try_from(raw.len()).map_err(io::Error::other)?;
        let memory = raw.len() + batch.rows.len() * size_of::<FeedItem>();
        let packed = zstd::bulk::compress(&raw, LEVEL)?;
        if raw.len() > MAX_BODY || packed.len() + HEAD > MAX_BODY {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {MAX_BODY} bytes")));
        }
        Ok(Self { batch, memory, raw_len, packed })
    }

    /// Appends the record to `out`. The rows get the positions from `position` on.
    pub(crate) fn write(&self, position: u64, salt: u32, out: &mut Vec<u8>) {
        let Batch { endpoint, epoch, lane, first, last, sha256, received_at, rows } = &self.batch;
        let start = out.len();
        let body_len = u32::try_from(HEAD + self.packed.len()).unwrap_or(u32::MAX);
        out.extend(MAGIC);
        out.extend(body_len.to_le_bytes());
        out.extend([0; 4]);
        out.push(VERSION);
        out.extend(endpoint.uuid().as_bytes());
        out.extend(epoch.as_bytes());
        out.push(lane_number(*lane));
        out.extend(first.to_le_bytes());
        out.extend(last.to_le_bytes());
        out.extend(sha256);
        out.extend(received_at.micros().to_le_bytes());
        out.extend(position.to_le_bytes());
        out.extend(salt.to_le_bytes());
        out.extend(u32::try_from(rows.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(self.raw_len.to_le_bytes());
        out.extend(&self.packed);
        let sum = checksum(&out[start + 4..start + 8], &out[start + FRAME..]);
        out[start + 8..start + FRAME].copy_from_slice(&sum.to_le_bytes());
    }
}

/// A stored batch, as written to or read from the log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) batch: Batch,
    /// The position of the first row; the others follow.
    pub(crate) position: u64,
    pub(crate) salt: u32,
}

impl Record {
    /// The position of the last row.
    pub(crate) fn last_position(&self) -> u64 {
        self.position + self.batch.rows.len() as u64 - 1
    }

    pub(crate) fn mark(&self) -> Mark {
        let Batch { epoch, lane, last, sha256, .. } = self.batch;
        Mark { epoch, lane, last_seq: last, last_sha256: sha256 }
    }

    /// The rows as stored events.
    pub(crate) fn into_items(self) -> Vec<FeedItem> {
        let Self { batch: Batch { endpoint, epoch, lane, received_at, rows, .. }, position, salt } = self;
        let items = rows.into_iter().zip(position..).map(|(Row { seq, person, event }, position)| {
            let id = event_id(received_at, position, salt);
            FeedItem { position, event: StoredEvent { id, endpoint, epoch, lane, seq, received_at, person, event } }
        });
        items.collect()
    }

    /// Reads the record at the start of `bytes` and says how long it is; `None` if there is no sound one.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let (body, len) = frame(bytes)?;
        Some((read_body(body)?, len))
    }
}

/// The body and the whole length of the sound frame at the start of `bytes`.
pub(crate) fn frame(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let head = bytes.get(..FRAME)?;
    let body_len = u32::from_le_bytes(head[4..8].try_into().ok()?) as usize;
    if head[..4] != MAGIC || !(HEAD..=MAX_BODY).contains(&body_len) {
        return None;
    }
    let body = bytes.get(FRAME..FRAME + body_len)?;
    let sum = u32::from_le_bytes(head[8..].try_into().ok()?);
    (checksum(&head[4..8], body) == sum).then_some((body, FRAME + body_len))
}

fn checksum(len: &[u8], body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(len);
    crc.update(body);
    crc.finalize()
}

fn read_body(mut body: &[u8]) -> Option<Record> {
    let from = &mut body;
    if take::<1>(from)? != [VERSION] {
        return None;
    }
    let endpoint = Id::from_uuid(Uuid::from_bytes(take(from)?));
    let epoch = Uuid::from_bytes(take(from)?);
    let lane = lane(take::<1>(from)?[0])?;
    let first = u64::from_le_bytes(take(from)?);
    let last = u64::from_le_bytes(take(from)?);
    let sha256 = take(from)?;
    let received_at = Time::from_micros(i64::from_le_bytes(take(from)?));
    let position = u64::from_le_bytes(take(from)?);
    let salt = u32::from_le_bytes(take(from)?);
    let count = u32::from_le_bytes(take(from)?) as usize;
    let raw_len = u32::from_le_bytes(take(from)?) as usize;
    if raw_len > MAX_BODY {
        return None;
    }
    let raw = zstd::bulk::decompress(from, raw_len).ok()?;
    let rows = read_rows(&raw)?;
    let sound = rows.len() == count && count > 0;
    let batch = Batch { endpoint, epoch, lane, first, last, sha256, received_at, rows };
    sound.then_some(Record { batch, position, salt })
}

fn read_rows(mut raw: &[u8]) -> Option<Vec<Row>> {
    let from = &mut raw;
    let mut rows = Vec::new();
    while !from.is_empty() {
        let seq = u64::from_le_bytes(take(from)?);
        let person = Uuid::from_bytes(take(from)?);
        let len = u32::from_le_bytes(take(from)?) as usize;
        let event: Event = serde_json::from_slice(from.split_off(..len)?).ok()?;
        rows.push(Row { seq, person: (!person.is_nil()).then(|| Id::from_uuid(person)), event });
    }
    Some(rows)
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    from.split_off(..N)?.try_into().ok()
}

const fn lane_number(lane: Lane) -> u8 {
    match lane {
        Lane::Critical => 1,
        Lane::Operation => 2,
        Lane::Bulk => 3,
    }
}

const fn lane(number: u8) -> Option<Lane> {
    match number {
        1 => Some(Lane::Critical),
        2 => Some(Lane::Operation),
        3 => Some(Lane::Bulk),
        _ => None,
    }
}

/// The id of the event at `position`: a UUIDv7 whose time is the millisecond of `received_at`, whose 42 bits after it
/// count the events of this store (RFC 9562 section 6.2, method 1), and whose rest is `salt`.
///
/// So ids sort as events arrived, take few bytes on disk, say where to look for them, and are the same after a replay.
pub(crate) fn event_id(received_at: Time, position: u64, salt: u32) -> Id<EventKind> {
    let millis = u128::from(u64::try_from(received_at.micros().div_euclid(1000)).unwrap_or(0)) & ((1 << 48) - 1);
    let counter = u128::from(position) & ((1 << 42) - 1);
    let value = millis << 80
        | 0x7 << 76
        | (counter >> 30) << 64
        | 0b10 << 62
        | (counter & ((1 << 30) - 1)) << 32
        | u128::from(salt);
    Id::from_uuid(Uuid::from_u128(value))
}

#[cfg(test)]
mod tests;
