//! The files that tell of accounts and of failed logons, watched and read.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    mem::MaybeUninit,
    os::fd::{AsFd as _, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use tokio::sync::Notify;
use yagura_platform::{Wake, wake_pair};

use crate::session::{
    accounts::Accounts,
    btmp::{self, Failure, RECORD},
};

/// A file of accounts larger than this is none.
const LARGEST: u64 = 16 << 20;
/// Failed logons are read so much at a time: a machine that is tried all day has many.
const AT_ONCE: u64 = 1000 * RECORD as u64;

/// Where they lie.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// The folder of `passwd` and `group`.
    pub(super) accounts: PathBuf,
    /// The folder of `btmp`.
    pub(super) log: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self { accounts: PathBuf::from("/etc"), log: PathBuf::from("/var/log") }
    }
}

/// Calls when one of them was changed. Its thread waits in the kernel.
#[derive(Debug)]
pub(super) struct Watch {
    touched: Arc<Notify>,
    stop: Wake,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.wake();
    }
}

impl Watch {
    /// Watches both folders: programs write such files anew and put them in the place of the old ones. A folder that is not there is
    /// not watched.
    pub(super) fn start(places: &Places) -> io::Result<Self> {
        let fd = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let what = WatchFlags::MODIFY | WatchFlags::MOVED_TO | WatchFlags::CREATE | WatchFlags::ONLYDIR;
        for folder in [&places.accounts, &places.log] {
            match inotify::add_watch(&fd, folder, what) {
                Ok(_) | Err(rustix::io::Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (stop, waiter) = wake_pair().map_err(io::Error::other)?;
        let touched = Arc::new(Notify::new());
        let call = Arc::clone(&touched);
        let wait = move || {
            while let Ok(false) = waiter.wait(Some(fd.as_fd()), None) {
                match ours(&fd) {
                    Ok(true) => call.notify_one(),
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "accounts and failed logons are not watched any more");
                        break;
                    }
                }
            }
        };
        thread::Builder::new().name("session-files".to_owned()).spawn(wait)?;
        Ok(Self { touched, stop })
    }

    /// Waits until one of the files was touched. Cancel safe.
    pub(super) async fn touched(&self) {
        self.touched.notified().await;
    }
}

/// Takes what the kernel tells; whether it is about one of our files.
fn ours(fd: &OwnedFd) -> io::Result<bool> {
    let mut room = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(fd, &mut room);
    let mut ours = false;
    loop {
        match reader.next() {
            Ok(event) => {
                let name = event.file_name().map(std::ffi::CStr::to_bytes);
                // Lost news may have been ours.
                ours |= event.events().contains(ReadFlags::QUEUE_OVERFLOW)
                    || matches!(name, Some(b"passwd" | b"group" | b"btmp"));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(ours),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The accounts that there are; none while one of the files cannot be read, as in the moment of its replacement.
pub(super) fn accounts(folder: &Path) -> Option<Accounts> {
    let read = |name: &str| {
        let mut text = Vec::new();
        File::open(folder.join(name)).and_then(|file| file.take(LARGEST).read_to_end(&mut text)).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let (passwd, group) = (read("passwd")?, read("group")?);
    // A machine without any account is a file that is being written.
    (!passwd.is_empty()).then(|| Accounts::read(&passwd, &group))
}

/// The failed logons after the first `read` bytes, and how far that is. A shorter file is a new one.
pub(super) fn failures(folder: &Path, read: u64) -> (Vec<Failure>, u64) {
    let found = || -> io::Result<(Vec<Failure>, u64)> {
        let mut file = File::open(folder.join("btmp"))?;
        let length = file.metadata()?.len();
        let from = if length < read { 0 } else { read };
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(AT_ONCE).read_to_end(&mut bytes)?;
        let whole = bytes.len() / RECORD * RECORD;
        Ok((btmp::read(&bytes[..whole]), from + whole as u64))
    };
    // Without the file nothing failed, or the system does not keep it.
    found().unwrap_or((Vec::new(), 0))
}

/// How long the file of failed logons is: what stands in it from before is not told.
pub(super) fn failures_so_far(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("btmp")).map_or(0, |file| file.len() / RECORD as u64 * RECORD as u64)
}
