//! The spool: what happened, on disk, until the server has said that it is stored.
//!
//! ```text
//! <dir>/epoch                      which numbering is in force (a UUID)
//! <dir>/<epoch>/<lane>/<first>.log segments of records; the name is the number of the first one
//! <dir>/<epoch>/<lane>/acked       what the server has stored (a mark)
//! <dir>/<epoch>/<lane>/sealed      the batch that is on its way, to be sent byte for byte until it is acknowledged
//! <dir>/<epoch>/<lane>/gaps        numbers that will never come, and why
//! ```
//!
//! Records are written at once, so an agent that is killed loses nothing; [`Spool::sync`] makes them survive a power
//! failure. Critical ones are made durable at once.

mod lane;
pub mod peek;
mod segment;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use uuid::Uuid;
use yagura_vocabulary::{Event, Lane, Time};

use self::lane::LaneSpool;
use super::files::{self, FileError};
use crate::wire::{
    batch::{GAP, Header},
    hello::LaneState,
    receipt::Mark,
};

/// How much a spool may hold and how careful it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of segments, over all lanes. Beyond that the oldest bulk, then operation, then critical records go.
    pub bytes: u64,
    /// Whether files are made to survive a power failure. False only where thousands of pretended agents share a disk.
    pub durable: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 30, durable: true }
    }
}

/// A batch that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBatch {
    /// Its header.
    pub header: Header,
    /// Its bytes, packed.
    pub bytes: Bytes,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
}

/// The spool could not do it.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The server's mark is not one that we could have caused: another numbering, or a batch we did not send.
    #[error("the server says that {lane} {epoch} is stored up to {last}, which is not what this endpoint sent")]
    Disagrees {
        /// The lane.
        lane: Lane,
        /// The mark's numbering.
        epoch: Uuid,
        /// The mark's number.
        last: u64,
    },
}

/// The spool of one endpoint. One process at a time may have it open.
#[derive(Debug)]
pub struct Spool {
    dir: PathBuf,
    limits: Limits,
    epoch: Uuid,
    lanes: [LaneSpool; 3],
}

impl Spool {
    /// Opens the spool in `dir`, or begins one. What a crash left half written is cut off, and told of by an event.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read or written.
    pub fn open(dir: &Path, limits: Limits, now: Time) -> Result<Self, SpoolError> {
        files::create_dir(dir)?;
        let pointer = dir.join("epoch");
        let epoch = match read_epoch(&pointer)? {
            Some(epoch) => epoch,
            None => {
                // A damaged pointer does not cost the records: if there is one numbering, it is that one.
                let epoch = numberings(dir)?.first().copied().unwrap_or_else(Uuid::new_v4);
                files::replace(&pointer, epoch.to_string().as_bytes(), limits.durable)?;
                epoch
            }
        };
        // What a change of the numbering left behind when it was interrupted.
        for other in numberings(dir)?.into_iter().filter(|other| *other != epoch) {
            let path = dir.join(other.to_string());
            std::fs::remove_dir_all(&path).map_err(FileError::of("remove", &path))?;
        }
        let mut torn = Vec::new();
        let lanes = open_lanes(dir, epoch, limits, &mut torn)?;
        let mut spool = Self { dir: dir.to_owned(), limits, epoch, lanes };
        for (lane, bytes) in torn {
            let event = Event::new(now, "agent", GAP).with("reason", "torn").with("bytes", bytes);
            spool.append(lane, &event)?;
        }
        Ok(spool)
    }

    /// The numbering in force.
    #[must_use]
    pub fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// Writes an event and gives its number. A critical one is durable when this returns.
    ///
    /// # Errors
    /// When it cannot be written, even after room was made.
    pub fn append(&mut self, lane: Lane, event: &Event) -> Result<u64, SpoolError> {
        let text = text_of(event);
        while self.bytes() + text.len() as u64 > self.limits.bytes && self.make_room()? {}
        let durable = lane == Lane::Critical;
        match self.lane(lane).append(&text, durable) {
            Err(error) if error.source.kind() == std::io::ErrorKind::StorageFull && self.make_room()? => {
                Ok(self.lane(lane).append(&text, durable)?)
            }
            result => Ok(result?),
        }
    }

    /// Makes everything written so far survive a power failure.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn sync(&mut self) -> Result<(), SpoolError> {
        for lane in &mut self.lanes {
            lane.sync()?;
        }
        Ok(())
    }

    /// Bytes written since the last [`Self::sync`].
    #[must_use]
    pub fn unsynced(&self) -> u64 {
        self.lanes.iter().map(LaneSpool::unsynced).sum()
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lanes.iter().map(LaneSpool::bytes).sum()
    }

    /// How many numbers of a lane wait for the server.
    #[must_use]
    pub fn waiting(&self, lane: Lane) -> u64 {
        self.lanes[lane as usize].waiting()
    }

    /// Whether a whole batch of a lane waits, so that gathering more would gain nothing.
    #[must_use]
    pub fn has_full_batch(&self, lane: Lane) -> bool {
        self.lanes[lane as usize].has_full_batch()
    }

    /// The batch to send next, if any: the same one, byte for byte, until it is acknowledged.
    ///
    /// # Errors
    /// When records cannot be read or the sealed batch cannot be kept.
    pub fn next_batch(&mut self, lane: Lane, now: Time) -> Result<Option<SealedBatch>, SpoolError> {
        Ok(self.lane(lane).next_batch(now)?)
    }

    /// The server has stored everything up to `mark`; it is forgotten here. Gives whether the mark was news.
    ///
    /// # Errors
    /// [`SpoolError::Disagrees`] when the mark is not the end of the batch on its way: nothing is forgotten.
    pub fn acknowledge(&mut self, lane: Lane, mark: &Mark) -> Result<bool, SpoolError> {
        self.lane(lane).acknowledge(mark)
    }

    /// How the lanes stand, for the hello.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneState> {
        self.lanes.iter().map(LaneSpool::state).collect()
    }

    /// Begins a new numbering: what the server has not acknowledged gets new numbers from 1. After a crash either the old
    /// or the new numbering is there, whole.
    ///
    /// # Errors
    /// When the new folder cannot be written.
    pub fn new_epoch(&mut self, epoch: Uuid) -> Result<(), SpoolError> {
        let old = self.dir.join(self.epoch.to_string());
        let new = self.dir.join(epoch.to_string());
        for lane in &mut self.lanes {
            lane.carry_over(&new.join(lane.name()))?;
        }
        if self.limits.durable {
            files::sync_dir(&new)?;
        }
        files::replace(&self.dir.join("epoch"), epoch.to_string().as_bytes(), self.limits.durable)?;
        self.lanes = open_lanes(&self.dir, epoch, self.limits, &mut Vec::new())?;
        self.epoch = epoch;
        std::fs::remove_dir_all(&old).map_err(FileError::of("remove", &old))?;
        Ok(())
    }

    fn lane(&mut self, lane: Lane) -> &mut LaneSpool {
        &mut self.lanes[lane as usize]
    }

    fn make_room(&mut self) -> Result<bool, SpoolError> {
        for lane in [Lane::Bulk, Lane::Operation, Lane::Critical] {
            if self.lane(lane).drop_oldest()? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn open_lanes(
    dir: &Path,
    epoch: Uuid,
    limits: Limits,
    torn: &mut Vec<(Lane, u64)>,
) -> Result<[LaneSpool; 3], SpoolError> {
    let mut open = |lane: Lane| {
        let path = dir.join(epoch.to_string()).join(lane.as_str());
        let (spool, cut) = LaneSpool::open(path, lane, epoch, limits.durable)?;
        if cut > 0 {
            torn.push((lane, cut));
        }
        Ok::<_, SpoolError>(spool)
    };
    Ok([open(Lane::Critical)?, open(Lane::Operation)?, open(Lane::Bulk)?])
}

fn read_epoch(path: &Path) -> Result<Option<Uuid>, FileError> {
    let bytes = files::read(path)?.unwrap_or_default();
    Ok(std::str::from_utf8(&bytes).ok().and_then(|text| Uuid::try_parse(text.trim()).ok()))
}

fn numberings(dir: &Path) -> Result<Vec<Uuid>, FileError> {
    let entries = std::fs::read_dir(dir).map_err(FileError::of("list", dir))?;
    Ok(entries.flatten().filter_map(|entry| Uuid::try_parse(entry.file_name().to_str()?).ok()).collect())
}

/// Longest text of one event.
const MAX_TEXT: usize = 1 << 20;

fn text_of(event: &Event) -> Vec<u8> {
    let text = serde_json::to_vec(event).unwrap_or_default();
    if text.len() <= MAX_TEXT {
        return text;
    }
    // The columns have limits of their own; only the body can be this large.
    let mut short = Event { truncated: true, body: serde_json::Map::new(), ..event.clone() };
    short = short.with("cut_bytes", text.len() as u64);
    serde_json::to_vec(&short).unwrap_or_default()
}
