//! Paths of folders that the kernel names by handles.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::PathBuf,
    sync::Arc,
};

use rustix::fs::fstat;
use yagura_platform::{EntryRef, FileMask, FileNews, HandleRef, file_system_id, open_folder, open_handle, path_of};

/// Folders that are remembered: this many at least, twice as many at most.
const REMEMBERED: usize = 8192;
/// A longer path, which only a program makes that wants to, is not told of whole.
const LONGEST_PATH: usize = 16 << 10;
/// How deep a tree may be whose folders are all gone already.
const DEEPEST: usize = 64;

/// A number for a file that holds as long as the file exists.
pub(super) fn number(handle: HandleRef<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    handle.hash(&mut hasher);
    hasher.finish()
}

/// Where a removed folder stood: the folder that held it, and its name. By the removed folder's number.
pub(super) type Removed = HashMap<u64, (OwnHandle, Vec<u8>)>;

/// A handle that outlives the kernel's answer.
#[derive(Debug, Clone)]
pub(super) struct OwnHandle {
    file_system: u64,
    kind: i32,
    bytes: Box<[u8]>,
}

impl OwnHandle {
    fn of(handle: HandleRef<'_>) -> Self {
        Self { file_system: handle.file_system, kind: handle.kind, bytes: handle.bytes.into() }
    }

    fn get(&self) -> HandleRef<'_> {
        HandleRef { file_system: self.file_system, kind: self.kind, bytes: &self.bytes }
    }
}

/// Notes where a folder stood that this event says is removed.
pub(super) fn note_removed(news: &FileNews<'_>, removed: &mut Removed) {
    if news.mask.has(FileMask::DELETE.and(FileMask::FOLDER))
        && let (Some(entry), Some(folder)) = (news.entry, news.file)
    {
        removed.insert(number(folder), (OwnHandle::of(entry.folder), entry.name.to_vec()));
    }
}

/// What is known of folders' paths.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// What was used lately, and what was used before that.
    young: HashMap<u64, Arc<[u8]>>,
    old: HashMap<u64, Arc<[u8]>>,
    /// A place in each file system to ask it for handles.
    pub(super) roots: HashMap<u64, PathBuf>,
}

impl Folders {
    pub(super) fn of(roots: HashMap<u64, PathBuf>) -> Self {
        Self { roots, ..Self::default() }
    }

    /// The path of a folder, without a separator at its end. `removed` helps with folders that are gone.
    pub(super) fn path(&mut self, handle: HandleRef<'_>, removed: &Removed) -> Option<Arc<[u8]>> {
        self.find(handle, removed, DEEPEST)
    }

    fn find(&mut self, handle: HandleRef<'_>, removed: &Removed, depth: usize) -> Option<Arc<[u8]>> {
        let key = number(handle);
        if let Some(path) = self.young.get(&key) {
            return Some(Arc::clone(path));
        }
        if let Some(path) = self.old.remove(&key) {
            self.put(key, Arc::clone(&path));
            return Some(path);
        }
        let path = self.ask(handle).or_else(|| {
            let (parent, name) = removed.get(&key).filter(|_| depth > 0)?;
            let parent = self.find(parent.get(), removed, depth - 1)?;
            Some(join(&parent, name))
        })?;
        let path: Arc<[u8]> = path.into();
        self.put(key, Arc::clone(&path));
        Some(path)
    }

    fn open(&self, handle: HandleRef<'_>) -> Option<OwnedFd> {
        let root = self.roots.get(&handle.file_system)?;
        // Opened anew each time: an open folder keeps a drive from being taken out.
        let mount = open_folder(root).ok()?;
        if file_system_id(root).ok()? != handle.file_system {
            return None;
        }
        open_handle(mount.as_fd(), handle).ok()
    }

    fn ask(&self, handle: HandleRef<'_>) -> Option<Vec<u8>> {
        let path = path_of(self.open(handle)?.as_fd()).ok()?;
        let bytes = path.as_os_str().as_bytes();
        let whole = bytes.starts_with(b"/") && !bytes.ends_with(b" (deleted)");
        whole.then(|| if bytes == b"/" { Vec::new() } else { bytes.to_vec() })
    }

    /// Size and time of the last change of a file, whatever it is called now.
    pub(super) fn stat(&self, handle: HandleRef<'_>) -> Option<rustix::fs::Stat> {
        fstat(self.open(handle)?).ok()
    }

    fn put(&mut self, key: u64, path: Arc<[u8]>) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, path);
    }

    /// A folder came to be, or has a new path.
    pub(super) fn learn(&mut self, handle: HandleRef<'_>, path: &[u8]) {
        self.put(number(handle), path.into());
    }

    /// Everything below this path has another one now.
    pub(super) fn forget_below(&mut self, path: &[u8]) {
        let stays =
            |kept: &Arc<[u8]>| kept.strip_prefix(path).is_none_or(|rest| !rest.is_empty() && !rest.starts_with(b"/"));
        self.young.retain(|_, kept| stays(kept));
        self.old.retain(|_, kept| stays(kept));
    }

    /// Drives came or went: nothing is known any more.
    pub(super) fn forget_all(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// The path of an entry in a folder; `.` is the folder itself.
pub(super) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if name == b"." {
        return if folder.is_empty() { b"/".to_vec() } else { folder.to_vec() };
    }
    [folder, b"/", name].concat()
}

/// The path of an entry, and whether it is whole: of an entry in a folder that is gone only the name is known.
pub(super) fn entry_path(folders: &mut Folders, entry: EntryRef<'_>, removed: &Removed) -> (Vec<u8>, bool) {
    let folder = folders.path(entry.folder, removed).filter(|folder| folder.len() <= LONGEST_PATH);
    folder.map_or_else(|| (entry.name.to_vec(), false), |folder| (join(&folder, entry.name), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(bytes: &[u8]) -> HandleRef<'_> {
        HandleRef { file_system: 1, kind: 1, bytes }
    }

    fn entry<'a>(folder: &'a [u8], name: &'a [u8]) -> EntryRef<'a> {
        EntryRef { folder: handle(folder), name }
    }

    #[test]
    fn folders_that_are_gone_are_found_by_where_they_were_removed() {
        let mut folders = Folders::default();
        folders.learn(handle(b"top"), b"/home/tanaka");
        let mut removed = Removed::new();
        for (folder, parent, name) in [(&b"inner"[..], &b"outer"[..], &b"b"[..]), (b"outer", b"top", b"a")] {
            let news = FileNews {
                mask: FileMask::DELETE.and(FileMask::FOLDER),
                pid: 1,
                entry: Some(entry(parent, name)),
                old: None,
                new: None,
                file: Some(handle(folder)),
            };
            note_removed(&news, &mut removed);
        }
        let found = entry_path(&mut folders, entry(b"inner", b"x"), &removed);
        assert_eq!(found, (b"/home/tanaka/a/b/x".to_vec(), true));
        assert_eq!(entry_path(&mut folders, entry(b"other", b"x"), &removed), (b"x".to_vec(), false));
    }

    #[test]
    fn a_folder_that_was_renamed_takes_what_is_below_with_it() {
        let mut folders = Folders::default();
        for (name, path) in [("a", "/a"), ("b", "/a/b"), ("ab", "/ab")] {
            folders.learn(handle(name.as_bytes()), path.as_bytes());
        }
        folders.forget_below(b"/a");
        let known =
            |folders: &mut Folders, name: &str| folders.path(handle(name.as_bytes()), &Removed::new()).is_some();
        assert!(!known(&mut folders, "a") && !known(&mut folders, "b") && known(&mut folders, "ab"));
    }

    #[test]
    fn memory_is_bounded() {
        let mut folders = Folders::default();
        for index in 0..5 * REMEMBERED {
            folders.learn(handle(&index.to_le_bytes()), b"/x");
        }
        assert!(folders.young.len() + folders.old.len() <= 2 * REMEMBERED);
    }
}
