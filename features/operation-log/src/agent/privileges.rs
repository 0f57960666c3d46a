//! Who runs what with another account's rights, read off the stream of processes. Pure.

use std::collections::HashMap;

use uuid::Uuid;
use yagura_records::ProcessStarted;
use yagura_vocabulary::Account;

/// Programs that give another account's rights to whom may have them.
const GIVERS: [&str; 6] = ["sudo", "su", "doas", "pkexec", "run0", "runuser"];
/// More of them at a time are not remembered.
const MOST: usize = 1024;

/// The programs that give rights and run now, and who started each.
#[derive(Debug, Default)]
pub(super) struct Privileges(HashMap<Uuid, Account>);

impl Privileges {
    /// Who it was that had this started with other rights than their own, if somebody had.
    pub(super) fn started(&mut self, start: &ProcessStarted) -> Option<Account> {
        let parent = start.parent_guid.and_then(|guid| self.0.get(&guid)).cloned();
        let name = start.image.as_ref().and_then(|image| image.as_str().rsplit('/').next());
        if name.is_some_and(|name| GIVERS.contains(&name)) {
            // Such a program splits, and one su may be started by another: it stays with the first who asked.
            // Root gives rights up with these, and needs nobody's.
            if let Some(by) = parent.or_else(|| start.account.clone()).filter(|by| by.id != "0")
                && self.0.len() < MOST
            {
                self.0.insert(start.guid, by);
            }
            return None;
        }
        parent.filter(|by| start.account.as_ref().is_some_and(|account| account.id != by.id))
    }

    /// A process ended.
    pub(super) fn exited(&mut self, guid: Uuid) {
        self.0.remove(&guid);
    }

    /// Ends may have been missed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use yagura_records::{Hash, Moment, Origin};
    use yagura_vocabulary::Time;

    use super::*;

    fn start(guid: u128, parent: u128, image: &str, uid: u32) -> ProcessStarted {
        ProcessStarted {
            at: Moment { occurred_at: Time::default(), boot_id: Uuid::nil(), mono_ns: 0 },
            guid: Uuid::from_u128(guid),
            pid: 1,
            ppid: 1,
            parent_guid: Some(Uuid::from_u128(parent)),
            parent_image: None,
            origin: Origin::Exec,
            image: Some(image.into()),
            command_line: None,
            truncated: false,
            cwd: None,
            account: Some(Account { name: format!("user{uid}"), id: uid.to_string() }),
            effective_account: None,
            login_account: None,
            logon_session: None,
            hash: Hash::Off,
            notes: Vec::new(),
        }
    }

    #[track_caller]
    fn check(starts: &[(u128, u128, &str, u32)], expected: Option<&str>) {
        let mut privileges = Privileges::default();
        let told: Vec<_> = starts
            .iter()
            .filter_map(|(guid, parent, image, uid)| privileges.started(&start(*guid, *parent, image, *uid)))
            .map(|account| account.name)
            .collect();
        assert_eq!(told.first().map(String::as_str), expected, "{starts:?}");
        assert!(told.len() <= 1);
    }

    #[test]
    fn what_sudo_starts_is_the_person_s_use_of_rights() {
        check(&[(1, 0, "/usr/bin/sudo", 1000), (2, 1, "/usr/bin/id", 0)], Some("user1000"));
        // With a terminal of its own sudo splits once more, and is root by then.
        check(&[(1, 0, "/usr/bin/sudo", 1000), (2, 1, "/usr/bin/sudo", 0), (3, 2, "/usr/bin/id", 0)], Some("user1000"));
        check(&[(1, 0, "/usr/bin/su", 1000), (2, 1, "/bin/bash", 0), (3, 2, "/usr/bin/id", 0)], Some("user1000"));
    }

    #[test]
    fn who_keeps_his_own_rights_uses_no_other_s() {
        check(&[(1, 0, "/usr/bin/sudo", 0), (2, 1, "/usr/bin/id", 0)], None);
        check(&[(1, 0, "/usr/bin/bash", 1000), (2, 1, "/usr/bin/id", 0)], None);
        check(&[(2, 1, "/usr/bin/id", 0)], None);
        check(&[(1, 0, "/usr/sbin/runuser", 0), (2, 1, "/usr/bin/id", 33)], None);
    }

    #[test]
    fn what_ended_is_forgotten() {
        let mut privileges = Privileges::default();
        privileges.started(&start(1, 0, "/usr/bin/sudo", 1000));
        privileges.exited(Uuid::from_u128(1));
        assert_eq!(privileges.started(&start(2, 1, "/usr/bin/id", 0)), None);
    }
}
