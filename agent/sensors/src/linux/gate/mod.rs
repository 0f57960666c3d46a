//! The door through which every program passes before it starts. Who may pass is not decided here.
//!
//! Whole file systems are guarded, one mark each, through whatever mount they are reached. Not guarded are those that may not
//! answer for as long as somebody wishes: shares of other machines, and file systems that are programs (FUSE).

mod describing;

use std::{
    collections::BTreeMap,
    fs::File,
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::fs::MetadataExt as _,
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::fs::fstat;
use yagura_platform::{Error, ExecAsked, ExecGate, Waiter, Wake, path_of, system_clock, wake_pair};
use yagura_records::{FileIdentity, Text};
use yagura_vocabulary::{SensorHealth, SensorReport};

pub use self::describing::Describer;
use super::{
    files::mounts::{self, Mount},
    hasher, proc,
};
use crate::report_on;

const MOUNTS: &str = "/proc/self/mountinfo";
const DELETED: &[u8] = b" (deleted)";
/// File systems that are not guarded are named one by one up to this many.
const NAMED: usize = 20;

/// The door of this machine.
#[derive(Debug)]
pub struct Door {
    gate: ExecGate,
    waiter: Waiter,
    wake: Wake,
    mountinfo: File,
    /// Only what is mounted at or below one of these, where that is said.
    only: Option<Vec<PathBuf>>,
    /// File systems by their device numbers.
    guarded: Mutex<BTreeMap<(u32, u32), Guarded>>,
}

#[derive(Debug)]
struct Guarded {
    mount: Mount,
    /// Why programs on it start unasked.
    refused: Option<String>,
}

/// Somebody waits to run a program.
#[derive(Debug)]
pub struct Knock(ExecAsked);

impl Door {
    /// Whether a door could be opened here.
    ///
    /// # Errors
    /// Why not.
    pub fn probe() -> Result<(), Error> {
        ExecGate::probe()
    }

    /// A door at which nobody knocks yet. With `only`, nothing else than what is mounted at or below these is ever guarded.
    ///
    /// # Errors
    /// When the kernel or the rights do not allow it.
    pub fn open(only: Option<Vec<PathBuf>>) -> Result<Self, Error> {
        ExecGate::probe()?;
        let (wake, waiter) = wake_pair()?;
        let mountinfo = File::open(MOUNTS).map_err(Error::refused(format!("read {MOUNTS}")))?;
        Ok(Self { gate: ExecGate::open()?, waiter, wake, mountinfo, only, guarded: Mutex::default() })
    }

    /// Guards the file systems that came, and forgets those that went.
    ///
    /// # Errors
    /// When the mounts cannot be read.
    pub fn follow(&self) -> std::io::Result<()> {
        let all = mounts::parse(&std::fs::read(MOUNTS)?);
        let wanted = |mount: &Mount| {
            self.only.as_ref().is_none_or(|only| only.iter().any(|place| mount.path.starts_with(place)))
        };
        let all: Vec<_> = all.into_iter().filter(wanted).collect();
        let now = mounts::file_systems(&all);
        let mut guarded = self.guarded.lock().unwrap_or_else(PoisonError::into_inner);
        // What is mounted anew has no mark, though its number may be the same.
        guarded.retain(|device, one| now.get(device).is_some_and(|mount| **mount == one.mount));
        for (device, mount) in now {
            guarded.entry(device).or_insert_with(|| {
                let refused = if mounts::may_hang(&mount.file_system) {
                    Some(
                        "this kind of file system may keep everybody waiting, so programs on it start unasked"
                            .to_owned(),
                    )
                } else {
                    self.gate.guard(&mount.path).err().map(|error| error.to_string())
                };
                Guarded { mount: mount.clone(), refused }
            });
        }
        Ok(())
    }

    /// How many file systems are guarded, and a report on each that is not.
    #[must_use]
    pub fn reports(&self) -> (usize, Vec<SensorReport>) {
        let guarded = self.guarded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut not = Vec::new();
        let mut count = 0;
        for Guarded { mount, refused } in guarded.values() {
            match refused {
                None => count += 1,
                Some(reason) if not.len() < NAMED => {
                    let name = format!("gate:{}", mount.path.display());
                    let reason = format!("{reason} ({})", mount.file_system);
                    not.push(report_on(&name, "none", SensorHealth::Unsupported, Some(reason)));
                }
                Some(_) => {}
            }
        }
        (count, not)
    }

    /// Waits until somebody knocks, the door is left, or so long. Gives whether it is left.
    ///
    /// # Errors
    /// When it is broken.
    pub fn wait(&self, limit: Option<Duration>) -> Result<bool, Error> {
        self.waiter.wait(Some(self.gate.as_fd()), limit)
    }

    /// Waits until something is mounted or unmounted, the door is left, or so long. Gives whether it is left.
    ///
    /// # Errors
    /// When the mounts cannot be watched.
    pub fn wait_for_mounts(&self, limit: Duration) -> Result<bool, Error> {
        self.waiter.wait_urgent(self.mountinfo.as_fd(), Some(limit))
    }

    /// Ends every wait, for good.
    pub fn leave(&self) {
        self.wake.wake();
    }

    /// Who knocks now.
    ///
    /// # Errors
    /// When the door is broken, or no more files can be opened.
    pub fn read(&self) -> Result<Vec<Knock>, Error> {
        Ok(self.gate.read()?.into_iter().map(Knock).collect())
    }

    /// Lets whoever knocked through, or not. To be called once for each.
    ///
    /// # Errors
    /// When nobody waits there any more.
    pub fn answer(&self, knock: &Knock, allow: bool) -> Result<(), Error> {
        self.gate.answer(&knock.0, allow)
    }

    /// Lets everybody through from now on, and those who wait unread, too.
    pub fn lower(&self) {
        if let Err(error) = self.gate.lower() {
            tracing::error!(%error, "the gate cannot be lowered; it goes with this program");
        }
        while let Ok(knocks) = self.read() {
            if knocks.is_empty() {
                break;
            }
            for knock in knocks {
                // Whoever does not wait any more has been let through.
                let _ = self.answer(&knock, true);
            }
        }
    }
}

impl Knock {
    /// What is to be run; nothing where its file system does not say.
    #[must_use]
    pub fn file(&self) -> Option<FileIdentity> {
        hasher::identity_of(&self.0.file)
    }

    /// Where it lies, as this program sees it.
    #[must_use]
    pub fn path(&self) -> Option<Text> {
        let path = path_of(self.0.file.as_fd()).ok()?;
        let mut bytes = std::os::unix::ffi::OsStringExt::into_vec(path.into_os_string());
        // Whoever runs a file that they took away runs it under the name it had.
        if bytes.ends_with(DELETED) && fstat(&self.0.file).is_ok_and(|stat| stat.st_nlink == 0) {
            bytes.truncate(bytes.len() - DELETED.len());
        }
        Some(Text::from_bytes(bytes))
    }

    /// The process that waits; 0 where it cannot be seen from here.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.pid
    }

    /// Whose process waits (the real uid).
    #[must_use]
    pub fn uid(&self) -> Option<u32> {
        proc::owner(self.0.pid).map(|owner| owner.uid)
    }

    /// Whether the file's times tell for sure when it is changed.
    #[must_use]
    pub fn has_settled(&self) -> bool {
        self.file().is_some_and(|file| describing::has_settled(file, system_clock()))
    }

    /// Whether the file at this path is the very one that is to be run: its name alone says nothing, as anybody can make a
    /// world of their own in which it is another.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        let (Ok(one), Some(other)) = (std::fs::metadata(path), self.file()) else { return false };
        (one.dev(), one.ino()) == (other.device, other.inode)
    }

    fn open(&self) -> std::io::Result<File> {
        self.0.file.try_clone().map(|file: OwnedFd| File::from(file))
    }
}

/// What is known of files' contents, for all who describe.
type Hashes = Arc<Mutex<hasher::Hasher>>;
