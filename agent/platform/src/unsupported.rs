//! Systems that Yagura's agent does not serve yet: everything compiles and says so.

use std::{path::Path, time::Duration};

use uuid::Uuid;

use crate::{DiskSpace, Error, InterfaceAddress, SystemName, Watched};

/// The id of this start of the machine.
///
/// # Errors
/// Always: not supported here.
pub fn boot_id() -> Result<Uuid, Error> {
    Err(Error::Unsupported { action: "tell starts of this machine apart" })
}

/// Who opened the other end of a unix socket.
///
/// # Errors
/// Always: not supported here.
#[cfg(unix)]
pub fn peer_credentials(_socket: impl std::os::fd::AsFd) -> Result<crate::Peer, Error> {
    Err(Error::Unsupported { action: "ask who a local peer is" })
}

/// The room on the filesystem that holds `path`.
///
/// # Errors
/// Always: not supported here.
pub fn disk_space(_path: &Path) -> Result<DiskSpace, Error> {
    Err(Error::Unsupported { action: "ask for disk space" })
}

/// How the system names itself.
///
/// # Errors
/// Always: not supported here.
pub fn system_name() -> Result<SystemName, Error> {
    Err(Error::Unsupported { action: "ask for the system's name" })
}

/// Every address of every interface.
///
/// # Errors
/// Always: not supported here.
pub fn interface_addresses() -> Result<Vec<InterfaceAddress>, Error> {
    Err(Error::Unsupported { action: "list the addresses of the network interfaces" })
}

/// Whether this process may do everything: never assumed.
#[must_use]
pub fn is_superuser() -> bool {
    false
}

/// Time since this program first asked; only differences mean something.
#[must_use]
pub fn since_boot() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

/// Gives memory back to the system: nothing to do here.
pub fn release_memory() {}

/// Tells the allocator that this program would rather be small than fast: nothing to do here.
pub fn keep_memory_small() {}

/// A child that watches over its parent.
#[derive(Debug)]
pub enum Watchman {}

impl Watchman {
    /// Starts this very program again, to stand guard.
    ///
    /// # Errors
    /// Always: not supported here.
    pub fn start(_arguments: &[&str]) -> Result<Self, Error> {
        Err(Error::Unsupported { action: "start the watchman of this program" })
    }

    /// Tells him that all is well.
    ///
    /// # Errors
    /// Never: there is none.
    pub fn beat(&self) -> Result<(), Error> {
        match *self {}
    }
}

/// The watchman's work.
///
/// # Errors
/// Always: not supported here.
pub fn watch_over_parent(_patience: Duration) -> Result<Watched, Error> {
    Err(Error::Unsupported { action: "watch over the parent of this program" })
}

/// The length of [`nvme_health_log`]'s answer.
pub const NVME_HEALTH_LENGTH: usize = 512;

/// The health information of an NVMe controller.
///
/// # Errors
/// Always: not supported here.
pub fn nvme_health_log(_controller: &Path) -> Result<[u8; NVME_HEALTH_LENGTH], Error> {
    Err(Error::Unsupported { action: "ask a disk for its health" })
}

/// Opens an ordinary file for reading, and nothing else.
///
/// # Errors
/// Always: not supported here.
pub fn open_ordinary_file(_path: &Path) -> Result<std::fs::File, Error> {
    Err(Error::Unsupported { action: "open a file that is sure to be an ordinary one" })
}
