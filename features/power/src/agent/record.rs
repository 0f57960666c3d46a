//! What was done about each request, written down before it is done: a machine that comes up again, or an agent that was killed, never
//! acts on a request a second time.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{Id, Time};

use crate::{Act, countdown::Countdown, model::Request};

/// Longer than any command waits and is remembered by the agent.
const KEPT: Duration = Duration::from_secs(120 * 86_400);

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) request: Id<Request>,
    pub(super) act: Act,
    /// In which start of the machine it was last worked on.
    pub(super) boot_id: Uuid,
    pub(super) at: Time,
    pub(super) stage: Stage,
}

/// How far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// People were told.
    Waiting(Countdown),
    /// The system is asked to act, or was.
    Acted,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub(super) struct Disk {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The folder of records, one file for each request.
#[derive(Debug, Clone)]
pub(super) struct Records(PathBuf);

impl Records {
    /// Makes the folder and forgets what is long over.
    pub(super) fn open(folder: PathBuf, now: Time) -> Result<Self, Disk> {
        let refused = |source| Disk { action: "use the folder", path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(refused)?;
        for entry in fs::read_dir(&folder).map_err(refused)?.flatten() {
            let read = fs::read(entry.path()).ok().and_then(|text| serde_json::from_slice::<Record>(&text).ok());
            if read.is_some_and(|record| record.at + KEPT < now) {
                // It is tried again at the next start.
                let _: io::Result<()> = fs::remove_file(entry.path());
            }
        }
        Ok(Self(folder))
    }

    fn path(&self, request: Id<Request>) -> PathBuf {
        self.0.join(format!("{request}.json"))
    }

    /// What is known of a request.
    ///
    /// # Errors
    /// When it cannot be read: better not at all than twice.
    pub(super) fn find(&self, request: Id<Request>) -> Result<Option<Record>, Disk> {
        let path = self.path(request);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Disk { action: "read", path, source }),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| Disk { action: "read", path, source: error.into() })
    }

    /// Writes it beside and renames, so that a crash leaves the old or the new; on the disk when this returns.
    pub(super) fn write(&self, record: &Record) -> Result<(), Disk> {
        let path = self.path(record.request);
        let beside = path.with_extension("new");
        let written = serde_json::to_vec(record).map_err(io::Error::from).and_then(|json| {
            let mut file = fs::File::create(&beside)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            fs::File::open(&self.0)?.sync_all()
        });
        written.map_err(|source| Disk { action: "write", path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_outlives_the_agent_and_a_damaged_one_is_no_record_of_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (request, at) = (Id::new(), Time::from_seconds(1_000));
        let records = Records::open(dir.path().join("power"), at).unwrap();
        assert_eq!(records.find(request).unwrap(), None);
        let record = Record { request, act: Act::Restart, boot_id: Uuid::nil(), at, stage: Stage::Acted };
        records.write(&record).unwrap();
        let again = Records::open(dir.path().join("power"), at + KEPT).unwrap();
        assert_eq!(again.find(request).unwrap(), Some(record));
        fs::write(dir.path().join(format!("power/{request}.json")), "{").unwrap();
        assert!(records.find(request).is_err());
    }

    #[test]
    fn what_is_long_over_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let (request, at) = (Id::new(), Time::from_seconds(1_000));
        let records = Records::open(dir.path().to_owned(), at).unwrap();
        records.write(&Record { request, act: Act::Restart, boot_id: Uuid::nil(), at, stage: Stage::Acted }).unwrap();
        let later = Records::open(dir.path().to_owned(), at + KEPT + Duration::from_secs(1)).unwrap();
        assert_eq!(later.find(request).unwrap(), None);
    }
}
