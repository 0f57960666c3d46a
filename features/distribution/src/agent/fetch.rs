//! The content that a job needs: fetched within its limit of bandwidth, for as long as its deadline lets, over stops and lost connections.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::sleep;
use yagura_agent_kit::{Blobs, CancellationToken, NoBlob, Pace};
use yagura_channel::wire::blob::{BlobHash, BlobPurpose};
use yagura_vocabulary::{Clock, Time};

use super::{board::Board, gather, record::Key};
use crate::{
    bucket::Bucket,
    model::{Job, PackageFile, Work},
};

const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(900);

/// Why there is no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The job was taken back.
    Recalled,
    /// Its deadline went by.
    Expired,
    /// It is not to be had.
    Failed(String),
}

/// What fetching needs.
pub(super) struct Fetch<'a> {
    pub(super) blobs: &'a Arc<dyn Blobs>,
    pub(super) board: &'a Board,
    pub(super) clock: &'a Arc<dyn Clock>,
    pub(super) key: Key,
    pub(super) folder: PathBuf,
    pub(super) bytes_per_second: u64,
    pub(super) deadline: Option<Time>,
    pub(super) recalled: &'a CancellationToken,
}

/// The contents of a job: hash and the name that the file has for the work.
pub(super) fn wanted(job: &Job) -> Vec<(BlobHash, String)> {
    match &job.work {
        Work::Install { files } => {
            let mut taken = BTreeSet::new();
            let mut own = |(at, file): (usize, &PackageFile)| {
                let name = plain(&file.name);
                let name = if taken.insert(name.clone()) { name } else { format!("{at}-{name}") };
                (file.blob, name)
            };
            files.iter().enumerate().map(&mut own).collect()
        }
        // A script's name is for people.
        Work::Script { blob, .. } => vec![(*blob, "script".to_owned())],
        Work::Updates { .. } => Vec::new(),
    }
}

/// A file's name in which nothing means something to a package system: apt passes over a file with a colon in its name, as an epoch brings it.
fn plain(name: &str) -> String {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "._-+~".contains(letter);
    name.chars().map(|letter| if harmless(letter) { letter } else { '_' }).collect()
}

/// The bucket before each chunk, and the percents after it.
struct Paced<'a> {
    bucket: Bucket,
    fetch: &'a Fetch<'a>,
    /// Files before this one, and all.
    files: (u64, u64),
    told: u8,
}

#[async_trait]
impl Pace for Paced<'_> {
    async fn may(&mut self, bytes: u64) {
        sleep(self.bucket.take(bytes, self.fetch.clock.now())).await;
    }

    fn here(&mut self, bytes: u64, all: u64) {
        let of_file = bytes.saturating_mul(100).checked_div(all).unwrap_or(100);
        let percent = (self.files.0 * 100 + of_file) / self.files.1.max(1);
        let percent = u8::try_from(percent.min(100)).unwrap_or(100);
        if percent != self.told {
            self.told = percent;
            self.fetch.board.fetched(self.fetch.key, percent);
        }
    }
}

impl Fetch<'_> {
    /// The files, in the order of the work, each checked once more where the work finds it.
    pub(super) async fn all(&self, wanted: &[(BlobHash, String)]) -> Result<Vec<PathBuf>, Stopped> {
        let mut files = Vec::new();
        let count = wanted.len() as u64;
        let bucket = Bucket::new(self.bytes_per_second, self.clock.now());
        let mut pace = Paced { bucket, fetch: self, files: (0, count), told: 101 };
        for (hash, name) in wanted {
            pace.files.0 = files.len() as u64;
            files.push(self.one(*hash, name, &mut pace).await?);
        }
        Ok(files)
    }

    async fn one(&self, hash: BlobHash, name: &str, pace: &mut Paced<'_>) -> Result<PathBuf, Stopped> {
        let place = self.folder.join("files").join(name);
        let mut pause = FIRST_PAUSE;
        loop {
            // What was gathered before a stop is not fetched again.
            if gather::is(&place, hash).await {
                return Ok(place);
            }
            let fetched = tokio::select! {
                () = self.recalled.cancelled() => return Err(Stopped::Recalled),
                fetched = self.blobs.fetch(hash, BlobPurpose::Package, pace) => fetched,
            };
            let reason = match fetched {
                Ok(blob) => match gather::take(&blob, &place, hash).await {
                    Ok(()) => {
                        self.blobs.let_go(hash).await;
                        return Ok(place);
                    }
                    Err(error) => {
                        // Whatever it is now, it is not what was asked for.
                        self.blobs.let_go(hash).await;
                        error.to_string()
                    }
                },
                Err(NoBlob::Ever(reason)) => return Err(Stopped::Failed(format!("cannot fetch {name}: {reason}"))),
                Err(NoBlob::Now(reason)) => reason,
            };
            if self.deadline.is_some_and(|deadline| self.clock.now() > deadline) {
                return Err(Stopped::Expired);
            }
            tracing::warn!(rollout = %self.key.rollout, name, reason, ?pause, "content is not here yet; it is tried again");
            tokio::select! {
                () = self.recalled.cancelled() => return Err(Stopped::Recalled),
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
