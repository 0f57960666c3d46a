//! Processes: started, ended, and how many went unseen.

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{Account, Time};

use crate::Text;

/// When something happened, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// By the wall clock, corrected by the server's.
    pub occurred_at: Time,
    /// Which start of the machine it was.
    pub boot_id: Uuid,
    /// Nanoseconds since that start, sleep included.
    pub mono_ns: u64,
}

/// How a process came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It began to run a program.
    Exec,
    /// It split off its parent and runs on with the same program; told when it first starts a process itself, so that
    /// every parent in a process tree has been told of.
    Fork,
}

/// The SHA-256 of an executable, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hash {
    /// Lower-case hex.
    Sha256(String),
    /// Nobody wants hashes now.
    Off,
    /// The file is larger than the sensor's limit.
    TooLarge,
    /// The file was gone, or another one stood in its place, before it could be read.
    Gone,
}

/// What a record lacks, or how it was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The process had ended before its command line could be read.
    CommandLineMissing,
    /// The process had ended before its executable could be asked for.
    ImageMissing,
    /// The working directory could not be read.
    CwdMissing,
    /// A path was longer than the sensor keeps.
    PathCut,
    /// Seen by looking at the list of processes, some time after the start.
    Polled,
    /// The executable has no name in the file system any more.
    ImageDeleted,
    /// The start time was deduced, so the process id in this record is all that identifies it for sure.
    StartTimeInferred,
    /// Secrets were masked in the command line.
    Masked,
}

/// A process began to run a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessStarted {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Names the process over all machines, starts and reuses of its pid. It stays when the process runs another program.
    pub guid: Uuid,
    /// Its process id.
    pub pid: u32,
    /// Its parent's process id.
    pub ppid: u32,
    /// Names the parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_guid: Option<Uuid>,
    /// Full path of the program that the parent ran at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_image: Option<String>,
    /// How it came to be.
    pub origin: Origin,
    /// Full path of the program; an interpreter's for a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Text>,
    /// The arguments joined by spaces, secrets masked, at most `MAX_COMMAND_LINE` bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_line: Option<Text>,
    /// The command line was longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Text>,
    /// Whose process it is (the real uid).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// With whose rights it runs, where that is somebody else (the effective uid).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_account: Option<Account>,
    /// Who signed in, where the system kept track (the audit uid): stays the same through `su` and `sudo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_account: Option<Account>,
    /// The logon session, by logind's name for it; else the number that the kernel's audit gave it. `None` where it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number_or_name")]
    pub logon_session: Option<String>,
    /// The executable's hash.
    pub hash: Hash,
    /// What is missing or uncertain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessExited {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Names the process.
    pub guid: Uuid,
    /// Its process id.
    pub pid: u32,
    /// Full path of the program it ran last, if its start was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Whose process it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The logon session by logind's name for it; `None` where it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// What it answered, 0 for success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u32>,
    /// The signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<u32>,
    /// How long it lived, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lived_us: Option<u64>,
}

/// Recordings have a number where there is a name now.
fn number_or_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Session {
        Number(u32),
        Name(String),
    }
    Ok(Option::<Session>::deserialize(from)?.map(|session| match session {
        Session::Number(number) => number.to_string(),
        Session::Name(name) => name,
    }))
}

/// Records are missing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// When it was noticed.
    #[serde(flatten)]
    pub at: Moment,
    /// How many; `None` when the kernel does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Where they were lost, in plain English.
    pub reason: String,
}

/// One line of the process stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum ProcessRecord {
    /// A process began to run a program.
    Started(Box<ProcessStarted>),
    /// A process ended.
    Exited(ProcessExited),
    /// Records are missing here.
    Lost(Lost),
}

impl ProcessRecord {
    /// About how many bytes of memory the record takes, for bounding queues.
    #[must_use]
    pub fn weight(&self) -> usize {
        let text = |text: &Option<Text>| text.as_ref().map_or(0, |text| text.as_bytes().len());
        match self {
            Self::Started(start) => 512 + text(&start.image) + text(&start.command_line) + text(&start.cwd),
            Self::Exited(_) | Self::Lost(_) => 256,
        }
    }
}
