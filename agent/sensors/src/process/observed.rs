//! What a source sees, before names, parents and hashes are added. Times are nanoseconds since boot, sleep included.

pub(crate) use yagura_records::FileIdentity;
use yagura_records::Text;

/// A process, for as long as the machine runs: pids are used again, but not with the same start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) pid: u32,
    pub(crate) start_ns: u64,
}

/// Whose process it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) effective_uid: u32,
    pub(crate) login_uid: Option<u32>,
    pub(crate) session: Option<u32>,
}

/// A program began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exec {
    pub(crate) at_ns: u64,
    pub(crate) who: Identity,
    /// The start time was guessed.
    pub(crate) start_inferred: bool,
    pub(crate) parent: Option<Identity>,
    pub(crate) owner: Option<Owner>,
    pub(crate) image: Option<Text>,
    pub(crate) image_deleted: bool,
    pub(crate) path_cut: bool,
    pub(crate) arguments: Option<Vec<Vec<u8>>>,
    pub(crate) arguments_cut: bool,
    pub(crate) cwd: Option<Text>,
    pub(crate) file: Option<FileIdentity>,
    pub(crate) polled: bool,
}

/// A process split off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fork {
    pub(crate) at_ns: u64,
    pub(crate) who: Identity,
    pub(crate) parent: Identity,
    pub(crate) owner: Option<Owner>,
}

/// A process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) at_ns: u64,
    pub(crate) pid: u32,
    /// `None`: the source knows only the pid.
    pub(crate) start_ns: Option<u64>,
    pub(crate) owner: Option<Owner>,
    /// The wait status, if the source knows it.
    pub(crate) status: Option<u32>,
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observed {
    Exec(Box<Exec>),
    Fork(Fork),
    Exit(Exit),
    /// Observations are missing here, this many if known.
    Lost {
        at_ns: u64,
        count: Option<u64>,
        reason: &'static str,
    },
}

/// A process that was there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) who: Identity,
    pub(crate) image: Option<Text>,
    pub(crate) file: Option<FileIdentity>,
}
