//! What the server signs with: its keys, which may change while it runs.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use yagura_vocabulary::{Id, Time, id::Server};

use super::key_folder::{KeyFolder, Name, Record};
use crate::wire::{
    key::{PublicKey, SigningKey, SigningKeyError},
    key_set::{KeySet, Keys, KeysError, Purpose, RootChange, ServerKey},
    sealed::{Document, Sealed},
};

/// How long a key under the root counts; it is renewed long before.
const LIFETIME: Duration = Duration::from_secs(86_400 * 365 * 2);
/// What was signed with the old keys and is still under way stays good for so long.
const OVERLAP: Duration = Duration::from_secs(86_400 * 30);

/// Signs what the server says.
pub struct Signer {
    dir: PathBuf,
    server: Id<Server>,
    held: RwLock<Arc<Held>>,
    renewing: Mutex<()>,
}

/// The keys of one version.
struct Held {
    keys: Keys,
    policy: SigningKey,
    command: SigningKey,
    response: SigningKey,
    version: u64,
}

/// The keys could not be made, read or kept.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The folder or a file in it.
    #[error("failed to {0} the server's keys in {1}")]
    Io(&'static str, PathBuf, #[source] io::Error),
    /// A key.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The public record does not hold together.
    #[error("failed to believe the server's own record of its keys")]
    Keys(#[from] KeysError),
    /// The record of the keys is not readable.
    #[error("failed to read {0}: {1}")]
    Record(PathBuf, serde_json::Error),
    /// The record names no key for a purpose.
    #[error("the record of the server's keys names no {0} key")]
    Missing(&'static str),
    /// A private key that is not the one of the record.
    #[error("{0} is not the key that keys.json beside it names: bring back both from one backup")]
    Stray(PathBuf),
    /// The keys of another server lie there.
    #[error("the keys in {0} belong to server {1}, not to {2}")]
    OtherServer(PathBuf, Id<Server>, Id<Server>),
}

impl Held {
    fn read(dir: &Path, server: Id<Server>, record: Record) -> Result<Self, SignerError> {
        if record.server != server {
            return Err(SignerError::OtherServer(dir.to_owned(), record.server, server));
        }
        let key = |purpose| KeyFolder(dir).named(Name::Of(purpose), &record);
        let (policy, command, response) = (key(Purpose::Policy)?, key(Purpose::Command)?, key(Purpose::Response)?);
        Ok(Self { policy, command, response, version: record.version, keys: record.keys })
    }

    fn record(&self, server: Id<Server>) -> Record {
        Record { server, keys: self.keys.clone(), version: self.version }
    }
}

impl Signer {
    /// Opens the keys in `dir`, or makes them when there are none.
    ///
    /// # Errors
    /// When they cannot be made or read, or belong to another server.
    pub fn open(dir: &Path, server: Id<Server>, now: Time) -> Result<Self, SignerError> {
        let held = match KeyFolder(dir).record()? {
            Some(record) => Held::read(dir, server, record)?,
            None => Self::make(dir, server, now)?,
        };
        Ok(Self { dir: dir.to_owned(), server, held: RwLock::new(Arc::new(held)), renewing: Mutex::default() })
    }

    fn make(dir: &Path, server: Id<Server>, now: Time) -> Result<Held, SignerError> {
        let folder = KeyFolder(dir);
        let root = folder.prepare(Name::Root)?;
        Self::under(&folder, server, root.public(), Vec::new(), (&root, 1), now, None)
    }

    /// New keys under a root, kept.
    fn under(
        folder: &KeyFolder<'_>,
        server: Id<Server>,
        root_public: PublicKey,
        changes: Vec<Sealed<RootChange>>,
        (root, version): (&SigningKey, u64),
        now: Time,
        old: Option<&Held>,
    ) -> Result<Held, SignerError> {
        let new = |purpose| folder.prepare(Name::Of(purpose));
        let (policy, command, response) = (new(Purpose::Policy)?, new(Purpose::Command)?, new(Purpose::Response)?);
        let of = [(Purpose::Policy, &policy), (Purpose::Command, &command), (Purpose::Response, &response)];
        let key = |(purpose, key): (Purpose, &SigningKey), life| ServerKey {
            purpose,
            public_key: key.public(),
            not_after: now + life,
        };
        let mut keys: Vec<_> = of.into_iter().map(|of| key(of, LIFETIME)).collect();
        if let Some(Held { policy, command, response, .. }) = old {
            let of = [(Purpose::Policy, policy), (Purpose::Command, command), (Purpose::Response, response)];
            keys.extend(of.into_iter().map(|of| key(of, OVERLAP)));
        }
        let set = KeySet { server, version, issued_at: now, keys };
        let keys = Keys { root: root_public, changes, set: Sealed::seal(&set, root) };
        let held = Held { keys, policy, command, response, version };
        folder.commit(&held.record(server))?;
        Ok(held)
    }

    /// Renews the keys: new ones under the same root, or under a new root that the old one signs. From then on it signs with
    /// the new ones.
    ///
    /// The version rises above whatever a server restored from an older backup may have forgotten: it is at least the number
    /// of seconds since 1970.
    ///
    /// # Errors
    /// When the root's private half is not there (it may be kept elsewhere) or the keys cannot be kept.
    pub fn renew(&self, now: Time, new_root: bool) -> Result<(), SignerError> {
        let _one_at_a_time = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        self.reload()?;
        let (old, folder) = (self.held(), KeyFolder(&self.dir));
        let record = old.record(self.server);
        // What an interrupted renewal left is put in order before its files are written again.
        folder.settle(&record)?;
        let mut root = folder.named(Name::Root, &record)?;
        let mut changes = old.keys.changes.clone();
        if new_root {
            let new = folder.prepare(Name::Root)?;
            let change = RootChange { server: self.server, new_root: new.public(), issued_at: now };
            changes.push(Sealed::seal(&change, &root));
            root = new;
        }
        let version = (old.version + 1).max(now.micros().unsigned_abs() / 1_000_000);
        let held = Self::under(&folder, self.server, root.public(), changes, (&root, version), now, Some(&old))?;
        self.hold(held);
        Ok(())
    }

    /// Takes over keys that another process has put in the folder. Returns whether there were newer ones.
    ///
    /// # Errors
    /// When they cannot be read; those held go on.
    pub fn reload(&self) -> Result<bool, SignerError> {
        let Some(record) = KeyFolder(&self.dir).record()?.filter(|record| record.version > self.version()) else {
            return Ok(false);
        };
        self.hold(Held::read(&self.dir, self.server, record)?);
        Ok(true)
    }

    fn held(&self) -> Arc<Held> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn hold(&self, held: Held) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(held);
    }

    /// What agents are given to believe the rest.
    #[must_use]
    pub fn keys(&self) -> Keys {
        self.held().keys.clone()
    }

    /// The version of the key set.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.held().version
    }

    /// The root's public half.
    #[must_use]
    pub fn root(&self) -> PublicKey {
        self.held().keys.root
    }

    /// Whether the root's private half is here, so that keys can be renewed.
    #[must_use]
    pub fn has_root(&self) -> bool {
        KeyFolder(&self.dir).named(Name::Root, &self.held().record(self.server)).is_ok()
    }

    /// Signs an answer.
    #[must_use]
    pub fn respond<T: Document>(&self, document: &T) -> Sealed<T> {
        Sealed::seal(document, &self.held().response)
    }

    /// Signs a policy manifest.
    #[must_use]
    pub fn policy<T: Document>(&self, document: &T) -> Sealed<T> {
        Sealed::seal(document, &self.held().policy)
    }

    /// What this server signed as a policy and kept: as it is, or signed anew if the key has been replaced since. An agent
    /// that comes late would not know the old one any more.
    #[must_use]
    pub fn policy_in_force<T: Document>(&self, kept: Sealed<T>) -> Sealed<T> {
        let held = self.held();
        if kept.names(&held.policy.public().id()) {
            return kept;
        }
        kept.unverified().map_or(kept, |document| Sealed::seal(&document, &held.policy))
    }

    /// Signs a command.
    #[must_use]
    pub fn command<T: Document>(&self, document: &T) -> Sealed<T> {
        Sealed::seal(document, &self.held().command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::key_set::TrustedKeys;

    struct Case {
        dir: tempfile::TempDir,
        server: Id<Server>,
        now: Time,
    }

    impl Case {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            Self { dir, server: Id::new(), now: Time::from_seconds(1_800_000_000) }
        }

        fn open(&self) -> Signer {
            Signer::open(self.dir.path(), self.server, self.now).unwrap()
        }
    }

    fn believes(held: &TrustedKeys, signer: &Signer) -> TrustedKeys {
        held.renewed(&signer.keys()).unwrap()
    }

    #[test]
    fn keys_are_made_once_and_found_again() {
        let case = Case::new();
        let first = case.open();
        let again = case.open();
        assert_eq!(first.root(), again.root());
        assert!(matches!(Signer::open(case.dir.path(), Id::new(), case.now), Err(SignerError::OtherServer(..))));
    }

    #[test]
    fn an_agent_follows_renewed_keys_and_a_new_root() {
        let case = Case::new();
        let signer = case.open();
        let held = TrustedKeys::first(&signer.keys(), &signer.root().sha256()).unwrap();
        signer.renew(case.now, false).unwrap();
        let held = believes(&held, &signer);
        let root = signer.root();
        signer.renew(case.now, true).unwrap();
        let held = believes(&held, &signer);
        assert_eq!(held.root, signer.root());
        assert_ne!(held.root, root);
    }

    #[test]
    fn a_signer_that_runs_takes_over_what_another_process_renewed() {
        let case = Case::new();
        let (running, command_line) = (case.open(), case.open());
        assert!(!running.reload().unwrap(), "nothing is newer");
        command_line.renew(case.now, false).unwrap();
        assert!(running.reload().unwrap());
        assert_eq!(running.version(), command_line.version());
        assert_eq!(running.held().response.public(), command_line.held().response.public());
    }

    #[test]
    fn a_server_restored_from_before_a_renewal_makes_keys_that_agents_take_for_newer() {
        let case = Case::new();
        let signer = case.open();
        let backup = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(case.dir.path()).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), backup.path().join(file.file_name())).unwrap();
        }
        let held = TrustedKeys::first(&signer.keys(), &signer.root().sha256()).unwrap();
        signer.renew(case.now, false).unwrap();
        let held = believes(&held, &signer);
        let restored = Signer::open(backup.path(), case.server, case.now).unwrap();
        assert!(matches!(held.renewed(&restored.keys()), Err(KeysError::Older { .. })));
        restored.renew(case.now + Duration::from_secs(86_400), false).unwrap();
        believes(&held, &restored);
    }

    #[test]
    fn a_renewal_that_was_cut_off_leaves_the_old_keys_or_the_new_ones() {
        let case = Case::new();
        let signer = case.open();
        let folder = KeyFolder(case.dir.path());
        // Cut off before the record was written: new keys lie there that nothing names.
        let stray = folder.prepare(Name::Of(Purpose::Policy)).unwrap();
        assert_ne!(case.open().held().policy.public(), stray.public());
        // Cut off after it: the record names a key that has not taken its place yet.
        signer.renew(case.now, false).unwrap();
        let [key, next] = ["policy.key", "policy.next"].map(|name| case.dir.path().join(name));
        std::fs::rename(&key, &next).unwrap();
        let opened = case.open();
        assert_eq!(opened.held().policy.public(), signer.held().policy.public());
        opened.renew(case.now, false).unwrap();
        assert!(key.exists() && !next.exists());
        case.open();
    }

    #[test]
    fn what_was_kept_under_a_replaced_key_is_signed_anew_and_the_rest_is_left_alone() {
        let case = Case::new();
        let signer = case.open();
        let change = RootChange { server: case.server, new_root: signer.root(), issued_at: case.now };
        let kept = signer.policy(&change);
        assert_eq!(signer.policy_in_force(kept.clone()), kept);
        signer.renew(case.now, false).unwrap();
        let key = signer.held().policy.public();
        let anew = signer.policy_in_force(kept);
        assert_eq!(anew.open(|id| (*id == key.id()).then_some(key)).unwrap().issued_at, case.now);
    }

    #[test]
    fn a_key_of_another_record_is_not_signed_with() {
        let case = Case::new();
        let (signer, other) = (case.open(), Case::new());
        other.open();
        std::fs::copy(other.dir.path().join("command.key"), case.dir.path().join("command.key")).unwrap();
        let opened = Signer::open(case.dir.path(), case.server, case.now);
        assert!(matches!(opened, Err(SignerError::Stray(path)) if path.ends_with("command.key")));
        assert!(signer.has_root());
    }
}
