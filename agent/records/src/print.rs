//! Printing: what was sent to a printer, by whom, and what came of it.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Account;

use crate::{Lost, Moment, Text};

/// What came of a print job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintOutcome {
    /// It was printed.
    Completed,
    /// Somebody took it back.
    Cancelled,
    /// The printing system gave it up.
    Aborted,
    /// It is gone, and the printing system does not say what became of it.
    Unknown,
}

impl PrintOutcome {
    /// The word in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Aborted => "aborted",
            Self::Unknown => "unknown",
        }
    }
}

/// A print job came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintJob {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// The number that the printing system gave it.
    pub job: u32,
    /// Who printed, as the printing system has it. Programs tell that name, and where the system does not ask for a password it is
    /// what they say.
    pub user: String,
    /// The local account of that name, if there is one and the job was made on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The logon session, where the account had only one. Whoever prints is known to the printing system by name alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// From which machine, where it was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The document's name.
    pub document: Text,
    /// Secrets were masked in that name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// The printer's name on this machine.
    pub printer: String,
    /// Where the printer is: a machine's name or address, or `usb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Printed sides over all copies; `None` where the printing system did not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// How many copies were asked for.
    pub copies: u32,
    /// Size of the document in bytes, as far as the printing system says (it counts in KiB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What came of it.
    pub outcome: PrintOutcome,
}

/// One line of the print stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum PrintRecord {
    /// A job came to its end.
    Job(Box<PrintJob>),
    /// Records are missing here.
    Lost(Lost),
}

impl PrintRecord {
    /// When it was.
    #[must_use]
    pub fn at(&self) -> Moment {
        match self {
            Self::Job(job) => job.at,
            Self::Lost(lost) => lost.at,
        }
    }

    /// About how many bytes of memory the record takes, for bounding queues.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Job(job) => 512 + job.document.as_bytes().len() + job.user.len() + job.printer.len(),
            Self::Lost(_) => 256,
        }
    }
}
