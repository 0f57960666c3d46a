//! What happened, in the shared shape of events.

mod files;
mod prints;
mod sessions;
mod windows;

pub use files::file_acted;
pub use prints::print_job;
use serde_json::{Map, Value};
pub use sessions::{privilege_use, session_acted};
pub use windows::{app_usage, desktop_sight, idle, window_active, window_error, window_title};
use yagura_records::{Hash, Lost, Moment, Note, Origin, ProcessExited, ProcessStarted, Text};
use yagura_vocabulary::{Account, Event};

use crate::FEATURE;

fn event(at: Moment, kind: &str) -> Event {
    let mut event = Event::new(at.occurred_at, FEATURE, kind);
    event.boot_id = Some(at.boot_id);
    event.mono_ns = Some(at.mono_ns);
    event
}

/// Puts a text in its column, and its bytes in the body if they are not UTF-8.
fn column(text: Option<&Text>, name: &str, body: &mut Map<String, Value>) -> Option<String> {
    let text = text?;
    if let Some(raw) = text.raw_base64() {
        body.insert(format!("{name}_raw"), raw.into());
    }
    Some(text.as_str().to_owned())
}

fn insert(body: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), value.into());
    }
}

fn account(account: &Account) -> Value {
    serde_json::json!({ "name": account.name, "id": account.id })
}

/// The event `process.start`. Body: `ppid`, `cwd`, `origin` (`fork`, where it is not `exec`), `effective_account`,
/// `login_account`, `hash_missing` (why there is none), `notes`.
#[must_use]
pub fn started(start: &ProcessStarted) -> Event {
    let mut event = event(start.at, "process.start");
    let body = &mut event.body;
    event.image = column(start.image.as_ref(), "image", body);
    event.command_line = column(start.command_line.as_ref(), "command_line", body);
    let cwd = column(start.cwd.as_ref(), "cwd", body);
    insert(body, "cwd", cwd);
    insert(body, "ppid", Some(start.ppid));
    insert(body, "origin", (start.origin == Origin::Fork).then_some("fork"));
    insert(body, "effective_account", start.effective_account.as_ref().map(account));
    let login = start.login_account.as_ref().filter(|login| Some(*login) != start.account.as_ref());
    insert(body, "login_account", login.map(account));
    match &start.hash {
        Hash::Sha256(hash) => event.hash_sha256 = Some(hash.clone()),
        Hash::Off => {}
        Hash::TooLarge => insert(body, "hash_missing", Some("too_large")),
        Hash::Gone => insert(body, "hash_missing", Some("gone")),
    }
    if !start.notes.is_empty() {
        body.insert("notes".to_owned(), start.notes.iter().map(|note| note_word(*note)).collect());
    }
    event.account.clone_from(&start.account);
    event.logon_session.clone_from(&start.logon_session);
    event.process_guid = Some(start.guid);
    event.pid = Some(start.pid);
    event.parent_guid = start.parent_guid;
    event.parent_image.clone_from(&start.parent_image);
    event.truncated = start.truncated || start.notes.contains(&Note::PathCut);
    event.inferred = start.notes.contains(&Note::Polled);
    event
}

fn note_word(note: Note) -> &'static str {
    match note {
        Note::CommandLineMissing => "command_line_missing",
        Note::ImageMissing => "image_missing",
        Note::CwdMissing => "cwd_missing",
        Note::PathCut => "path_cut",
        Note::Polled => "polled",
        Note::ImageDeleted => "image_deleted",
        Note::StartTimeInferred => "start_time_inferred",
        Note::Masked => "masked",
    }
}

/// The event `process.exit`. Body: `exit_code` or `signal`, `duration_ms`.
#[must_use]
pub fn exited(exit: &ProcessExited) -> Event {
    let mut event = event(exit.at, "process.exit");
    event.process_guid = Some(exit.guid);
    event.pid = Some(exit.pid);
    event.image.clone_from(&exit.image);
    event.account.clone_from(&exit.account);
    event.logon_session.clone_from(&exit.logon_session);
    insert(&mut event.body, "exit_code", exit.exit_code);
    insert(&mut event.body, "signal", exit.signal);
    insert(&mut event.body, "duration_ms", exit.lived_us.map(|us| us / 1000));
    event
}

/// The event `agent.gap`: records of this stream (`process`, `file`, `window`, `print`) are missing here.
#[must_use]
pub fn lost(lost: &Lost, stream: &str) -> Event {
    let mut event = event(lost.at, "agent.gap");
    event.count = lost.count;
    event.subject = Some(lost.reason.clone());
    event.with("stream", stream)
}

#[cfg(test)]
pub(crate) mod file_tests;
#[cfg(test)]
pub(crate) mod print_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod window_tests;
