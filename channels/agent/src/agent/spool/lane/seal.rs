//! Sealing: from records to the one batch that is on its way.

use bytes::Bytes;
use yagura_vocabulary::Time;

use super::LaneSpool;
use crate::{
    agent::{
        files::{self, FileError},
        spool::{SealedBatch, segment},
    },
    wire::{
        batch::{self, Gap, Header, MAX_EVENTS, TARGET_BYTES},
        key::sha256,
    },
};

impl LaneSpool {
    pub(in crate::agent::spool) fn next_batch(&mut self, now: Time) -> Result<Option<SealedBatch>, FileError> {
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
}
