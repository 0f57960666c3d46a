//! The journal of commands: written before acting, so that a crash never runs one twice.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    CommandState, Id, Time,
    id::{Command as CommandKind, Endpoint},
};

use crate::{
    agent::files::{self, FileError},
    wire::command::{Command, Progress},
};

/// An entry is kept so long after its command's expiry. An old command that comes again is then refused as expired.
const KEPT: Duration = Duration::from_secs(86_400 * 7);

/// One command that this endpoint took on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) endpoint: Id<Endpoint>,
    pub(super) name: String,
    pub(super) expires_at: Time,
    pub(super) progress: Progress,
    /// Whether the server knows the end of it.
    pub(super) told: bool,
    /// With what, where it is gone on with after a stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) args: Option<serde_json::Value>,
    /// Whether the server has agreed that it is begun, where it is gone on with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) agreed: bool,
}

impl Entry {
    pub(super) fn accepted(command: &Command, now: Time) -> Self {
        let progress = Progress { id: command.id, state: CommandState::Accepted, at: now, result: None, error: None };
        let (endpoint, name, expires_at) = (command.endpoint, command.name.clone(), command.expires_at);
        Self { endpoint, name, expires_at, progress, told: false, args: None, agreed: false }
    }

    pub(super) fn end(&mut self, outcome: Result<serde_json::Value, String>, now: Time) {
        self.progress.at = now;
        match outcome {
            Ok(result) => {
                self.progress.state = CommandState::Done;
                self.progress.result = Some(result);
            }
            Err(error) => {
                self.progress.state = CommandState::Failed;
                self.progress.error = Some(error);
            }
        }
    }
}

/// What the journal knows of a command.
pub(super) enum Found {
    Nothing,
    Entry(Box<Entry>),
    Damaged,
}

/// The folder of entries, one file per command.
#[derive(Debug, Clone)]
pub(super) struct Journal(PathBuf);

impl Journal {
    pub(super) fn open(dir: &Path) -> Result<Self, FileError> {
        files::create_dir(dir)?;
        Ok(Self(dir.to_owned()))
    }

    fn path(&self, id: Id<CommandKind>) -> PathBuf {
        self.0.join(format!("{id}.json"))
    }

    /// What is known of this command. A damaged entry counts as taken on: better not at all than twice.
    pub(super) fn find(&self, id: Id<CommandKind>) -> Result<Found, FileError> {
        Ok(match files::read(&self.path(id))? {
            None => Found::Nothing,
            Some(text) => serde_json::from_slice(&text).map_or(Found::Damaged, |entry| Found::Entry(Box::new(entry))),
        })
    }

    pub(super) fn write(&self, entry: &Entry) -> Result<(), FileError> {
        files::replace(&self.path(entry.progress.id), &serde_json::to_vec(entry).unwrap_or_default(), true)
    }

    /// All entries that can be read; those that are long over are removed.
    pub(super) fn entries(&self, now: Time) -> Result<Vec<Entry>, FileError> {
        let mut entries = Vec::new();
        for file in std::fs::read_dir(&self.0).map_err(FileError::of("list", &self.0))?.flatten() {
            let path = file.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let Some(text) = files::read(&path)? else { continue };
            let Ok(entry) = serde_json::from_slice::<Entry>(&text) else { continue };
            if entry.told && entry.expires_at + KEPT < now {
                files::remove(&path)?;
            } else {
                entries.push(entry);
            }
        }
        Ok(entries)
    }
}
