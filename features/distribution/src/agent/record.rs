//! What was done about each job, written down before it is done: a machine that comes up again, or an agent that was killed, never does it
//! a second time.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Id, Time};

use super::{Plan, Ran};
use crate::{
    countdown::Countdown,
    model::{Job, Outcome, Rollout},
};

/// Longer than any command waits and is remembered by the agent.
const KEPT: Duration = Duration::from_secs(120 * 86_400);

/// One endpoint's part of a rollout, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) rollout: Id<Rollout>,
    pub(super) attempt: u32,
}

impl Key {
    pub(super) fn of(job: &Job) -> Self {
        Self { rollout: job.rollout_id, attempt: job.attempt }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.rollout, self.attempt)
    }
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) key: Key,
    pub(super) at: Time,
    /// How often people put it off.
    pub(super) postponed: u32,
    pub(super) stage: Stage,
}

/// How far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// It waits; people may have been told.
    Waiting(Option<Countdown>),
    /// The work is about to begin, or began.
    Working(Begun),
    /// It failed, and what was before is put back.
    RollingBack(Begun, Ran, String),
    /// It is over.
    Over(Outcome),
}

/// Work that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) at: Time,
    pub(super) plan: Plan,
    /// Why what is there now could not be put back; nothing where it can.
    pub(super) no_back: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub(super) struct Disk {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl Disk {
    pub(super) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

/// What becomes of a job that is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recalled {
    Before,
    Began,
    Over,
}

/// The folder of records, one file for each job.
#[derive(Debug)]
pub(super) struct Records {
    folder: PathBuf,
    /// Held while a job passes from waiting to work, or is taken back.
    passing: Mutex<()>,
}

impl Records {
    /// Makes the folder and forgets what is long over.
    pub(super) fn open(folder: PathBuf, now: Time) -> Result<Self, Disk> {
        fs::create_dir_all(&folder).map_err(Disk::of("make the folder", &folder))?;
        #[cfg(unix)]
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .map_err(Disk::of("close the folder", &folder))?;
        let records = Self { folder, passing: Mutex::new(()) };
        for record in records.all()? {
            if record.at + KEPT < now {
                for path in [records.path(record.key), records.mark(record.key)] {
                    // It is tried again at the next start.
                    drop(fs::remove_file(path));
                }
            }
        }
        Ok(records)
    }

    fn all(&self) -> Result<Vec<Record>, Disk> {
        let entries = fs::read_dir(&self.folder).map_err(Disk::of("list", &self.folder))?;
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        Ok(entries.flatten().filter_map(|entry| read(entry.path())).collect())
    }

    fn path(&self, key: Key) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    /// A file that says that the job was taken back.
    fn mark(&self, key: Key) -> PathBuf {
        self.folder.join(format!("{key}.recalled"))
    }

    /// The folder in which a job works.
    pub(super) fn work_folder(&self, key: Key) -> PathBuf {
        self.folder.join("work").join(key.to_string())
    }

    /// What is known of a job.
    ///
    /// # Errors
    /// When it cannot be read: better not at all than twice.
    pub(super) fn find(&self, key: Key) -> Result<Option<Record>, Disk> {
        let path = self.path(key);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(Disk::of("read", &path))?,
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| Disk::of("understand", &path)(error.into()))
    }

    /// Writes it beside and renames, so that a crash leaves the old or the new; on the disk when this returns.
    pub(super) fn write(&self, record: &Record) -> Result<(), Disk> {
        let json = serde_json::to_vec(record).map_err(io::Error::from);
        let path = self.path(record.key);
        json.and_then(|json| self.replace(&path, &json)).map_err(Disk::of("write", &path))
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        fs::File::open(&self.folder)?.sync_all()
    }

    /// Writes that the work begins, unless the job was taken back; gives whether it begins.
    pub(super) fn begin(&self, record: &Record) -> Result<bool, Disk> {
        let _passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_recalled(record.key) {
            return Ok(false);
        }
        self.write(record).map(|()| true)
    }

    pub(super) fn is_recalled(&self, key: Key) -> bool {
        self.mark(key).exists()
    }

    /// Takes a rollout back: each of its jobs that has not begun never will.
    pub(super) fn recall(&self, rollout: Id<Rollout>) -> Result<Vec<(Key, Recalled)>, Disk> {
        let _passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        for record in self.all()?.into_iter().filter(|record| record.key.rollout == rollout) {
            let became = match record.stage {
                Stage::Waiting(_) => {
                    let mark = self.mark(record.key);
                    self.replace(&mark, b"").map_err(Disk::of("write", &mark))?;
                    Recalled::Before
                }
                Stage::Working(_) | Stage::RollingBack(..) => Recalled::Began,
                Stage::Over(_) => Recalled::Over,
            };
            found.push((record.key, became));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(stage: Stage) -> Record {
        Record { key: Key { rollout: Id::new(), attempt: 1 }, at: Time::from_seconds(1_000), postponed: 0, stage }
    }

    fn begun() -> Stage {
        Stage::Working(Begun { at: Time::from_seconds(1_000), plan: Plan::default(), no_back: None })
    }

    #[test]
    fn a_job_is_remembered_over_starts_and_a_damaged_record_is_no_permission() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path().join("jobs"), Time::from_seconds(0)).unwrap();
        let one = record(begun());
        assert_eq!(records.find(one.key).unwrap(), None);
        records.write(&one).unwrap();
        let again = Records::open(dir.path().join("jobs"), one.at + KEPT).unwrap();
        assert_eq!(again.find(one.key).unwrap(), Some(one.clone()));
        fs::write(again.path(one.key), "{").unwrap();
        assert!(again.find(one.key).is_err());
    }

    #[test]
    fn what_is_long_over_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path().to_owned(), Time::from_seconds(0)).unwrap();
        let one = record(begun());
        records.write(&one).unwrap();
        let later = Records::open(dir.path().to_owned(), one.at + KEPT + Duration::from_secs(1)).unwrap();
        assert_eq!(later.find(one.key).unwrap(), None);
    }

    #[test]
    fn a_job_that_was_taken_back_never_begins_and_one_that_began_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path().to_owned(), Time::from_seconds(0)).unwrap();
        let waiting = record(Stage::Waiting(None));
        records.write(&waiting).unwrap();
        assert_eq!(records.recall(waiting.key.rollout).unwrap(), [(waiting.key, Recalled::Before)]);
        assert!(!records.begin(&Record { stage: begun(), ..waiting.clone() }).unwrap());
        let working = record(begun());
        assert!(records.begin(&working).unwrap());
        assert_eq!(records.recall(working.key.rollout).unwrap(), [(working.key, Recalled::Began)]);
        assert!(!records.is_recalled(working.key) && records.recall(Id::new()).unwrap().is_empty());
    }
}
