//! Which file a new one is a copy of. No kernel says so: it is deduced from what the process had opened.

use std::collections::VecDeque;

use yagura_records::Text;

/// Opened files that are remembered of one work.
const REMEMBERED: usize = 64;

/// Opened longer ago than this a file is no source.
const LONGEST_NS: u64 = 300 * 1_000_000_000;

/// An opened file.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) at_ns: u64,
    pub(crate) file: u64,
    pub(crate) path: Text,
    pub(crate) size: Option<u64>,
}

/// A file that was closed after it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) file: u64,
    pub(crate) path: &'a Text,
    pub(crate) size: Option<u64>,
    pub(crate) now_ns: u64,
    pub(crate) by_copier: bool,
}

/// What was opened lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opens(VecDeque<Opened>);

/// The last part of a path.
pub(crate) fn name(path: &Text) -> &[u8] {
    path.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// All but the last part of a path, without the separator.
pub(crate) fn folder(path: &Text) -> &[u8] {
    let bytes = path.as_bytes();
    bytes.iter().rposition(|byte| *byte == b'/').map_or(&[], |end| &bytes[..end])
}

/// What stands behind the last dot of the last part.
pub(crate) fn extension(path: &Text) -> Option<&[u8]> {
    let name = name(path);
    name.iter().rposition(|byte| *byte == b'.').map(|dot| &name[dot + 1..])
}

/// Programs open these for themselves, not to copy them.
fn is_part_of_the_system(path: &[u8]) -> bool {
    [&b"/usr/"[..], b"/lib", b"/bin/", b"/etc/", b"/proc/", b"/sys/"].iter().any(|head| path.starts_with(head))
}

/// What nearly every program opens when it starts: remembered for each, it would fill memory.
fn is_opened_by_all(path: &[u8]) -> bool {
    [&b"/usr/lib/"[..], b"/usr/share/locale/", b"/lib/", b"/lib64/", b"/etc/ld.so"]
        .iter()
        .any(|head| path.starts_with(head))
}

impl Opens {
    pub(crate) fn add(&mut self, opened: Opened, by_copier: bool) {
        if !by_copier && is_opened_by_all(opened.path.as_bytes()) {
            return;
        }
        self.0.retain(|one| one.file != opened.file || one.path != opened.path);
        self.0.push_back(opened);
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }

    /// When the file was opened last.
    pub(crate) fn at(&self, file: u64) -> Option<u64> {
        self.0.iter().rev().find(|one| one.file == file).map(|one| one.at_ns)
    }

    /// Whether this path was opened, and how large the file was is not known.
    pub(crate) fn is_without_size(&self, path: &Text) -> bool {
        self.0.iter().any(|one| one.path == *path && one.size.is_none())
    }

    /// Its opening was for writing.
    pub(crate) fn forget(&mut self, file: u64) {
        self.0.retain(|one| one.file != file);
    }

    /// What a file that was closed now, with so many bytes under this path, is probably a copy of: what has its name and
    /// size, else its size, else its name, else, of a program that does nothing but copy, anything; of equals what was opened
    /// last.
    pub(crate) fn source(&self, made: &Made<'_>) -> Option<&Opened> {
        let Made { file, path, size, now_ns, by_copier } = *made;
        let rank = |one: &Opened| {
            let same_name = name(&one.path) == name(path);
            let same_size = one.size.is_some() && one.size == size;
            let says_something = same_size && size != Some(0);
            match (same_name, same_size) {
                (true, true) => Some(3),
                (false, true) if says_something && !is_part_of_the_system(one.path.as_bytes()) => Some(2),
                (true, false) if size != Some(0) => Some(1),
                _ if by_copier && !is_part_of_the_system(one.path.as_bytes()) => Some(0),
                _ => None,
            }
        };
        self.0
            .iter()
            .filter(|one| one.file != file && one.path != *path && now_ns.saturating_sub(one.at_ns) <= LONGEST_NS)
            .filter_map(|one| rank(one).map(|rank| (rank, one)))
            .max_by_key(|(rank, one)| (*rank, one.at_ns))
            .map(|(_, one)| one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(opened: &[(&str, u64)], path: &str, size: u64, expected: Option<&str>) {
        let mut opens = Opens::default();
        for (index, (path, size)) in opened.iter().enumerate() {
            let number = index as u64;
            opens.add(Opened { at_ns: number, file: number, path: (*path).into(), size: Some(*size) }, true);
        }
        let path = &path.into();
        let made = Made { file: 99, path, size: Some(size), now_ns: 100, by_copier: false };
        assert_eq!(opens.source(&made).map(|one| one.path.as_str()), expected);
    }

    #[test]
    fn name_and_size_together_say_more_than_either_alone() {
        let opened = [("/a/x", 5), ("/b/y", 7), ("/c/x", 7)];
        check(&opened, "/d/x", 5, Some("/a/x"));
        check(&opened[..2], "/d/z", 7, Some("/b/y"));
        check(&opened[..2], "/d/x", 9, Some("/a/x"));
        check(&opened, "/d/other", 9, None);
    }

    #[test]
    fn what_every_program_opens_is_no_source_and_emptiness_says_nothing() {
        check(&[("/usr/lib/libc.so.6", 100)], "/home/a", 100, None);
        check(&[("/home/empty", 0)], "/home/new", 0, None);
        check(&[("/home/empty", 0)], "/mnt/empty", 0, Some("/home/empty"));
    }

    #[test]
    fn what_cp_opened_it_copied_even_under_another_name_and_when_nothing_is_known_of_the_sizes() {
        let mut opens = Opens::default();
        for (file, path) in [(1, "/home/tanaka/a"), (2, "/etc/locale.alias")] {
            opens.add(Opened { at_ns: file, file, path: path.into(), size: None }, true);
        }
        let path = &"/media/stick/b".into();
        let made = Made { file: 9, path, size: None, now_ns: 9, by_copier: true };
        assert_eq!(opens.source(&made).map(|one| one.path.as_str()), Some("/home/tanaka/a"));
        assert!(opens.source(&Made { by_copier: false, ..made }).is_none());
    }

    #[test]
    fn paths_fall_into_folder_and_name() {
        for (path, of, last) in [("/a/b", "/a", "b"), ("/a", "", "a"), ("a", "", "a")] {
            assert_eq!((folder(&path.into()), name(&path.into())), (of.as_bytes(), last.as_bytes()));
        }
    }
}
