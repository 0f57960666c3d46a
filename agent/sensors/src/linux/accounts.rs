//! Names of local accounts, from the file that says so.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use yagura_vocabulary::Account;

use crate::process::tracker::Names;

/// How often the file is looked at again.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// uid to name, from `/etc/passwd`. Accounts of a directory service that are not in the file have their number as name.
pub(super) struct Accounts {
    path: PathBuf,
    modified: Option<SystemTime>,
    looked: Option<Duration>,
    names: HashMap<u32, Box<str>>,
}

impl Accounts {
    pub(super) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), modified: None, looked: None, names: HashMap::new() }
    }

    /// The uid of the account of this name.
    pub(super) fn id_of(&self, name: &str) -> Option<u32> {
        self.names.iter().filter(|(_, known)| &***known == name).map(|(uid, _)| *uid).min()
    }

    /// Reads the file again if it was changed. `now` is any clock that runs forwards.
    pub(super) fn refresh(&mut self, now: Duration) {
        if self.looked.is_some_and(|looked| now.saturating_sub(looked) < LOOK_EVERY) {
            return;
        }
        self.looked = Some(now);
        let modified = fs::metadata(&self.path).and_then(|data| data.modified()).ok();
        if modified.is_none() || modified == self.modified {
            return;
        }
        if let Ok(text) = fs::read(&self.path) {
            self.names = parse(&String::from_utf8_lossy(&text));
            self.modified = modified;
        }
    }
}

fn parse(text: &str) -> HashMap<u32, Box<str>> {
    let mut names = HashMap::new();
    for line in text.lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(uid)) = (fields.next(), fields.nth(1).and_then(|uid| uid.parse().ok())) {
            // Of two names for one uid the first is what the system shows.
            names.entry(uid).or_insert_with(|| name.into());
        }
    }
    names
}

impl Names for Accounts {
    fn account(&mut self, uid: u32) -> Account {
        let id = uid.to_string();
        Account { name: self.names.get(&uid).map_or_else(|| id.clone(), ToString::to_string), id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(accounts: &mut Accounts, uid: u32) -> String {
        accounts.account(uid).name
    }

    #[test]
    fn names_come_from_the_file_and_follow_its_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passwd");
        fs::write(&path, "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/root:/bin/sh\nbroken\n").unwrap();
        let mut accounts = Accounts::new(&path);
        accounts.refresh(Duration::ZERO);
        assert_eq!(name(&mut accounts, 0), "root");
        assert_eq!(name(&mut accounts, 1000), "1000");
        assert_eq!((accounts.id_of("root"), accounts.id_of("1000"), accounts.id_of("toor")), (Some(0), None, None));

        fs::write(&path, "田中:x:1000:1000::/home/tanaka:/bin/bash\n").unwrap();
        fs::File::open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        accounts.refresh(Duration::from_secs(1));
        assert_eq!(name(&mut accounts, 1000), "1000", "looked at too recently");
        accounts.refresh(Duration::from_secs(6));
        assert_eq!(name(&mut accounts, 1000), "田中");
    }
}
