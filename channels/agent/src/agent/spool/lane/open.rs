//! Opening a lane: finding out what a crash left.

use std::{collections::VecDeque, fs, fs::File, path::PathBuf};

use bytes::Bytes;
use uuid::Uuid;
use yagura_vocabulary::Lane;

use super::{LaneSpool, Missing, Segment, read_json};
use crate::{
    agent::{
        files::{self, FileError},
        spool::{SealedBatch, segment},
    },
    wire::{batch::Header, body, key::sha256, receipt::Mark},
};

impl LaneSpool {
    /// Opens a lane; gives also how many bytes were cut off its end.
    pub(in crate::agent::spool) fn open(
        dir: PathBuf,
        lane: Lane,
        epoch: Uuid,
        durable: bool,
    ) -> Result<(Self, u64), FileError> {
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
}
