//! What is known of a program before it starts.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;
use yagura_platform::{Error, boot_id, since_boot, system_clock};
use yagura_records::{FileIdentity, Hash, Moment, Starting, Text};
use yagura_vocabulary::Clock;

use super::{Hashes, Knock};
use crate::{
    Logons,
    guid::process_guid,
    linux::{
        accounts::Accounts,
        hasher,
        logon::{Within, within},
        proc,
    },
    process::{observed::Owner, tracker::Names as _},
};

/// A file that was changed so short a time ago may be changed again without its time showing it.
const SETTLED: Duration = Duration::from_secs(2);

/// Says what is known of whoever waits at the door. Each program is read once, as long as it stays as it is.
#[derive(Clone)]
pub struct Describer {
    boot_id: Uuid,
    clock: Arc<dyn Clock>,
    accounts: Arc<Mutex<Accounts>>,
    hashes: Hashes,
    logons: Logons,
}

impl std::fmt::Debug for Describer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Describer")
    }
}

impl Describer {
    /// Of this machine. `clock` gives the wall-clock times, `logons` says who is logged on.
    ///
    /// # Errors
    /// When the system does not say which of its starts this is.
    pub fn new(clock: Arc<dyn Clock>, logons: Logons) -> Result<Self, Error> {
        let accounts = Arc::new(Mutex::new(Accounts::new("/etc/passwd")));
        Ok(Self { boot_id: boot_id()?, clock, accounts, hashes: Hashes::default(), logons })
    }

    /// What is known of who waits, with the program's hash where it is asked for.
    #[must_use]
    pub fn describe(&self, knock: &Knock, hash: bool) -> Starting {
        let now = since_boot();
        let mono_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let pid = knock.pid();
        let guid = |pid: u32, stat: &proc::Stat| process_guid(self.boot_id, pid, stat.start_ns);
        let (own, owner) = (proc::stat(pid), proc::owner(pid));
        let ppid = own.map_or(0, |own| own.parent);
        let parent = proc::stat(ppid);
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.refresh(now);
        let mut name = |uid: Option<u32>| uid.map(|uid| accounts.account(uid));
        let (account, login_account) = (name(owner.map(|it| it.uid)), name(owner.and_then(|it| it.login_uid)));
        let effective = owner.filter(|owner| owner.effective_uid != owner.uid);
        let effective_account = name(effective.map(|owner| owner.effective_uid));
        drop(accounts);
        Starting {
            at: Moment { occurred_at: self.clock.now(), boot_id: self.boot_id, mono_ns },
            guid: own.map(|own| guid(pid, &own)),
            pid,
            ppid,
            parent_guid: parent.map(|parent| guid(ppid, &parent)),
            parent_image: proc::image(ppid).map(|(image, _)| image.as_str().to_owned()),
            path: knock.path().unwrap_or_else(|| Text::from("")),
            account,
            effective_account,
            login_account,
            logon_session: self.session(pid, owner),
            hash: if hash { self.hash(knock) } else { Hash::Off },
        }
    }

    /// As the process sensor has it: logind's name, else the audit's number.
    fn session(&self, pid: u32, owner: Option<Owner>) -> Option<String> {
        match within(pid) {
            Some(Within::Session(id)) => Some(id.to_string()),
            Some(Within::Account(uid)) => self.logons.of(uid),
            Some(Within::Nowhere) | None => Some(owner?.session?.to_string()),
        }
    }

    fn hash(&self, knock: &Knock) -> Hash {
        let (Some(seen), Ok(file)) = (knock.file(), knock.open()) else { return Hash::Gone };
        let hashes = || self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = hashes().known(seen);
        if let Some(digest) = known {
            return Hash::Sha256(hex::encode(digest));
        }
        // Not under the lock: others are not to wait for this file.
        match hasher::hash_of(&file, seen) {
            Ok((digest, same)) => {
                if same && has_settled(seen, system_clock()) {
                    hashes().remember(seen, digest);
                }
                Hash::Sha256(hex::encode(digest))
            }
            Err(why) => why,
        }
    }
}

/// Whether a file's times tell for sure that it is as it was. `now` is by the system's own clock.
pub(super) fn has_settled(file: FileIdentity, now: Duration) -> bool {
    let changed = u64::try_from(file.changed_s).unwrap_or(0);
    now.saturating_sub(Duration::from_secs(changed)) > SETTLED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_a_moment_ago_is_read_again() {
        let file = FileIdentity { device: 1, inode: 1, size: 1, changed_s: 1000, changed_ns: 0 };
        for (now, settled) in [(999, false), (1000, false), (1002, false), (1003, true)] {
            assert_eq!(has_settled(file, Duration::from_secs(now)), settled, "{now}");
        }
    }
}
