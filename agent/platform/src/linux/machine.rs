//! Questions about the machine, its disks and the other end of a socket.

use std::{fs, os::fd::AsFd, path::Path};

use uuid::Uuid;

use crate::{DiskSpace, Error, Peer, SystemName};

/// The id that the kernel made up for this start of the machine.
///
/// # Errors
/// When `/proc` is not mounted.
pub fn boot_id() -> Result<Uuid, Error> {
    let path = "/proc/sys/kernel/random/boot_id";
    let text = fs::read_to_string(path).map_err(Error::refused(format!("read {path}")))?;
    Uuid::try_parse(text.trim()).map_err(|_| Error::Unexpected { action: format!("read {path}"), answer: text })
}

/// Who opened the other end of a unix socket (`SO_PEERCRED`).
///
/// # Errors
/// When `socket` is not a connected unix socket.
pub fn peer_credentials(socket: impl AsFd) -> Result<Peer, Error> {
    let peer = rustix::net::sockopt::socket_peercred(socket).map_err(Error::refused("ask who a local peer is"))?;
    Ok(Peer { pid: peer.pid.as_raw_nonzero().get().unsigned_abs(), uid: peer.uid.as_raw(), gid: peer.gid.as_raw() })
}

/// The room on the filesystem that holds `path`.
///
/// # Errors
/// When `path` does not exist or its filesystem does not answer.
pub fn disk_space(path: &Path) -> Result<DiskSpace, Error> {
    let answer =
        rustix::fs::statvfs(path).map_err(Error::refused(format!("ask for the room at `{}`", path.display())))?;
    Ok(DiskSpace {
        size: answer.f_blocks.saturating_mul(answer.f_frsize),
        free: answer.f_bavail.saturating_mul(answer.f_frsize),
    })
}

/// How the system names itself (`uname`).
///
/// # Errors
/// Never on Linux.
pub fn system_name() -> Result<SystemName, Error> {
    let name = rustix::system::uname();
    Ok(SystemName {
        host: name.nodename().to_string_lossy().into_owned(),
        kernel: name.release().to_string_lossy().into_owned(),
        architecture: name.machine().to_string_lossy().into_owned(),
    })
}

/// Whether this process may do everything (effective uid 0).
#[must_use]
pub fn is_superuser() -> bool {
    rustix::process::geteuid().is_root()
}

/// Gives memory that was freed back to the system; of use after a short time of great need.
#[expect(unsafe_code, reason = "glibc has no safe form of malloc_trim")]
pub fn release_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: malloc_trim takes no pointer, locks each arena itself and may be called from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Tells the allocator that this program would rather be small than fast. To be called first in `main`.
///
/// Without it each thread gets a pool of its own that never shrinks: reading the kernel's description of itself at the
/// start of a sensor leaves 5 MB behind for good, with it 1 MB.
#[expect(unsafe_code, reason = "glibc has no safe form of mallopt")]
pub fn keep_memory_small() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt takes no pointer and locks; both parameters and values are valid by mallopt(3).
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 64 << 10);
    }
}
