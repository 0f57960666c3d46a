//! The operating system behind safe functions: the only crate of Yagura that may say `unsafe` or ask which system it is
//! built for. What a system cannot give is [`Error::Unsupported`], never a made-up value.

mod error;
mod exec_news;
mod file_news;
#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

pub use error::Error;
pub use exec_news::{ExecNews, read_exec_news};
pub use file_news::{EntryRef, FileMask, FileNews, HandleRef, count_file_news, read_file_news};
pub use system::*;

/// Who is at the other end of a local socket, as the kernel vouches for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its process when it connected; by now that id may belong to another process.
    pub pid: u32,
    /// The user it ran as.
    pub uid: u32,
    /// The group it ran as.
    pub gid: u32,
}

/// The room on one filesystem, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// All of it.
    pub size: u64,
    /// What an ordinary user may still fill.
    pub free: u64,
}

/// How the system names itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemName {
    /// The name of this machine in its network.
    pub host: String,
    /// The kernel's release: `6.1.0-18-amd64`.
    pub kernel: String,
    /// The processor architecture: `x86_64`, `aarch64`.
    pub architecture: String,
}

/// One address of one network interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// The interface's number in this machine.
    pub interface: u32,
    /// The address.
    pub address: std::net::IpAddr,
}

/// What the kernel's process connector tells of: a process, by its thread group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessNews {
    /// A process split off another.
    Forked {
        /// The new process.
        pid: u32,
        /// The process it came from.
        parent: u32,
    },
    /// A process began to run another program.
    Executed {
        /// The process.
        pid: u32,
    },
    /// A process ended.
    Exited {
        /// The process.
        pid: u32,
        /// Its wait status: exit code times 256, or the signal that ended it.
        status: u32,
    },
}

/// One piece of news and when it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamped {
    /// Nanoseconds since the machine started, sleep not included.
    pub monotonic_ns: u64,
    /// What happened.
    pub news: ProcessNews,
}

/// How watching over a parent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// The parent ended by itself.
    Gone,
    /// It was silent, and was ended.
    Ended,
}
