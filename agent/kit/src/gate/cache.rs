//! Which programs may start, as long as neither they nor the rules change.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use yagura_records::FileIdentity;

/// Permissions that are remembered: this many at least, twice as many at most. A desktop runs a few hundred programs a day.
const REMEMBERED: usize = 4096;

/// What a permission is for. The path is in it because rules look at it, and one file may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    file: FileIdentity,
    path: u64,
    account: Option<u32>,
}

/// The permissions of one version of the rules.
#[derive(Debug, Default)]
pub(super) struct Cache {
    version: u64,
    young: HashSet<Key>,
    old: HashSet<Key>,
    /// Nobody outside can find a path that has another one's number.
    paths: RandomState,
}

impl Cache {
    pub(super) fn key(&self, file: FileIdentity, path: &[u8], account: Option<u32>) -> Key {
        Key { file, path: self.paths.hash_one(path), account }
    }

    /// Whether this is allowed by the rules of this version, as far as is remembered.
    pub(super) fn allows(&mut self, version: u64, key: Key) -> bool {
        if self.version != version {
            return false;
        }
        let is_old = !self.young.contains(&key) && self.old.remove(&key);
        if is_old {
            self.note(version, key);
        }
        is_old || self.young.contains(&key)
    }

    /// Remembers that this is allowed by the rules of this version. What older rules allowed is forgotten, and is not
    /// remembered when it comes late.
    pub(super) fn note(&mut self, version: u64, key: Key) {
        if version < self.version {
            return;
        }
        if version > self.version {
            self.version = version;
            self.young.clear();
            self.old.clear();
        }
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: FileIdentity = FileIdentity { device: 1, inode: 2, size: 3, changed_s: 4, changed_ns: 5 };

    #[test]
    fn whatever_changes_about_a_program_is_asked_about_again() {
        let mut cache = Cache::default();
        let known = cache.key(FILE, b"/bin/a", Some(1));
        cache.note(1, known);
        assert!(cache.allows(1, known));
        for (file, path, account) in [
            (FileIdentity { device: 9, ..FILE }, b"/bin/a", Some(1)),
            (FileIdentity { inode: 9, ..FILE }, b"/bin/a", Some(1)),
            (FileIdentity { size: 9, ..FILE }, b"/bin/a", Some(1)),
            (FileIdentity { changed_s: 9, ..FILE }, b"/bin/a", Some(1)),
            (FileIdentity { changed_ns: 9, ..FILE }, b"/bin/a", Some(1)),
            (FILE, b"/bin/b", Some(1)),
            (FILE, b"/bin/a", Some(2)),
            (FILE, b"/bin/a", None),
        ] {
            let other = cache.key(file, path, account);
            assert!(!cache.allows(1, other), "{other:?}");
        }
    }

    #[test]
    fn an_answer_by_older_rules_that_comes_late_is_not_remembered() {
        let mut cache = Cache::default();
        let key = cache.key(FILE, b"/bin/a", None);
        cache.note(2, cache.key(FILE, b"/bin/b", None));
        cache.note(1, key);
        assert!(!cache.allows(1, key) && !cache.allows(2, key));
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let mut cache = Cache::default();
        let used = cache.key(FILE, b"/bin/used", None);
        cache.note(1, used);
        for inode in 0..5 * REMEMBERED as u64 {
            cache.note(1, cache.key(FileIdentity { inode, ..FILE }, b"/bin/a", None));
            assert!(cache.allows(1, used));
        }
        assert!(cache.young.len() + cache.old.len() <= 2 * REMEMBERED);
    }

    proptest! {
        /// Beside a list of all permissions with their versions: the cache may forget, and never makes one up.
        #[test]
        fn nothing_is_allowed_that_the_rules_of_that_version_did_not_allow(
            steps in prop::collection::vec((any::<bool>(), 1_u64..4, 0_u64..6), 0..200),
        ) {
            let mut cache = Cache::default();
            let mut allowed = HashSet::new();
            for (notes, version, inode) in steps {
                let key = cache.key(FileIdentity { inode, ..FILE }, b"/bin/a", None);
                if notes {
                    cache.note(version, key);
                    allowed.insert((version, inode));
                } else if cache.allows(version, key) {
                    prop_assert!(allowed.contains(&(version, inode)));
                }
            }
        }
    }
}
