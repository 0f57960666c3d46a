//! From the kernel's bytes to records: the thread that may ask the file system for paths and sizes.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use rustix::fs::{AtFlags, CWD, Stat, statat};
use yagura_platform::{FileMask, FileNews, HandleRef, read_file_news, since_boot, system_clock};
use yagura_records::{FileRecord, Text};
use yagura_vocabulary::{Clock, Time};

use super::{
    folders::{Folders, Removed, entry_path, note_removed, number},
    people::People,
    reading::{Message, Shared},
};
use crate::{
    Outlet,
    file::{
        observed::{Seen, What},
        tracker::Tracker,
    },
};

/// Where observations are kept for tests, if anywhere.
pub(super) type Recording = Option<Box<dyn FnMut(&Seen) + Send>>;

/// How long a chunk waits before it is looked at. The process sensor lets its news gather for 20 ms.
const RIPE_NS: u64 = 40_000_000;
/// More than this do not wait: 4 MB.
const MOST_CHUNKS: usize = 64;

/// Sizes of files, and when their content changed, by their numbers.
type Sizes = HashMap<u64, (u64, Duration)>;

/// One answer of the kernel.
pub(super) struct Chunk {
    at_ns: u64,
    bytes: Vec<u8>,
    sizes: Sizes,
}

/// What is kept back at most, to be told in its place.
const MOST_LATE: usize = 64;

/// The thread's state.
pub(super) struct Tracking {
    pub(super) tracker: Tracker,
    pub(super) folders: Folders,
    pub(super) people: People,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) outlet: Outlet<FileRecord>,
    pub(super) shared: Arc<Shared>,
    /// Read, and not looked at yet.
    pub(super) chunks: VecDeque<Chunk>,
    pub(super) recording: Recording,
    /// Up to when it was read what the kernel had to say.
    pub(super) read_to: u64,
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Tracking {
    /// Takes one message. Gives whether it was the last.
    pub(super) fn take(&mut self, message: Message) -> bool {
        let now = since_boot();
        let (now_ns, boot) = (nanoseconds(now), self.clock.now() - now);
        self.people.renew(&self.outlet);
        self.people.accounts.refresh(now);
        match message {
            Message::Bytes(at_ns, bytes) => {
                self.read_to = at_ns;
                let sizes = self.measure(&bytes);
                self.chunks.push_back(Chunk { at_ns, bytes, sizes });
                self.look_at_old(now_ns, boot);
            }
            Message::Tick(at_ns) => {
                self.read_to = at_ns;
                self.look_at_old(now_ns, boot);
            }
            Message::Mounts(view, news) => {
                self.folders.roots.clone_from(&view.roots);
                self.folders.forget_all();
                // A drive that went is asked about by its old place in the tree.
                let (gone, come): (Vec<_>, Vec<_>) =
                    news.into_iter().partition(|one| one.act.kind().ends_with("remove"));
                self.drives(gone, now_ns, boot);
                self.people.view = view;
                self.drives(come, now_ns, boot);
            }
            Message::News(news) => self.drives(news, now_ns, boot),
            Message::Lost(count, reason) => {
                while !self.chunks.is_empty() {
                    self.look(boot);
                }
                self.shared.lost(count.unwrap_or(1));
                let (outlet, shared) = (&self.outlet, &self.shared);
                let out = &mut |record| publish(outlet, shared, record);
                self.tracker.lost((now_ns, count, reason), boot, &mut self.people, out);
            }
            Message::Stop => {
                while !self.chunks.is_empty() {
                    self.look(boot);
                }
                let (outlet, shared) = (&self.outlet, &self.shared);
                let out = &mut |record| publish(outlet, shared, record);
                self.tracker.finish(now_ns, boot, &mut self.people, out);
                return true;
            }
        }
        let (outlet, shared) = (&self.outlet, &self.shared);
        // Where this thread is behind, a work whose news still wait is not over.
        let looked_to = self.chunks.front().map_or(self.read_to, |chunk| chunk.at_ns).min(now_ns);
        self.tracker.tick(looked_to, boot, &mut self.people, &mut |record| publish(outlet, shared, record));
        self.shared.set_waits(self.tracker.waits() || !self.chunks.is_empty());
        false
    }

    fn drives(&mut self, news: Vec<crate::file::tracker::DriveNews>, now_ns: u64, boot: Time) {
        let (outlet, shared) = (&self.outlet, &self.shared);
        for one in news {
            self.tracker.drive(one, now_ns, boot, &mut |record| publish(outlet, shared, record));
        }
    }

    /// Looks at what was read some time ago: by then the process sensor has caught up, and what happened to the folders
    /// since is known.
    fn look_at_old(&mut self, now_ns: u64, boot: Time) {
        let is_old = |chunk: &Chunk| now_ns.saturating_sub(chunk.at_ns) >= RIPE_NS;
        while self.chunks.len() > MOST_CHUNKS || self.chunks.front().is_some_and(is_old) {
            self.look(boot);
        }
    }

    /// Asks for the sizes of files while they are there: some are gone soon.
    fn measure(&mut self, bytes: &[u8]) -> Sizes {
        let mut sizes = Sizes::new();
        let (folders, own, none) = (&mut self.folders, std::process::id(), Removed::new());
        let asks = |mask: FileMask| {
            [FileMask::OPEN, FileMask::CLOSE_WRITE, FileMask::RENAME].into_iter().any(|bit| mask.has(bit))
        };
        read_file_news(bytes, |news| {
            let entry = news.new.or(news.entry);
            let (Some(file), Some(entry)) = (news.file, entry) else { return };
            if news.pid == own || news.mask.has(FileMask::FOLDER) || !asks(news.mask) {
                return;
            }
            let (path, whole) = entry_path(folders, entry, &none);
            // By its path costs less; by its handle it is found even if it was renamed since.
            let found = if whole { by_path(&path) } else { None };
            if let Some(size) = found.or_else(|| size(folders.stat(file)?)) {
                sizes.insert(number(file), size);
            }
        });
        sizes
    }

    /// Looks at the oldest chunk.
    fn look(&mut self, boot: Time) {
        let Some(Chunk { at_ns, bytes, sizes }) = self.chunks.pop_front() else { return };
        let mut removed = Removed::new();
        for later in &self.chunks {
            read_file_news(&later.bytes, |news| note_removed(&news, &mut removed));
        }
        read_file_news(&bytes, |news| note_removed(&news, &mut removed));
        let system_at_boot = system_clock().saturating_sub(since_boot());
        let own = std::process::id();
        let folders = &mut self.folders;
        let mut sorting =
            Sorting { at_ns, system_at_boot, sizes, folders, removed: &removed, seen: Vec::new(), late: Vec::new() };
        read_file_news(&bytes, |news| {
            if news.pid != own {
                sorting.take(&news);
            }
        });
        let seen = sorting.finish();
        let (outlet, shared) = (&self.outlet, &self.shared);
        for mut one in seen {
            one.who = self.people.ask(one.pid);
            if let Some(recording) = &mut self.recording {
                recording(&one);
            }
            self.tracker.observe(one, boot, &mut self.people, &mut |record| publish(outlet, shared, record));
        }
    }
}

fn publish(outlet: &Outlet<FileRecord>, shared: &Shared, record: FileRecord) {
    if matches!(record, FileRecord::Acted(_)) {
        shared.saw();
    }
    outlet.publish(record);
}

/// What the events of one chunk say, in the order in which it can have happened.
///
/// The kernel merges what happens to one name while the news wait: `OPEN | DELETE` stands where the opening was. What ends
/// something is therefore told as late as it can have been.
struct Sorting<'a> {
    at_ns: u64,
    /// Since 1970 by the clock of file systems.
    system_at_boot: Duration,
    sizes: Sizes,
    folders: &'a mut Folders,
    removed: &'a Removed,
    seen: Vec<Seen>,
    /// Closed and deleted in an event that holds something earlier too.
    late: Vec<Seen>,
}

/// A path, and whether it is whole.
type Found = (Vec<u8>, bool);

impl Sorting<'_> {
    fn observation(
        &self,
        news: &FileNews<'_>,
        what: What,
        file: Option<HandleRef<'_>>,
        (path, whole): Found,
        to: Option<Found>,
    ) -> Seen {
        let folder = news.mask.has(FileMask::FOLDER);
        let asks = matches!(what, What::Opened | What::Closed | What::Renamed) && !folder;
        let size = asks.then(|| self.sizes.get(&number(file?)).copied()).flatten();
        let changed = size.and_then(|(_, changed)| changed.checked_sub(self.system_at_boot));
        Seen {
            at_ns: self.at_ns,
            pid: news.pid,
            who: None,
            what,
            folder,
            file: file.map_or(0, number),
            folder_unknown: !(whole && to.as_ref().is_none_or(|(_, whole)| *whole)),
            path: Text::from_bytes(path),
            to: to.map(|(to, _)| Text::from_bytes(to)),
            size: size.map(|(size, _)| size),
            changed_ns: changed.map(nanoseconds),
        }
    }

    /// Tells what was kept back and fits; what was closed before what was deleted.
    fn tell_late(&mut self, fits: impl Fn(&Seen) -> bool) {
        if self.late.is_empty() {
            return;
        }
        let (mut now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.late).into_iter().partition(fits);
        now.sort_by_key(|one| one.what == What::Deleted);
        self.seen.append(&mut now);
        self.late = later;
    }

    fn take(&mut self, news: &FileNews<'_>) {
        let folder = news.mask.has(FileMask::FOLDER);
        let pid = news.pid;
        if let (Some(old), Some(new)) = (news.old, news.new) {
            self.tell_late(|one| one.pid == pid);
            let from = entry_path(self.folders, old, self.removed);
            let to = entry_path(self.folders, new, self.removed);
            if let Some(handle) = news.file.filter(|_| folder) {
                self.folders.forget_below(&from.0);
                if to.1 {
                    self.folders.learn(handle, &to.0);
                }
            }
            let seen = self.observation(news, What::Renamed, news.file, from, Some(to));
            return self.seen.push(seen);
        }
        let ends_a_folder = folder && news.mask.has(FileMask::DELETE);
        if ends_a_folder || news.mask.has(FileMask::DELETE_SELF) {
            self.tell_late(|one| one.pid == pid);
        }
        if let Some(entry) = news.entry {
            // A folder that is only looked into has no handle but its own.
            let file = news.file.or(folder.then_some(entry.folder));
            let same = file.map_or(0, number);
            self.tell_late(|one| one.file == same);
            let path = entry_path(self.folders, entry, self.removed);
            let mut merged = false;
            for (bit, what) in [
                (FileMask::CREATE, What::Created),
                (FileMask::OPEN, What::Opened),
                (FileMask::CLOSE_WRITE, What::Closed),
                (FileMask::DELETE, What::Deleted),
            ] {
                if !news.mask.has(bit) {
                    continue;
                }
                if let (What::Created, true, Some(handle), true) = (what, folder, file, path.1) {
                    self.folders.learn(handle, &path.0);
                }
                let seen = self.observation(news, what, file, path.clone(), None);
                let ends = matches!(what, What::Closed | What::Deleted);
                if merged && ends && !folder {
                    self.late.push(seen);
                } else {
                    self.seen.push(seen);
                }
                merged = true;
            }
            if self.late.len() > MOST_LATE {
                self.tell_late(|_| true);
            }
        }
        if news.mask.has(FileMask::DELETE_SELF) && !folder {
            let seen = self.observation(news, What::Gone, news.file, (Vec::new(), true), None);
            self.seen.push(seen);
        }
    }

    fn finish(mut self) -> Vec<Seen> {
        self.tell_late(|_| true);
        self.seen
    }
}

fn by_path(path: &[u8]) -> Option<(u64, Duration)> {
    size(statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT).ok()?)
}

/// Size, and time of the last change since 1970.
fn size(stat: Stat) -> Option<(u64, Duration)> {
    let seconds = u64::try_from(stat.st_mtime).ok()?;
    let changed = Duration::new(seconds, u32::try_from(stat.st_mtime_nsec).ok()?);
    Some((u64::try_from(stat.st_size).ok()?, changed))
}
