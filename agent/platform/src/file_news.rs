//! What fanotify tells, read from its bytes. Pure, so that every system can test it.
//!
//! Format: fanotify(7) and `linux/fanotify.h`, everything in the machine's byte order. Asked for is
//! `FAN_REPORT_DFID_NAME_TARGET`: an event names a folder by its handle, an entry in it, and the file itself by its handle.

/// What happened to a file; several may have been merged into one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMask(pub u64);

impl FileMask {
    /// Something was opened.
    pub const OPEN: Self = Self(0x20);
    /// Something that was open for writing was closed.
    pub const CLOSE_WRITE: Self = Self(0x8);
    /// An entry came to be.
    pub const CREATE: Self = Self(0x100);
    /// An entry was taken away.
    pub const DELETE: Self = Self(0x200);
    /// A file has no entry and no opener any more.
    pub const DELETE_SELF: Self = Self(0x400);
    /// An entry was renamed or moved.
    pub const RENAME: Self = Self(0x1000_0000);
    /// Somebody waits to open a file in order to run it.
    pub const OPEN_EXEC: Self = Self(0x4_0000);
    /// It is about a folder.
    pub const FOLDER: Self = Self(0x4000_0000);
    /// The kernel's queue was full, and events are missing here.
    pub const OVERFLOW: Self = Self(0x4000);

    /// Whether it has all bits of `other`.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// All bits of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How a file system names one of its files, for as long as the file exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HandleRef<'a> {
    /// The file system, as statfs(2) numbers it.
    pub file_system: u64,
    /// The form of `bytes`.
    pub kind: i32,
    /// The name, which only that file system understands.
    pub bytes: &'a [u8],
}

/// An entry in a folder. The name `.` is the folder itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// The folder.
    pub folder: HandleRef<'a>,
    /// The name, any bytes but NUL and `/`.
    pub name: &'a [u8],
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileNews<'a> {
    /// What happened.
    pub mask: FileMask,
    /// The process that did it.
    pub pid: u32,
    /// The entry that it is about.
    pub entry: Option<EntryRef<'a>>,
    /// Of a renaming: the entry before.
    pub old: Option<EntryRef<'a>>,
    /// Of a renaming: the entry afterwards.
    pub new: Option<EntryRef<'a>>,
    /// The file itself.
    pub file: Option<HandleRef<'a>>,
}

const HEAD: usize = 24;
const VERSION: u8 = 3;
const INFO_HEAD: usize = 4;
/// File system id, length and form of the handle.
const HANDLE_HEAD: usize = 16;
const FID: u8 = 1;
const DFID_NAME: u8 = 2;
const DFID: u8 = 3;
const OLD_DFID_NAME: u8 = 10;
const NEW_DFID_NAME: u8 = 12;

fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    take(bytes, at).map(u32::from_ne_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    take(bytes, at).map(u64::from_ne_bytes)
}

/// Reads the events of one answer of the kernel. What is not understood is passed over; gives whether everything was.
pub fn read_file_news<'a>(mut bytes: &'a [u8], mut each: impl FnMut(FileNews<'a>)) -> bool {
    let mut whole = true;
    while !bytes.is_empty() {
        let length = word(bytes, 0).and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let Some(event) = bytes.get(..length).filter(|event| event.len() >= HEAD) else { return false };
        match one(event) {
            Some(news) => each(news),
            None => whole = false,
        }
        bytes = &bytes[length..];
    }
    whole
}

/// How many events an answer of the kernel holds.
#[must_use]
pub fn count_file_news(bytes: &[u8]) -> u64 {
    let mut count = 0;
    read_file_news(bytes, |_| count += 1);
    count
}

fn one(event: &[u8]) -> Option<FileNews<'_>> {
    if event[4] != VERSION {
        return None;
    }
    let head = usize::from(u16::from_ne_bytes(take(event, 6)?));
    let mut news = FileNews {
        mask: FileMask(long(event, 8)?),
        pid: word(event, 20)?,
        entry: None,
        old: None,
        new: None,
        file: None,
    };
    let mut rest = event.get(head..)?;
    while let Some(&kind) = rest.first() {
        let length = usize::from(u16::from_ne_bytes(take(rest, 2)?));
        let info = rest.get(..length).filter(|info| info.len() >= INFO_HEAD)?;
        match kind {
            FID => news.file = Some(handle(info)?.0),
            DFID => news.entry = Some(EntryRef { folder: handle(info)?.0, name: b"." }),
            DFID_NAME => news.entry = Some(entry(info)?),
            OLD_DFID_NAME => news.old = Some(entry(info)?),
            NEW_DFID_NAME => news.new = Some(entry(info)?),
            _ => {}
        }
        rest = &rest[length..];
    }
    Some(news)
}

fn handle(info: &[u8]) -> Option<(HandleRef<'_>, &[u8])> {
    let body = info.get(INFO_HEAD..)?;
    let length = usize::try_from(word(body, 8)?).ok()?;
    let kind = i32::from_ne_bytes(take(body, 12)?);
    let rest = body.get(HANDLE_HEAD..)?;
    let (bytes, rest) = rest.split_at_checked(length)?;
    Some((HandleRef { file_system: long(body, 0)?, kind, bytes }, rest))
}

fn entry(info: &[u8]) -> Option<EntryRef<'_>> {
    let (folder, rest) = handle(info)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some(EntryRef { folder, name: &rest[..end] })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn info(kind: u8, handle: &[u8], name: Option<&[u8]>) -> Vec<u8> {
        let mut body = 7_u64.to_ne_bytes().to_vec();
        body.extend(u32::try_from(handle.len()).unwrap().to_ne_bytes());
        body.extend(1_i32.to_ne_bytes());
        body.extend(handle);
        if let Some(name) = name {
            body.extend(name);
            body.push(0);
        }
        body.resize(body.len().next_multiple_of(4), 0);
        let mut info = vec![kind, 0];
        info.extend(u16::try_from(body.len() + INFO_HEAD).unwrap().to_ne_bytes());
        info.extend(body);
        info
    }

    fn event(mask: FileMask, pid: u32, infos: &[Vec<u8>]) -> Vec<u8> {
        let infos = infos.concat();
        let mut event = u32::try_from(HEAD + infos.len()).unwrap().to_ne_bytes().to_vec();
        event.extend([VERSION, 0]);
        event.extend(24_u16.to_ne_bytes());
        event.extend(mask.0.to_ne_bytes());
        event.extend((-1_i32).to_ne_bytes());
        event.extend(pid.to_ne_bytes());
        event.extend(infos);
        event
    }

    fn renaming() -> Vec<u8> {
        let infos = [
            info(OLD_DFID_NAME, b"dir1", Some("会計".as_bytes())),
            info(NEW_DFID_NAME, b"dir2", Some(b"\x93\xfa")),
            info(FID, b"file", None),
        ];
        event(FileMask::RENAME, 42, &infos)
    }

    #[test]
    fn a_renaming_names_both_entries_and_the_file() {
        let bytes = renaming();
        let mut seen = Vec::new();
        assert!(read_file_news(&bytes, |news| seen.push(news)));
        let [news] = seen.as_slice() else { panic!("{seen:?}") };
        assert_eq!((news.pid, news.mask), (42, FileMask::RENAME));
        let (old, new) = (news.old.unwrap(), news.new.unwrap());
        assert_eq!((old.folder.bytes, old.name), (&b"dir1"[..], "会計".as_bytes()));
        assert_eq!((new.folder.bytes, new.name), (&b"dir2"[..], &b"\x93\xfa"[..]));
        assert_eq!(news.file.unwrap().bytes, b"file");
    }

    #[test]
    fn several_events_are_read_and_unknown_parts_passed_over() {
        let unknown = vec![99, 0, 8, 0, 1, 2, 3, 4];
        let create = event(FileMask::CREATE.and(FileMask::OPEN), 1, &[unknown, info(DFID_NAME, b"dir", Some(b"a"))]);
        let overflow = event(FileMask::OVERFLOW, 0, &[]);
        let all = [create, renaming(), overflow].concat();
        let mut masks = Vec::new();
        assert!(read_file_news(&all, |news| masks.push(news.mask)));
        assert_eq!(masks, [FileMask(0x120), FileMask::RENAME, FileMask::OVERFLOW]);
        assert_eq!(count_file_news(&all), 3);
    }

    proptest! {
        #[test]
        fn nonsense_is_passed_over(bytes: Vec<u8>) {
            read_file_news(&bytes, |_| ());
        }

        #[test]
        fn an_event_with_any_bytes_changed_or_cut_is_read_without_panic(
            changes in prop::collection::vec((0_usize..200, any::<u8>()), 0..8),
            end in 0_usize..200,
        ) {
            let mut bytes = [renaming(), renaming()].concat();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(end);
            read_file_news(&bytes, |news| {
                for entry in [news.entry, news.old, news.new].into_iter().flatten() {
                    assert!(!entry.name.contains(&0));
                }
            });
        }
    }
}
