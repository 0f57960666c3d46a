//! Who was logged on, when the machine ran, and which accounts there are.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Account;

use crate::{Lost, Moment};

/// What happened. The word is the event's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SessionAct {
    /// Somebody logged on.
    #[serde(rename = "session.logon")]
    Logon,
    /// A logon session ended.
    #[serde(rename = "session.logoff")]
    Logoff,
    /// A screen was locked.
    #[serde(rename = "session.lock")]
    Lock,
    /// A screen was unlocked.
    #[serde(rename = "session.unlock")]
    Unlock,
    /// Somebody tried to log on and could not.
    #[serde(rename = "session.failed")]
    Failed,
    /// The machine started.
    #[serde(rename = "power.boot")]
    Boot,
    /// The machine stopped.
    #[serde(rename = "power.shutdown")]
    Shutdown,
    /// It went to sleep.
    #[serde(rename = "power.sleep")]
    Sleep,
    /// It woke up.
    #[serde(rename = "power.wake")]
    Wake,
    /// An account was made, changed or removed, or a group of administrators has other members.
    #[serde(rename = "account.change")]
    AccountChange,
}

impl SessionAct {
    /// The event's kind.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Logon => "session.logon",
            Self::Logoff => "session.logoff",
            Self::Lock => "session.lock",
            Self::Unlock => "session.unlock",
            Self::Failed => "session.failed",
            Self::Boot => "power.boot",
            Self::Shutdown => "power.shutdown",
            Self::Sleep => "power.sleep",
            Self::Wake => "power.wake",
            Self::AccountChange => "account.change",
        }
    }
}

/// A logon session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogonSession {
    /// Its name on this machine, until the next start.
    pub id: String,
    /// What kind of screen it has: `x11`, `wayland`, `tty`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The program that let the person in: `gdm-password`, `sshd`, `login`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The display or terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// The machine it comes from, where it is a remote one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_host: Option<String>,
}

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountChange {
    /// It is there, and was not.
    Added,
    /// It is gone.
    Removed,
    /// It became an administrator: by a group, or by the number 0.
    Promoted,
    /// It is no administrator any more.
    Demoted,
}

impl AccountChange {
    /// The word in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Promoted => "promoted",
            Self::Demoted => "demoted",
        }
    }
}

/// Something happened to a session, to the machine or to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionActed {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// What.
    pub act: SessionAct,
    /// Whose session it is, or the account that was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<LogonSession>,
    /// Of an end: for how long the session, the sleep or the machine's run lasted, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Of a failed logon: the name that was given, which may be no account's, or a password typed into the wrong field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<String>,
    /// Of an account: what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<AccountChange>,
    /// Nobody saw it: it was deduced afterwards, and the time is the last one at which it was not so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

impl SessionActed {
    /// What happened, with nothing else known of it.
    #[must_use]
    pub const fn new(at: Moment, act: SessionAct) -> Self {
        Self { at, act, account: None, session: None, duration_ms: None, claimed: None, change: None, inferred: false }
    }
}

/// One line of the session stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum SessionRecord {
    /// Something happened.
    Acted(Box<SessionActed>),
    /// Records are missing here.
    Lost(Lost),
}

impl SessionRecord {
    /// When it was.
    #[must_use]
    pub fn at(&self) -> Moment {
        match self {
            Self::Acted(acted) => acted.at,
            Self::Lost(lost) => lost.at,
        }
    }

    /// About how many bytes of memory the record takes, for bounding queues.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Acted(acted) => 512 + acted.claimed.as_ref().map_or(0, String::len),
            Self::Lost(_) => 256,
        }
    }
}
