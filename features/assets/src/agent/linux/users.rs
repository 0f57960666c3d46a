//! Accounts that can sign in, from passwd(5).

use std::fs;

use super::Root;
use crate::model::User;

/// Programs in place of a shell that let nobody in, by their last name.
const NO_SHELLS: &[&str] = &["nologin", "false", "true", "sync", "shutdown", "halt", "git-shell"];

pub(super) fn read(root: &Root) -> Vec<User> {
    let text = fs::read(root.path("/etc/passwd")).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().filter_map(parse).collect()
}

fn parse(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _password, uid, _gid, _real_name, _home, shell] = fields.as_slice() else { return None };
    let program = shell.rsplit('/').next().unwrap_or_default();
    let uid: u32 = uid.parse().ok()?;
    (!name.is_empty() && !NO_SHELLS.contains(&program)).then(|| User { name: (*name).to_owned(), id: uid.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accounts_with_a_shell_count() {
        let name = |line: &str| parse(line).map(|user| user.name);
        assert_eq!(name("田中:x:1000:1000:田中 花子,,,:/home/tanaka:/bin/bash").as_deref(), Some("田中"));
        assert_eq!(name("old:x:1001:1001::/home/old:").as_deref(), Some("old"), "no shell named means /bin/sh");
        assert_eq!(name("daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin"), None);
        assert_eq!(name("+::::::"), None);
        assert_eq!(name("nonsense"), None);
    }
}
