//! One lane of the spool: its segments, its gaps, and the batch that is on its way.

mod carry;
mod open;
mod seal;

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write as _},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::Lane;

use super::{SealedBatch, SpoolError, segment::frame};
use crate::{
    agent::files::{self, FileError},
    wire::{
        batch::{MAX_EVENTS, TARGET_BYTES},
        hello::LaneState,
        receipt::Mark,
    },
};

/// A segment is closed when it has grown to this many bytes: the least that is given up when the spool is full.
const SEGMENT_BYTES: u64 = 1 << 20;

#[derive(Debug)]
struct Segment {
    first: u64,
    count: u64,
    bytes: u64,
}

impl Segment {
    fn end(&self) -> u64 {
        self.first + self.count
    }
}

/// Numbers that will never come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Missing {
    first: u64,
    last: u64,
    reason: String,
}

#[derive(Debug)]
pub(super) struct LaneSpool {
    dir: PathBuf,
    lane: Lane,
    epoch: Uuid,
    durable: bool,
    acked: Mark,
    sealed: Option<SealedBatch>,
    segments: VecDeque<Segment>,
    missing: Vec<Missing>,
    /// The number that the next event gets.
    next: u64,
    /// The last segment, once something was written to it.
    tail: Option<File>,
    unsynced: u64,
    bytes: u64,
}

impl LaneSpool {
    pub(super) fn name(&self) -> &'static str {
        self.lane.as_str()
    }

    pub(super) fn append(&mut self, text: &[u8], durable: bool) -> Result<u64, FileError> {
        let mut record = Vec::with_capacity(text.len() + 8);
        frame(text, &mut record);
        self.writable()?;
        // `writable` leaves an open segment that ends where the next number begins.
        let (Some(file), Some(segment)) = (self.tail.as_mut(), self.segments.back_mut()) else {
            return Err(FileError::of("open", &self.dir)(io::ErrorKind::NotFound.into()));
        };
        if let Err(error) = file.write_all(&record) {
            // What was half written would make everything after it unreadable.
            let _ = file.set_len(segment.bytes);
            self.tail = None;
            return Err(FileError::of("write", &self.dir)(error));
        }
        segment.bytes += record.len() as u64;
        segment.count += 1;
        self.bytes += record.len() as u64;
        self.unsynced += record.len() as u64;
        let seq = self.next;
        self.next += 1;
        if durable {
            self.sync()?;
        }
        Ok(seq)
    }

    /// Makes sure that `tail` is open and its next record would have the number `next`.
    fn writable(&mut self) -> Result<(), FileError> {
        let fits = self.segments.back().is_some_and(|s| s.end() == self.next && s.bytes < SEGMENT_BYTES);
        if fits && self.tail.is_some() {
            return Ok(());
        }
        if !fits {
            self.close_tail()?;
        }
        let first = if fits { self.segments.back().map_or(self.next, |s| s.first) } else { self.next };
        let path = self.path(first);
        let file = File::options().append(true).create(true).open(&path).map_err(FileError::of("open", &path))?;
        if !fits {
            // Left over from numbers that were never sent: they are given out again.
            file.set_len(0).map_err(FileError::of("empty", &path))?;
            self.segments.push_back(Segment { first, count: 0, bytes: 0 });
            if self.durable {
                files::sync_dir(&self.dir)?;
            }
        }
        self.tail = Some(file);
        Ok(())
    }

    fn close_tail(&mut self) -> Result<(), FileError> {
        self.sync()?;
        self.tail = None;
        Ok(())
    }

    pub(super) fn sync(&mut self) -> Result<(), FileError> {
        if let Some(file) = self.tail.as_ref().filter(|_| self.unsynced > 0 && self.durable) {
            file.sync_data().map_err(FileError::of("sync", &self.dir))?;
        }
        self.unsynced = 0;
        Ok(())
    }

    pub(super) fn unsynced(&self) -> u64 {
        self.unsynced
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn waiting(&self) -> u64 {
        self.next - 1 - self.acked.last
    }

    pub(super) fn has_full_batch(&self) -> bool {
        let from = self.acked.last + 1;
        let bytes: u64 = self.segments.iter().filter(|s| s.first >= from).map(|s| s.bytes).sum();
        self.waiting() >= MAX_EVENTS || bytes >= TARGET_BYTES as u64
    }

    pub(super) fn state(&self) -> LaneState {
        LaneState { acked: self.acked.clone(), last: self.next - 1 }
    }

    /// The last number that needs no record any more: acknowledged, or in the sealed batch.
    fn settled(&self) -> u64 {
        self.sealed.as_ref().map_or(self.acked.last, |sealed| sealed.header.last)
    }

    pub(super) fn acknowledge(&mut self, mark: &Mark) -> Result<bool, SpoolError> {
        let ours = mark.epoch == self.epoch && mark.lane == self.lane;
        if ours && mark.last == self.acked.last {
            return Ok(false);
        }
        let sent = self.sealed.as_ref().is_some_and(|s| s.header.last == mark.last && s.sha256 == mark.sha256);
        if !ours || !sent {
            return Err(SpoolError::Disagrees { lane: mark.lane, epoch: mark.epoch, last: mark.last });
        }
        write_json(&self.dir.join("acked"), mark, self.durable)?;
        self.acked = mark.clone();
        self.sealed = None;
        files::remove(&self.dir.join("sealed"))?;
        if self.missing.iter().any(|gap| gap.last <= mark.last) {
            self.missing.retain(|gap| gap.last > mark.last);
            self.write_missing()?;
        }
        // The last segment stays to be written on.
        while self.segments.len() > 1 && self.segments.front().is_some_and(|front| front.end() <= mark.last + 1) {
            self.forget_front()?;
        }
        Ok(true)
    }

    /// Gives up the oldest segment; false when there is none.
    pub(super) fn drop_oldest(&mut self) -> Result<bool, FileError> {
        if self.segments.len() == 1 {
            self.close_tail()?;
        }
        let Some(front) = self.segments.front() else { return Ok(false) };
        let (first, end) = (front.first.max(self.settled() + 1), front.end());
        if first < end {
            self.add_missing(first, end - 1, "quota")?;
        }
        self.forget_front()?;
        Ok(true)
    }

    fn forget_front(&mut self) -> Result<(), FileError> {
        if let Some(front) = self.segments.front() {
            files::remove(&self.path(front.first))?;
            self.bytes -= front.bytes;
            self.segments.pop_front();
        }
        Ok(())
    }

    fn add_missing(&mut self, first: u64, last: u64, reason: &str) -> Result<(), FileError> {
        match self.missing.iter_mut().find(|gap| gap.last + 1 == first && gap.reason == reason) {
            Some(gap) => gap.last = last,
            None => {
                self.missing.push(Missing { first, last, reason: reason.to_owned() });
                self.missing.sort_by_key(|gap| gap.first);
            }
        }
        self.write_missing()
    }

    fn write_missing(&self) -> Result<(), FileError> {
        write_json(&self.dir.join("gaps"), &self.missing, self.durable)
    }

    fn path(&self, first: u64) -> PathBuf {
        self.dir.join(file_name(first))
    }
}

fn file_name(first: u64) -> String {
    format!("{first:020}.log")
}

fn read_json<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<Option<T>, FileError> {
    Ok(files::read(path)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn write_json(path: &std::path::Path, value: &impl Serialize, durable: bool) -> Result<(), FileError> {
    files::replace(path, &serde_json::to_vec(value).unwrap_or_default(), durable)
}
