//! The name of a local account.

use std::fs;

use yagura_vocabulary::Account;

/// The account of this uid; an account of a directory service, which is not in the file, has its number as name.
pub(super) fn of(uid: u32) -> Account {
    let text = fs::read("/etc/passwd").unwrap_or_default();
    let name = name_in(&String::from_utf8_lossy(&text), uid);
    Account { name: name.unwrap_or_else(|| uid.to_string()), id: uid.to_string() }
}

/// The first name with this uid in a text of the shape of `passwd(5)`.
fn name_in(text: &str, uid: u32) -> Option<String> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_names_is_the_one_that_the_system_shows() {
        let text = "root:x:0:0::/root:/bin/sh\n\nhanako:x:1000:1000:花子:/home/hanako:/bin/sh\nh2:x:1000:1:::\n";
        assert_eq!(name_in(text, 1000).as_deref(), Some("hanako"));
        assert_eq!(name_in(text, 1001), None);
    }
}
