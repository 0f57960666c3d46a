//! fanotify's permission events: whoever opens a file to run it waits until it is answered.
//!
//! The kernel lets everybody through when the group is closed, also by the end of its process. It does not when the process is
//! stopped: see [`super::Watchman`].

#![expect(unsafe_code, reason = "neither std nor rustix has fanotify")]

use std::{
    ffi::CString,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
    ptr,
};

use rustix::{
    fs::MemfdFlags,
    io::{Errno, write},
};

use crate::{Error, FileMask, read_exec_news};

/// Questions that are read at once: each holds a file open.
const AT_ONCE: usize = 16;
/// `struct fanotify_event_metadata`.
const EVENT: usize = 24;

/// A group that is asked before a program runs. Needs `CAP_SYS_ADMIN`, Linux 5.0 and a kernel with
/// `CONFIG_FANOTIFY_ACCESS_PERMISSIONS`.
#[derive(Debug)]
pub struct ExecGate(OwnedFd);

/// Somebody waits to run a file. It has to be [answered](ExecGate::answer).
#[derive(Debug)]
pub struct ExecAsked {
    /// The file, open for reading; reading it asks nobody.
    pub file: OwnedFd,
    /// The process that waits; 0 where it cannot be seen from here.
    pub pid: u32,
}

impl ExecGate {
    /// Makes the group; nobody is asked yet.
    ///
    /// # Errors
    /// Without the right to, or where the kernel has no permission events.
    pub fn open() -> Result<Self, Error> {
        let flags = libc::FAN_CLASS_CONTENT | libc::FAN_CLOEXEC | libc::FAN_NONBLOCK;
        let files = libc::O_RDONLY | libc::O_LARGEFILE | libc::O_CLOEXEC | libc::O_NOATIME;
        // SAFETY: fanotify_init takes two numbers and gives a new descriptor, or -1.
        let fd = unsafe { libc::fanotify_init(flags, files.cast_unsigned()) };
        if fd < 0 {
            return Err(Error::refused("ask before programs start")(std::io::Error::last_os_error()));
        }
        // SAFETY: the call gave this descriptor to nobody else.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Whether this machine could be asked, tried on a file in memory that nobody runs.
    ///
    /// # Errors
    /// When it could not.
    pub fn probe() -> Result<(), Error> {
        let doing = "ask before programs start";
        let gate = Self::open()?;
        let file = rustix::fs::memfd_create("gate", MemfdFlags::CLOEXEC).map_err(Error::refused(doing))?;
        gate.mark(libc::FAN_MARK_ADD, file.as_raw_fd(), None, doing)
    }

    /// Asks from now on about every program on the file system that is mounted there, through whatever mount it is reached.
    ///
    /// # Errors
    /// When the file system cannot be asked about.
    pub fn guard(&self, mount: &Path) -> Result<(), Error> {
        let doing = format!("guard the programs on `{}`", mount.display());
        let path = CString::new(mount.as_os_str().as_bytes()).map_err(Error::refused(&doing))?;
        self.mark(libc::FAN_MARK_ADD | libc::FAN_MARK_FILESYSTEM, libc::AT_FDCWD, Some(&path), &doing)
    }

    /// Asks about nothing any more. What was asked already still waits.
    ///
    /// # Errors
    /// When the group is broken.
    pub fn lower(&self) -> Result<(), Error> {
        let root = c"/";
        let doing = "let programs start without asking";
        self.mark(libc::FAN_MARK_FLUSH | libc::FAN_MARK_FILESYSTEM, libc::AT_FDCWD, Some(root), doing)
    }

    fn mark(&self, flags: u32, folder: i32, path: Option<&std::ffi::CStr>, doing: &str) -> Result<(), Error> {
        let mask = if flags & libc::FAN_MARK_FLUSH == 0 { FileMask::OPEN_EXEC.0 } else { 0 };
        let path = path.map_or(ptr::null(), std::ffi::CStr::as_ptr);
        // SAFETY: the descriptor is open, and `path` is NULL or ends with a NUL and lives through the call.
        let answer = unsafe { libc::fanotify_mark(self.0.as_raw_fd(), flags, mask, folder, path) };
        if answer < 0 { Err(Error::refused(doing)(std::io::Error::last_os_error())) } else { Ok(()) }
    }

    /// Who waits now, at most sixteen; nobody when there is nothing to read.
    ///
    /// # Errors
    /// When the group is broken, or no file can be opened any more: the kernel has refused whoever waited then.
    pub fn read(&self) -> Result<Vec<ExecAsked>, Error> {
        let mut buffer = [0; AT_ONCE * EVENT];
        let length = match rustix::io::read(&self.0, &mut buffer) {
            Ok(length) => length,
            Err(Errno::AGAIN | Errno::INTR) => 0,
            Err(error) => return Err(Error::refused("read who waits to run a program")(error)),
        };
        let mut asked = Vec::new();
        read_exec_news(&buffer[..length], |news| {
            if let Some(file) = news.file {
                // SAFETY: the kernel opened this descriptor for the reader of this event, which is read once.
                asked.push(ExecAsked { file: unsafe { OwnedFd::from_raw_fd(file) }, pid: news.pid });
            }
        });
        Ok(asked)
    }

    /// Lets whoever waits run the file, or has the kernel tell them `EPERM`. Each question is answered once, before its file is
    /// closed.
    ///
    /// # Errors
    /// When there is no such question any more.
    pub fn answer(&self, asked: &ExecAsked, allow: bool) -> Result<(), Error> {
        let verdict = if allow { libc::FAN_ALLOW } else { libc::FAN_DENY };
        let mut response = [0; 8];
        response[..4].copy_from_slice(&asked.file.as_raw_fd().to_ne_bytes());
        response[4..].copy_from_slice(&verdict.to_ne_bytes());
        let done = write(&self.0, &response).map_err(Error::refused("answer who waits to run a program"));
        done.map(|_| ())
    }
}

impl AsFd for ExecGate {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
