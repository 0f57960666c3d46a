//! fanotify, for news of whole file systems. Only tells; nothing that anybody does ever waits for it.

#![expect(unsafe_code, reason = "neither std nor rustix has fanotify or file handles")]

use std::{
    ffi::{CString, OsString},
    mem,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

use crate::{Error, FileMask, HandleRef};

/// What is asked for.
const WANTED: u64 = FileMask::CREATE.0
    | FileMask::DELETE.0
    | FileMask::DELETE_SELF.0
    | FileMask::RENAME.0
    | FileMask::OPEN.0
    | FileMask::CLOSE_WRITE.0
    | FileMask::FOLDER.0;

/// The longest handle that a file system may have (`MAX_HANDLE_SZ`).
const LONGEST_HANDLE: usize = 128;

/// A group of watched file systems. Needs `CAP_SYS_ADMIN` and Linux 5.17.
#[derive(Debug)]
pub struct Fanotify(OwnedFd);

impl Fanotify {
    /// Begins to listen; nothing is watched yet.
    ///
    /// # Errors
    /// Without the right to, or on a kernel before 5.17.
    pub fn open() -> Result<Self, Error> {
        let flags = libc::FAN_CLASS_NOTIF | libc::FAN_CLOEXEC | libc::FAN_NONBLOCK | libc::FAN_REPORT_DFID_NAME_TARGET;
        // SAFETY: fanotify_init takes two numbers and gives a new descriptor, or -1.
        let fd = unsafe { libc::fanotify_init(flags, (libc::O_RDONLY | libc::O_CLOEXEC).cast_unsigned()) };
        if fd < 0 {
            return Err(Error::refused("listen for file events")(std::io::Error::last_os_error()));
        }
        // SAFETY: the call gave this descriptor to nobody else.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Watches the whole file system that is mounted there, until it is unmounted.
    ///
    /// # Errors
    /// When the file system cannot be watched as a whole, as overlayfs and those without file handles.
    pub fn watch(&self, mount: &Path) -> Result<(), Error> {
        let doing = || format!("watch the file system at `{}`", mount.display());
        let path = CString::new(mount.as_os_str().as_bytes()).map_err(Error::refused(doing()))?;
        // SAFETY: the descriptor is open, and `path` ends with a NUL and lives through the call.
        let answer = unsafe {
            libc::fanotify_mark(
                self.0.as_raw_fd(),
                libc::FAN_MARK_ADD | libc::FAN_MARK_FILESYSTEM,
                WANTED,
                libc::AT_FDCWD,
                path.as_ptr(),
            )
        };
        if answer < 0 { Err(Error::refused(doing())(std::io::Error::last_os_error())) } else { Ok(()) }
    }

    /// Reads what has happened into `buffer`, for [`crate::read_file_news`]. Gives its length; 0 when there is nothing.
    ///
    /// # Errors
    /// When the group is broken.
    pub fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        match rustix::io::read(&self.0, buffer) {
            Ok(length) => Ok(length),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(error) => Err(Error::refused("read file events")(error)),
        }
    }
}

impl AsFd for Fanotify {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The number that fanotify gives the file system at `path`.
///
/// # Errors
/// When `path` cannot be reached.
pub fn file_system_id(path: &Path) -> Result<u64, Error> {
    let doing = || format!("ask for the file system of `{}`", path.display());
    let text = CString::new(path.as_os_str().as_bytes()).map_err(Error::refused(doing()))?;
    // SAFETY: statfs is plain data, for which zeros are a value.
    let mut answer: libc::statfs = unsafe { mem::zeroed() };
    // SAFETY: `text` ends with a NUL, and `answer` is as large as the call writes.
    if unsafe { libc::statfs(text.as_ptr(), &raw mut answer) } < 0 {
        return Err(Error::refused(doing())(std::io::Error::last_os_error()));
    }
    // SAFETY: fsid_t is two ints by statfs(2), as long as a u64 and without a value that a u64 cannot hold.
    Ok(unsafe { mem::transmute_copy::<libc::fsid_t, u64>(&answer.f_fsid) })
}

/// The file that a handle names, open for nothing but asking about it; `mount` is anything on its file system.
///
/// # Errors
/// When the file is gone, or this process may not open handles (`CAP_DAC_READ_SEARCH`).
pub fn open_handle(mount: BorrowedFd<'_>, handle: HandleRef<'_>) -> Result<OwnedFd, Error> {
    #[repr(C)]
    struct Handle {
        length: libc::c_uint,
        kind: libc::c_int,
        bytes: [u8; LONGEST_HANDLE],
    }
    let refused = |error: std::io::Error| Error::refused("open a file by its handle")(error);
    let mut own = Handle { length: 0, kind: handle.kind, bytes: [0; LONGEST_HANDLE] };
    let Some(room) = own.bytes.get_mut(..handle.bytes.len()) else {
        return Err(refused(Errno::OVERFLOW.into()));
    };
    room.copy_from_slice(handle.bytes);
    own.length = u32::try_from(handle.bytes.len()).map_err(|_| refused(Errno::OVERFLOW.into()))?;
    // SAFETY: `own` has the form of a file_handle with `length` bytes behind its head, and lives through the call.
    let fd =
        unsafe { libc::open_by_handle_at(mount.as_raw_fd(), (&raw mut own).cast(), libc::O_PATH | libc::O_CLOEXEC) };
    if fd < 0 {
        return Err(refused(std::io::Error::last_os_error()));
    }
    // SAFETY: the call gave this descriptor to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The path of an open file, as this process sees it.
///
/// # Errors
/// When `/proc` is not mounted.
pub fn path_of(file: BorrowedFd<'_>) -> Result<PathBuf, Error> {
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let path = rustix::fs::readlink(link, Vec::new()).map_err(Error::refused("ask for the path of an open file"))?;
    Ok(PathBuf::from(OsString::from_vec(path.into_bytes())))
}

/// Opens a folder for [`open_handle`]. Not to be kept: an open folder keeps its file system from being unmounted.
///
/// # Errors
/// When it cannot be opened.
pub fn open_folder(path: &Path) -> Result<OwnedFd, Error> {
    rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(Error::refused(format!("open the folder `{}`", path.display())))
}
