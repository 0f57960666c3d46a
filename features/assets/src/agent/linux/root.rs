//! Files of the machine, below `/` or a folder that stands for it.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use yagura_vocabulary::Time;

/// No file of the system that is read as a whole is longer.
const MOST_BYTES: u64 = 8 << 20;
/// No folder has more names that matter here.
const MOST_NAMES: usize = 65_536;

/// The root of a tree of files: `/`, or a folder that stands for it.
pub(crate) struct Root(PathBuf);

impl Root {
    pub(super) fn new(root: &Path) -> Self {
        Self(root.to_owned())
    }

    /// The path of `name` under this root; `name` is absolute as seen from inside.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name.trim_start_matches('/'))
    }

    /// A file's bytes, if there is such a file and it is not far too long.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        read(File::open(self.path(name)).ok()?)
    }

    /// A file's text without white space around it, if there is any. What is not UTF-8 is replaced.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        tidy(&self.bytes(name)?)
    }

    /// As [`Self::text`], for files in places where others may put what they like: no links, pipes or devices.
    pub(super) fn ordinary_text(&self, name: &str) -> Option<String> {
        tidy(&read(yagura_platform::open_ordinary_file(&self.path(name)).ok()?)?)
    }

    /// The names in a folder, sorted.
    pub(super) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten().take(MOST_NAMES);
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Whether it is a folder itself, not a link to one.
    pub(super) fn is_own_folder(&self, name: &str) -> bool {
        fs::symlink_metadata(self.path(name)).is_ok_and(|data| data.is_dir())
    }

    /// Where a link points, as it is written.
    pub(super) fn link(&self, name: &str) -> Option<String> {
        Some(fs::read_link(self.path(name)).ok()?.to_string_lossy().into_owned())
    }

    /// When a file was last written.
    pub(super) fn modified(&self, name: &str) -> Option<Time> {
        modified(&self.path(name))
    }
}

fn read(file: File) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MOST_BYTES).then_some(bytes)
}

fn tidy(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// 1980-01-01T00:00:00Z: no file is older, if its time means anything.
const YEAR_1980: i64 = 315_532_800;

/// When a file was last written.
pub(super) fn modified(path: &Path) -> Option<Time> {
    use std::os::unix::fs::MetadataExt;
    let data = fs::metadata(path).ok()?;
    // Makers of system images set times to zero.
    Some(Time::from_seconds(data.mtime())).filter(|time| *time > Time::from_seconds(YEAR_1980))
}
