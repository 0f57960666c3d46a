//! Who may do everything: uid 0, and members of the groups that sudo lets do so as distributions set it up.

use std::collections::BTreeMap;

use super::Root;
use crate::model::Administrator;

/// Debian and Ubuntu; Red Hat, SUSE and Arch; Ubuntu before 12.04.
const GROUPS: &[&str] = &["sudo", "wheel", "admin"];
/// A group of a directory may have a whole company in it.
const MOST: usize = 1000;

pub(super) fn read(root: &Root) -> Vec<Administrator> {
    let lines = |file: &str| root.text(file).unwrap_or_default();
    from(&lines("/etc/passwd"), &lines("/etc/group"))
}

/// passwd(5): name, password, uid, gid, ...; group(5): name, password, gid, members.
fn from(passwd: &str, groups: &str) -> Vec<Administrator> {
    let accounts: Vec<(&str, &str, &str)> = passwd
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let (name, _, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            // A line of the directory services' own (`+::::`) names nobody.
            (!name.is_empty() && uid.parse::<u32>().is_ok()).then_some((name, uid, gid))
        })
        .collect();
    let mut through: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, ..) in accounts.iter().filter(|(_, uid, _)| *uid == "0") {
        through.entry(name).or_default().push("uid 0".to_owned());
    }
    for line in groups.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        let [group, _password, gid, members] = fields.as_slice() else { continue };
        if !GROUPS.contains(group) {
            continue;
        }
        let listed = members.split(',').map(str::trim).filter(|name| !name.is_empty());
        // Whoever has it as their own group is not listed.
        let own = accounts.iter().filter(|(.., own)| own == gid).map(|(name, ..)| *name);
        for name in listed.chain(own) {
            let reasons = through.entry(name).or_default();
            if !reasons.iter().any(|reason| reason == group) {
                reasons.push((*group).to_owned());
            }
        }
    }
    let id = |name: &str| accounts.iter().find(|(own, ..)| *own == name).map(|(_, uid, _)| (*uid).to_owned());
    let one = |(name, through): (&str, Vec<String>)| Administrator { id: id(name), name: name.to_owned(), through };
    through.into_iter().take(MOST).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_do_everything_is_named_with_the_reason() {
        let passwd = "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n田中:x:1000:1000::/h:/bin/sh\nadm:x:3:27::/:/bin/false\n+::::::";
        let groups = "root:x:0:\nsudo:x:27:田中,鈴木\nwheel:x:10:田中\ndocker:x:99:佐藤\nnonsense";
        let found: Vec<String> = from(passwd, groups)
            .into_iter()
            .map(|one| format!("{} {} {}", one.name, one.id.unwrap_or_default(), one.through.join("+")))
            .collect();
        assert_eq!(found, ["adm 3 sudo", "root 0 uid 0", "toor 0 uid 0", "田中 1000 sudo+wheel", "鈴木  sudo"]);
    }
}
