//! A program that is about to start, as far as that is known before it does.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::Account;

use crate::{Hash, Moment, Text};

/// A file's content, as far as the file system can tell: any write changes the change time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileIdentity {
    /// Compared only with what the same source gave: kernel and user space number devices differently.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// In bytes.
    pub size: u64,
    /// When anything of it was changed last, in seconds since 1970 by the system's own clock,
    pub changed_s: i64,
    /// and the nanoseconds of that second.
    pub changed_ns: u32,
}

/// A process waits to run a program. Nothing of the program runs yet: it has no command line that anybody but the process itself
/// knows, and no working directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starting {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Names the process that waits, and that keeps this name when the program runs; nothing where it cannot be seen.
    pub guid: Option<Uuid>,
    /// Its process id; 0 where it cannot be seen.
    pub pid: u32,
    /// Its parent's process id; 0 where that is not known.
    pub ppid: u32,
    /// Names the parent.
    pub parent_guid: Option<Uuid>,
    /// Full path of the program that the parent runs.
    pub parent_image: Option<String>,
    /// Full path of the program; of a script its own, as its interpreter is asked about later.
    pub path: Text,
    /// Whose process it is (the real uid).
    pub account: Option<Account>,
    /// With whose rights it runs, where that is somebody else (the effective uid).
    pub effective_account: Option<Account>,
    /// Who signed in, where the system kept track (the audit uid).
    pub login_account: Option<Account>,
    /// The logon session, as of a process that was started.
    pub logon_session: Option<String>,
    /// The program's hash.
    pub hash: Hash,
}
