//! The server's private keys, kept in a folder of its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Id, Time, id::Server};

use crate::wire::{
    key::{PublicKey, SigningKey, SigningKeyError},
    key_set::{KeySet, Keys, Purpose, RootChange, ServerKey},
    sealed::{Document, Sealed},
};

const DAY: Duration = Duration::from_secs(86_400);
/// How long a key under the root counts; it is renewed long before.
const LIFETIME: Duration = Duration::from_secs(86_400 * 365 * 2);

/// Signs what the server says.
pub struct Signer {
    dir: PathBuf,
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
    /// The record of the keys is not readable.
    #[error("failed to read {0}: {1}")]
    Record(PathBuf, serde_json::Error),
    /// The keys of another server lie there.
    #[error("the keys in {0} belong to server {1}, not to {2}")]
    OtherServer(PathBuf, Id<Server>, Id<Server>),
}

/// What is public of the keys, kept beside the private ones.
#[derive(Serialize, Deserialize)]
struct Record {
    server: Id<Server>,
    keys: Keys,
    version: u64,
}

impl Signer {
    /// Opens the keys in `dir`, or makes them when there are none.
    ///
    /// # Errors
    /// When they cannot be made or read, or belong to another server.
    pub fn open(dir: &Path, server: Id<Server>, now: Time) -> Result<Self, SignerError> {
        let record = dir.join("keys.json");
        match fs::read(&record) {
            Ok(bytes) => {
                let record: Record =
                    serde_json::from_slice(&bytes).map_err(|error| SignerError::Record(record.clone(), error))?;
                if record.server != server {
                    return Err(SignerError::OtherServer(dir.to_owned(), record.server, server));
                }
                Ok(Self {
                    policy: read_key(dir, "policy")?,
                    command: read_key(dir, "command")?,
                    response: read_key(dir, "response")?,
                    version: record.version,
                    keys: record.keys,
                    dir: dir.to_owned(),
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(dir, server, now),
            Err(error) => Err(SignerError::Io("read", record, error)),
        }
    }

    fn make(dir: &Path, server: Id<Server>, now: Time) -> Result<Self, SignerError> {
        fs::create_dir_all(dir).map_err(|error| SignerError::Io("keep", dir.to_owned(), error))?;
        let (root, policy) = (new_key(dir, "root")?, new_key(dir, "policy")?);
        let (command, response) = (new_key(dir, "command")?, new_key(dir, "response")?);
        let version = 1;
        let set = key_set(server, version, now, &policy, &command, &response);
        let keys = Keys { root: root.public(), changes: Vec::new(), set: Sealed::seal(&set, &root) };
        let signer = Self { dir: dir.to_owned(), keys, policy, command, response, version };
        signer.save(server)?;
        Ok(signer)
    }

    /// A signer with these keys renewed: new keys under the same root, or under a new root that the old one signs.
    ///
    /// # Errors
    /// When the root's private half is not there (it may be kept elsewhere) or the keys cannot be kept.
    pub fn renew(&self, server: Id<Server>, now: Time, new_root: bool) -> Result<Self, SignerError> {
        let dir = &self.dir;
        let mut root = read_key(dir, "root")?;
        let mut changes = self.keys.changes.clone();
        if new_root {
            let new = new_key(dir, "root")?;
            let change = RootChange { server, new_root: new.public(), issued_at: now };
            changes.push(Sealed::seal(&change, &root));
            root = new;
        }
        let (policy, command, response) =
            (new_key(dir, "policy")?, new_key(dir, "command")?, new_key(dir, "response")?);
        let version = self.version + 1;
        let mut set = key_set(server, version, now, &policy, &command, &response);
        // What was signed with the old keys and is still under way stays good for a month.
        for (purpose, old) in
            [(Purpose::Policy, &self.policy), (Purpose::Command, &self.command), (Purpose::Response, &self.response)]
        {
            set.keys.push(ServerKey { purpose, public_key: old.public(), not_after: now + DAY * 30 });
        }
        let keys = Keys { root: root.public(), changes, set: Sealed::seal(&set, &root) };
        let renewed = Self { dir: dir.clone(), keys, policy, command, response, version };
        renewed.save(server)?;
        Ok(renewed)
    }

    fn save(&self, server: Id<Server>) -> Result<(), SignerError> {
        let record = Record { server, keys: self.keys.clone(), version: self.version };
        let path = self.dir.join("keys.json");
        let bytes = serde_json::to_vec_pretty(&record).map_err(|error| SignerError::Record(path.clone(), error))?;
        write_private(&path, &bytes).map_err(|error| SignerError::Io("keep", path, error))
    }

    /// What agents are given to believe the rest.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The version of the key set.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The root's public half.
    #[must_use]
    pub fn root(&self) -> PublicKey {
        self.keys.root
    }

    /// Signs an answer.
    #[must_use]
    pub fn respond<T: Document>(&self, document: &T) -> Sealed<T> {
        Sealed::seal(document, &self.response)
    }

    /// Signs a policy manifest.
    #[must_use]
    pub fn policy<T: Document>(&self, document: &T) -> Sealed<T> {
        Sealed::seal(document, &self.policy)
    }

    /// Signs a command.
    #[must_use]
    pub fn command<T: Document>(&self, document: &T) -> Sealed<T> {
        Sealed::seal(document, &self.command)
    }
}

fn key_set(
    server: Id<Server>,
    version: u64,
    now: Time,
    policy: &SigningKey,
    command: &SigningKey,
    response: &SigningKey,
) -> KeySet {
    let key = |purpose, key: &SigningKey| ServerKey { purpose, public_key: key.public(), not_after: now + LIFETIME };
    let keys = vec![key(Purpose::Policy, policy), key(Purpose::Command, command), key(Purpose::Response, response)];
    KeySet { server, version, issued_at: now, keys }
}

fn new_key(dir: &Path, name: &str) -> Result<SigningKey, SignerError> {
    let (key, document) = SigningKey::generate()?;
    let path = dir.join(format!("{name}.key"));
    write_private(&path, &document).map_err(|error| SignerError::Io("keep", path, error))?;
    Ok(key)
}

fn read_key(dir: &Path, name: &str) -> Result<SigningKey, SignerError> {
    let path = dir.join(format!("{name}.key"));
    let document = fs::read(&path).map_err(|error| SignerError::Io("read", path, error))?;
    Ok(SigningKey::from_pkcs8(&document)?)
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let temporary = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::key_set::TrustedKeys;

    #[test]
    fn keys_are_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let (server, now) = (Id::new(), Time::from_seconds(1_800_000_000));
        let first = Signer::open(dir.path(), server, now).unwrap();
        let again = Signer::open(dir.path(), server, now).unwrap();
        assert_eq!(first.root(), again.root());
        assert!(matches!(Signer::open(dir.path(), Id::new(), now), Err(SignerError::OtherServer(..))));
    }

    #[test]
    fn an_agent_follows_renewed_keys_and_a_new_root() {
        let dir = tempfile::tempdir().unwrap();
        let (server, now) = (Id::new(), Time::from_seconds(1_800_000_000));
        let first = Signer::open(dir.path(), server, now).unwrap();
        let held = TrustedKeys::first(first.keys(), &first.root().sha256()).unwrap();
        let second = first.renew(server, now, false).unwrap();
        let held = held.renewed(second.keys()).unwrap();
        let third = second.renew(server, now, true).unwrap();
        let held = held.renewed(third.keys()).unwrap();
        assert_eq!(held.root, third.root());
        assert_ne!(held.root, first.root());
    }
}
