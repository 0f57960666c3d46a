//! One lane of the spool: its segments, its gaps, and the batch that is on its way.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write as _},
    path::PathBuf,
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{Lane, Time};

use super::{
    SealedBatch, SpoolError,
    segment::{self, frame},
};
use crate::{
    agent::files::{self, FileError},
    wire::{
        batch::{self, Gap, Header, MAX_EVENTS, TARGET_BYTES},
        body,
        hello::LaneState,
        key::sha256,
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
    /// Opens a lane; gives also how many bytes were cut off its end.
    pub(super) fn open(dir: PathBuf, lane: Lane, epoch: Uuid, durable: bool) -> Result<(Self, u64), FileError> {
        files::create_dir(&dir)?;
        let acked = read_json::<Mark>(&dir.join("acked"))?
            .filter(|mark| mark.epoch == epoch && mark.lane == lane)
            .unwrap_or(Mark { epoch, lane, last: 0, sha256: String::new() });
        let missing = read_json::<Vec<Missing>>(&dir.join("gaps"))?.unwrap_or_default();
        let mut spool = Self {
            next: acked.last + 1,
            dir,
            lane,
            epoch,
            durable,
            acked,
            sealed: None,
            segments: VecDeque::new(),
            missing,
            tail: None,
            unsynced: 0,
            bytes: 0,
        };
        spool.sealed = spool.read_sealed()?;
        let cut = spool.read_segments()?;
        let ends = [
            spool.segments.back().map_or(0, Segment::end),
            spool.sealed.as_ref().map_or(0, |sealed| sealed.header.last + 1),
            spool.missing.last().map_or(0, |gap| gap.last + 1),
        ];
        spool.next = ends.into_iter().fold(spool.next, u64::max);
        Ok((spool, cut))
    }

    fn read_sealed(&self) -> Result<Option<SealedBatch>, FileError> {
        let path = self.dir.join("sealed");
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let header = body::unpack(&bytes)
            .ok()
            .and_then(|text| serde_json::from_slice::<Header>(text.split(|byte| *byte == b'\n').next()?).ok());
        match header {
            Some(header) if header.first == self.acked.last + 1 && header.epoch == self.epoch => {
                let sha256 = hex::encode(sha256(&bytes));
                Ok(Some(SealedBatch { header, bytes: Bytes::from(bytes), sha256 }))
            }
            // Acknowledged just before a crash, or damaged: then it is sealed anew from its records.
            _ => {
                files::remove(&path)?;
                Ok(None)
            }
        }
    }

    fn read_segments(&mut self) -> Result<u64, FileError> {
        let entries = fs::read_dir(&self.dir).map_err(FileError::of("list", &self.dir))?;
        let first = |name: &str| name.strip_suffix(".log")?.parse::<u64>().ok();
        let mut firsts: Vec<u64> = entries.flatten().filter_map(|entry| first(entry.file_name().to_str()?)).collect();
        firsts.sort_unstable();
        let mut cut = 0;
        for (at, &first) in firsts.iter().enumerate() {
            let path = self.path(first);
            let mut bytes = fs::metadata(&path).map_err(FileError::of("read", &path))?.len();
            let count = match firsts.get(at + 1) {
                Some(next) => next - first,
                None => {
                    let content = fs::read(&path).map_err(FileError::of("read", &path))?;
                    let scan = segment::scan_tail(&content);
                    if scan.end < content.len() {
                        cut = (content.len() - scan.end) as u64;
                        bytes = scan.end as u64;
                        let file = File::options().write(true).open(&path);
                        file.and_then(|file| file.set_len(bytes)).map_err(FileError::of("cut", &path))?;
                    }
                    scan.records.len() as u64
                }
            };
            self.segments.push_back(Segment { first, count, bytes });
        }
        self.bytes = self.segments.iter().map(|segment| segment.bytes).sum();
        // Given up just before a crash: the gap is written down, the file is still there.
        while let Some(front) = self.segments.front() {
            let (first, end) = (front.first.max(self.settled() + 1), front.end());
            let given_up = first < end && self.missing.iter().any(|gap| gap.first <= first && end - 1 <= gap.last);
            if !given_up {
                break;
            }
            self.forget_front()?;
        }
        Ok(cut)
    }

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

    pub(super) fn next_batch(&mut self, now: Time) -> Result<Option<SealedBatch>, FileError> {
        while self.sealed.is_none() {
            let from = self.acked.last + 1;
            if from >= self.next {
                return Ok(None);
            }
            let header =
                Header { epoch: self.epoch, lane: self.lane, first: from, last: from, sealed_at: now, gap: None };
            if let Some(gap) = self.missing.iter().find(|gap| gap.first <= from && from <= gap.last) {
                let header = Header { last: gap.last, gap: Some(Gap { reason: gap.reason.clone() }), ..header };
                self.keep_sealed(header, &[])?;
                continue;
            }
            let (lines, broken) = self.read_lines(from)?;
            if lines.is_empty() {
                self.add_missing(from, broken, "corrupt")?;
            } else {
                let last = from + lines.len() as u64 - 1;
                self.keep_sealed(Header { last, ..header }, &lines)?;
            }
        }
        Ok(self.sealed.clone())
    }

    /// The good records from number `from` on, as many as fit one batch; when there is none, the end of the bad ones.
    fn read_lines(&self, from: u64) -> Result<(Vec<Vec<u8>>, u64), FileError> {
        let mut stop = self.missing.iter().map(|gap| gap.first).filter(|first| *first > from).fold(self.next, u64::min);
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let mut size = 0;
        for segment in self.segments.iter().filter(|segment| segment.end() > from) {
            let at = from + lines.len() as u64;
            if segment.first > at {
                stop = stop.min(segment.first);
                break;
            }
            let path = self.path(segment.first);
            let content = files::read(&path)?.unwrap_or_default();
            let scan = segment::scan(&content, segment.count);
            let skip = usize::try_from(at - segment.first).unwrap_or(usize::MAX);
            for (record, seq) in scan.records.iter().skip(skip).zip(at..stop) {
                match record {
                    Some(text) => {
                        size += text.len() + 1;
                        if (!lines.is_empty() && size > TARGET_BYTES) || lines.len() as u64 >= MAX_EVENTS {
                            return Ok((lines, seq));
                        }
                        lines.push(content[text.clone()].to_vec());
                    }
                    None if lines.is_empty() => {
                        let good = scan.records.iter().skip(skip).position(Option::is_some);
                        let end = good.map_or(segment.end(), |good| at + good as u64);
                        return Ok((lines, end.min(stop) - 1));
                    }
                    None => return Ok((lines, seq)),
                }
            }
        }
        Ok((lines, stop - 1))
    }

    fn keep_sealed(&mut self, header: Header, lines: &[Vec<u8>]) -> Result<(), FileError> {
        let bytes = batch::seal(&header, lines.iter().map(Vec::as_slice));
        files::replace(&self.dir.join("sealed"), &bytes, self.durable)?;
        let sha256 = hex::encode(sha256(&bytes));
        self.sealed = Some(SealedBatch { header, bytes: Bytes::from(bytes), sha256 });
        Ok(())
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

    /// Writes what is not acknowledged into the folder of a new numbering, which begins with 1.
    pub(super) fn carry_over(&mut self, to: &std::path::Path) -> Result<(), FileError> {
        self.close_tail()?;
        files::create_dir(to)?;
        let shift = self.acked.last;
        let name = |seq: u64| to.join(file_name(seq - shift));
        let mut from = shift + 1;
        if let Some(sealed) = self.sealed.as_ref().filter(|sealed| sealed.header.gap.is_none()) {
            // Its records may be gone from the segments; the batch itself is whole.
            let text = body::unpack(&sealed.bytes).unwrap_or_default();
            let mut records = Vec::with_capacity(text.len());
            text.split(|byte| *byte == b'\n').skip(1).for_each(|line| frame(line, &mut records));
            files::replace(&name(from), &records, self.durable)?;
            from = sealed.header.last + 1;
        }
        for segment in self.segments.iter().filter(|segment| segment.end() > from && segment.count > 0) {
            let path = self.path(segment.first);
            if segment.first >= from {
                let target = name(segment.first);
                // Not every file system has links.
                if fs::hard_link(&path, &target).is_err() {
                    fs::copy(&path, &target).map_err(FileError::of("copy", &path))?;
                }
                continue;
            }
            let content = files::read(&path)?.unwrap_or_default();
            let scan = segment::scan(&content, segment.count);
            let skip = usize::try_from(from - segment.first).unwrap_or(usize::MAX);
            files::replace(&name(from), segment::rest(&content, &scan, skip), self.durable)?;
        }
        let missing: Vec<_> = self
            .missing
            .iter()
            .filter(|gap| gap.last > shift)
            .map(|gap| Missing { first: gap.first.max(shift + 1) - shift, last: gap.last - shift, ..gap.clone() })
            .collect();
        write_json(&to.join("gaps"), &missing, self.durable)
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
