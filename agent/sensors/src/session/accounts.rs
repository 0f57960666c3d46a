//! Which local accounts there are and which of them are administrators, read from the files that say so. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yagura_records::AccountChange;
use yagura_vocabulary::Account;

/// Groups whose members may do everything: Debian and Ubuntu, Red Hat and SUSE, older ones.
const ADMINISTRATORS: [&str; 3] = ["sudo", "wheel", "admin"];

/// The accounts of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accounts {
    /// Numbers by names.
    ids: BTreeMap<String, String>,
    administrators: BTreeSet<String>,
}

/// What became of an account.
pub(crate) type Changed = (AccountChange, Account);

impl Accounts {
    /// Reads `/etc/passwd` (passwd(5)) and `/etc/group` (group(5)).
    pub(crate) fn read(passwd: &str, group: &str) -> Self {
        let (mut ids, mut administrators) = (BTreeMap::new(), BTreeSet::new());
        let mut of_group: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for line in passwd.lines() {
            let fields: Vec<_> = line.split(':').collect();
            let [name, _, uid, gid, ..] = fields.as_slice() else { continue };
            if name.is_empty() || uid.parse::<u32>().is_err() {
                continue;
            }
            if *uid == "0" {
                administrators.insert((*name).to_owned());
            }
            of_group.entry(gid).or_default().push((*name).to_owned());
            ids.insert((*name).to_owned(), (*uid).to_owned());
        }
        for line in group.lines() {
            let fields: Vec<_> = line.split(':').collect();
            let [name, _, gid, members] = fields.as_slice() else { continue };
            if ADMINISTRATORS.contains(name) {
                administrators.extend(members.split(',').filter(|name| !name.is_empty()).map(str::to_owned));
                // Whose main group it is does not stand among the members.
                administrators.extend(of_group.get(gid).into_iter().flatten().cloned());
            }
        }
        administrators.retain(|name| ids.contains_key(name));
        Self { ids, administrators }
    }

    /// The number of an account.
    pub(crate) fn find(&self, name: &str) -> Option<Account> {
        self.ids.get(name).map(|id| Account { name: name.to_owned(), id: id.clone() })
    }

    /// What is different in `later`.
    pub(crate) fn changes(&self, later: &Self) -> Vec<Changed> {
        let account = |of: &Self, name: &String| {
            let id = of.ids.get(name).cloned().unwrap_or_default();
            Account { name: name.clone(), id }
        };
        let gone = self.ids.keys().filter(|name| !later.ids.contains_key(*name));
        let come = later.ids.keys().filter(|name| !self.ids.contains_key(*name));
        let demoted = self
            .administrators
            .iter()
            .filter(|name| !later.administrators.contains(*name) && later.ids.contains_key(*name));
        let promoted = later.administrators.iter().filter(|name| !self.administrators.contains(*name));
        let mut changes: Vec<_> = gone.map(|name| (AccountChange::Removed, account(self, name))).collect();
        changes.extend(come.map(|name| (AccountChange::Added, account(later, name))));
        changes.extend(demoted.map(|name| (AccountChange::Demoted, account(later, name))));
        changes.extend(promoted.map(|name| (AccountChange::Promoted, account(later, name))));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ntanaka:x:1000:1000::/home/tanaka:/bin/bash\n";
    const GROUP: &str = "root:x:0:\nsudo:x:27:\n";

    #[track_caller]
    fn check(passwd: &str, group: &str, expected: &[(&str, &str)]) {
        let changes = Accounts::read(PASSWD, GROUP).changes(&Accounts::read(passwd, group));
        let told: Vec<_> = changes.iter().map(|(change, account)| (change.as_str(), account.name.as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn accounts_come_and_go_and_become_administrators() {
        check(PASSWD, GROUP, &[]);
        check(PASSWD, "root:x:0:\nsudo:x:27:tanaka\n", &[("promoted", "tanaka")]);
        let sato = format!("{PASSWD}sato:x:1001:27::/home/sato:/bin/sh\n");
        check(&sato, GROUP, &[("added", "sato"), ("promoted", "sato")]);
        check(&format!("{PASSWD}toor:x:0:0::/:/bin/sh\n"), GROUP, &[("added", "toor"), ("promoted", "toor")]);
        check("root:x:0:0:root:/root:/bin/bash\n", GROUP, &[("removed", "tanaka")]);
    }

    #[test]
    fn lines_that_are_none_are_passed_over() {
        check(
            &format!("{PASSWD}+\n::\nx:x:abc:1:::\n# note\n"),
            &format!("{GROUP}+:::\nsudo:x:27:nobody-there\n"),
            &[],
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(passwd in "(.{0,20}[:\n]){0,12}", group in "(.{0,20}[:\n]){0,12}") {
            let read = Accounts::read(&passwd, &group);
            proptest::prop_assert_eq!(read.changes(&read), vec![]);
        }
    }
}
