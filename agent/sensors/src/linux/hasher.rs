//! SHA-256 of executables, each content once.

use std::{
    collections::{HashMap, VecDeque},
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
};

use ring::digest::{Context, SHA256};
use rustix::fs::{CWD, FileType, Mode, OFlags, Stat, fstat, openat};
use yagura_records::{Hash, Text};

use crate::process::observed::FileIdentity;

/// Larger files are not hashed: reading them would hold up all later records for seconds.
const LARGEST: u64 = 256 << 20;
/// How many hashes are remembered. A desktop runs a few hundred different programs a day.
const REMEMBERED: usize = 2048;

/// Hashes executables and remembers them by what the file system says of their content.
#[derive(Debug, Default)]
pub(crate) struct Hasher {
    known: HashMap<FileIdentity, [u8; 32]>,
    /// In order of arrival; the oldest makes room.
    order: VecDeque<FileIdentity>,
}

impl Hasher {
    /// The hash of the file that a process runs. `file` is its identity at the moment of the start, if the source saw
    /// it; a file that looks different by now is not taken for it.
    pub(crate) fn hash(&mut self, pid: u32, image: Option<&Text>, file: Option<FileIdentity>) -> Hash {
        if let Some(file) = file {
            if let Some(digest) = self.known.get(&file) {
                return Hash::Sha256(hex::encode(digest));
            }
            if file.size > LARGEST {
                return Hash::TooLarge;
            }
        }
        // The link leads to the very file, even if its name is gone; but by now the process may run another program, so
        // it is of use only where the file can be told apart. The name is for processes that are gone.
        let link = file.map(|_| executable_link(pid));
        let name = image.map(|image| Path::new(OsStr::from_bytes(image.as_bytes())));
        let found = [link.as_deref(), name].into_iter().flatten().find_map(|path| open(path, file));
        let Some((opened, seen)) = found else { return Hash::Gone };
        let key = file.unwrap_or(seen);
        if let Some(digest) = self.known.get(&key) {
            return Hash::Sha256(hex::encode(digest));
        }
        if seen.size > LARGEST {
            return Hash::TooLarge;
        }
        match digest(&opened, seen.size) {
            Ok(Some(digest)) if identity(&opened).is_some_and(|after| same_content(after, seen)) => {
                self.remember(key, digest);
                Hash::Sha256(hex::encode(digest))
            }
            _ => Hash::Gone,
        }
    }

    /// What is known of a file's content.
    pub(super) fn known(&self, file: FileIdentity) -> Option<[u8; 32]> {
        self.known.get(&file).copied()
    }

    pub(super) fn remember(&mut self, key: FileIdentity, digest: [u8; 32]) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(key, digest);
        self.order.push_back(key);
    }
}

/// The hash of a file that is open for reading from its beginning, and whether the file was the same afterwards.
///
/// What was read counts although the file has changed: else whoever touches it all the time would have none.
pub(super) fn hash_of(file: &File, seen: FileIdentity) -> Result<([u8; 32], bool), Hash> {
    if seen.size > LARGEST {
        return Err(Hash::TooLarge);
    }
    let digest = digest(file, seen.size).ok().flatten().ok_or(Hash::Gone)?;
    Ok((digest, identity(file) == Some(seen)))
}

fn executable_link(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/exe"))
}

/// The identity of the file that a process runs now.
pub(crate) fn executable(pid: u32) -> Option<FileIdentity> {
    let stat = rustix::fs::stat(executable_link(pid)).ok()?;
    from_stat(&stat)
}

/// Opens the regular file at `path` if it is the `wanted` one.
///
/// It is looked at before it is opened for reading: to open a pipe or a device that somebody put in its place would
/// block or do things.
fn open(path: &Path, wanted: Option<FileIdentity>) -> Option<(File, FileIdentity)> {
    let handle = openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let seen = identity_of(&handle)?;
    if wanted.is_some_and(|wanted| !same_content(wanted, seen)) {
        return None;
    }
    let file = File::open(format!("/proc/self/fd/{}", handle.as_raw_fd())).ok()?;
    Some((file, seen))
}

pub(super) fn identity_of(handle: &OwnedFd) -> Option<FileIdentity> {
    fstat(handle).ok().and_then(|stat| from_stat(&stat))
}

fn identity(file: &File) -> Option<FileIdentity> {
    fstat(file).ok().and_then(|stat| from_stat(&stat))
}

fn from_stat(stat: &Stat) -> Option<FileIdentity> {
    (FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then(|| FileIdentity {
        device: stat.st_dev,
        inode: stat.st_ino,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        changed_s: stat.st_ctime,
        changed_ns: u32::try_from(stat.st_ctime_nsec).unwrap_or(0),
    })
}

/// Devices are left out: the kernel and `stat` number those of some file systems differently.
fn same_content(one: FileIdentity, other: FileIdentity) -> bool {
    FileIdentity { device: 0, ..one } == FileIdentity { device: 0, ..other }
}

fn digest(file: &File, size: u64) -> io::Result<Option<[u8; 32]>> {
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 64 << 10];
    let mut left = size;
    // Not beyond the size it had: another process might be writing as fast as this one reads.
    let mut file = file.take(size);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((left == 0).then(|| *context.finish().as_ref().first_chunk().expect("a SHA-256 has 32 bytes")));
        }
        left -= read as u64;
        context.update(&buffer[..read]);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A pid that no process has.
    const NOBODY: u32 = u32::MAX;
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn path_text(path: &Path) -> Text {
        path.to_str().unwrap().into()
    }

    #[test]
    fn a_file_is_hashed_by_its_name_when_the_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("プログラム");
        fs::write(&path, "abc").unwrap();
        let mut hasher = Hasher::default();
        assert_eq!(hasher.hash(NOBODY, Some(&path_text(&path)), None), Hash::Sha256(ABC.to_owned()));
        assert_eq!(hasher.known.len(), 1);
    }

    #[test]
    fn another_file_in_its_place_is_not_hashed_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "abc").unwrap();
        let file = identity(&File::open(&path).unwrap());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "abcd").unwrap();
        assert_eq!(Hasher::default().hash(NOBODY, Some(&path_text(&path)), file), Hash::Gone);
    }

    #[test]
    fn a_known_file_needs_no_reading() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "abc").unwrap();
        let file = identity(&File::open(&path).unwrap());
        let mut hasher = Hasher::default();
        hasher.hash(NOBODY, Some(&path_text(&path)), file);
        fs::remove_file(&path).unwrap();
        assert_eq!(hasher.hash(NOBODY, Some(&path_text(&path)), file), Hash::Sha256(ABC.to_owned()));
    }

    #[test]
    fn a_huge_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge");
        File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(Hasher::default().hash(NOBODY, Some(&path_text(&path)), None), Hash::TooLarge);
    }

    #[test]
    fn a_pipe_in_place_of_the_file_blocks_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        assert_eq!(Hasher::default().hash(NOBODY, Some(&path_text(&path)), None), Hash::Gone);
    }

    #[test]
    fn memory_stays_bounded() {
        let mut hasher = Hasher::default();
        for inode in 0..3 * REMEMBERED as u64 {
            hasher.remember(FileIdentity { device: 0, inode, size: 0, changed_s: 0, changed_ns: 0 }, [0; 32]);
        }
        assert_eq!((hasher.known.len(), hasher.order.len()), (REMEMBERED, REMEMBERED));
    }
}
