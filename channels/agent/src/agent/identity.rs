//! Who this endpoint is: its key, and the server it belongs to, on disk.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    Id, Time,
    id::{Endpoint, Server},
};

use super::files::{self, FileError};
use crate::wire::{
    enrol::Admission,
    key::{PublicKey, SigningKey, SigningKeyError},
    key_set::TrustedKeys,
};

/// What is kept of an enrolment. Its file is `endpoint.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The endpoint.
    pub endpoint: Id<Endpoint>,
    /// Its server.
    pub server: Id<Server>,
    /// Where the server is: `https://host[:port]`.
    pub url: String,
    /// The endpoint's own key, public half: tells which private key on disk belongs to this record.
    pub public_key: PublicKey,
    /// The server's keys as last believed.
    pub keys: TrustedKeys,
    /// Certificate authorities for TLS with the server, PEM; empty when the system's are enough.
    pub tls_authorities: String,
    /// The token used, for the case that this machine turns out to be a copy of another one.
    pub token: String,
    /// Since when the key is in force. A record of an older agent does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_since: Option<Time>,
}

/// An enrolled endpoint.
#[derive(Debug)]
pub struct Identity {
    /// What is kept in the record.
    pub record: Record,
    /// The private key.
    pub key: SigningKey,
}

/// The identity cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The record is damaged.
    #[error("failed to read the record in {}: {error}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// The private key is damaged or could not be made.
    #[error("failed to use the key in {}: {error}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: SigningKeyError,
    },
    /// No private key on disk belongs to the record.
    #[error("the private key in {} is not the one this endpoint was enrolled with; enrol it again", .0.display())]
    OtherKey(PathBuf),
}

/// The folder of an identity. All its files are readable by their owner only.
#[derive(Debug, Clone)]
pub struct IdentityDir(PathBuf);

impl IdentityDir {
    /// The identity in `dir`.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    fn key_path(&self) -> PathBuf {
        self.0.join("agent.key")
    }

    fn new_key_path(&self) -> PathBuf {
        self.0.join("agent.key.new")
    }

    fn next_key_path(&self) -> PathBuf {
        self.0.join("agent.key.next")
    }

    fn record_path(&self) -> PathBuf {
        self.0.join("endpoint.json")
    }

    /// The identity, or `None` before enrolment.
    ///
    /// # Errors
    /// When something is there and cannot be used.
    pub fn load(&self) -> Result<Option<Identity>, IdentityError> {
        let path = self.record_path();
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let record: Record = serde_json::from_slice(&bytes).map_err(|error| IdentityError::Record { path, error })?;
        let ours = |key: &SigningKey| key.public() == record.public_key;
        if let Some(key) = read_key(&self.key_path())?.filter(ours) {
            return Ok(Some(Identity { record, key }));
        }
        // A crash between writing the record and renaming the key.
        for waiting in [self.new_key_path(), self.next_key_path()] {
            if let Some(key) = read_key(&waiting)?.filter(ours) {
                self.put_key_in_place(&waiting)?;
                return Ok(Some(Identity { record, key }));
            }
        }
        Err(IdentityError::OtherKey(self.key_path()))
    }

    /// The key that is to replace the present one. It stays the same until the server has agreed, so that a lost answer
    /// costs nothing but a repetition.
    ///
    /// # Errors
    /// When it cannot be made or kept.
    pub fn next_key(&self) -> Result<SigningKey, IdentityError> {
        self.waiting_key(&self.next_key_path())
    }

    /// Whether a change of the key was begun, and nobody knows whether the server has heard of it.
    #[must_use]
    pub fn is_changing_key(&self) -> bool {
        self.next_key_path().exists()
    }

    /// The server has agreed to the [`Self::next_key`]; `record` names it.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn key_changed(&self, record: &Record) -> Result<(), IdentityError> {
        self.save(record)?;
        self.put_key_in_place(&self.next_key_path())
    }

    /// The key to enrol with. It stays the same until an enrolment succeeds, so that a lost answer does not cost a second
    /// endpoint.
    ///
    /// # Errors
    /// When it cannot be made or kept.
    pub fn applicant_key(&self) -> Result<SigningKey, IdentityError> {
        self.waiting_key(&self.new_key_path())
    }

    fn waiting_key(&self, path: &Path) -> Result<SigningKey, IdentityError> {
        if let Ok(Some(key)) = read_key(path) {
            return Ok(key);
        }
        files::create_dir(&self.0)?;
        let (key, document) =
            SigningKey::generate().map_err(|error| IdentityError::Key { path: path.to_owned(), error })?;
        files::replace(path, &document, true)?;
        Ok(key)
    }

    /// Keeps what the server decided about the [`Self::applicant_key`].
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn admitted(
        &self,
        admission: &Admission,
        url: &str,
        token: &str,
        keys: TrustedKeys,
        fallback_authorities: &str,
        now: Time,
    ) -> Result<Identity, IdentityError> {
        let given = &admission.tls_authorities;
        let record = Record {
            endpoint: admission.endpoint,
            server: admission.server,
            url: url.to_owned(),
            public_key: admission.public_key,
            keys,
            tls_authorities: if given.is_empty() { fallback_authorities.to_owned() } else { given.clone() },
            token: token.to_owned(),
            key_since: Some(now),
        };
        self.save(&record)?;
        self.put_key_in_place(&self.new_key_path())?;
        // A key that was to replace the one of another enrolment.
        files::remove(&self.next_key_path())?;
        let path = self.key_path();
        let key = read_key(&path)?.filter(|key| key.public() == record.public_key);
        Ok(Identity { record, key: key.ok_or(IdentityError::OtherKey(path))? })
    }

    /// Keeps a changed record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, record: &Record) -> Result<(), IdentityError> {
        let path = self.record_path();
        let bytes =
            serde_json::to_vec_pretty(record).map_err(|error| IdentityError::Record { path: path.clone(), error })?;
        Ok(files::replace(&path, &bytes, true)?)
    }

    fn put_key_in_place(&self, from: &Path) -> Result<(), IdentityError> {
        std::fs::rename(from, self.key_path()).map_err(FileError::of("rename", from))?;
        Ok(files::sync_dir(&self.0)?)
    }
}

fn read_key(path: &Path) -> Result<Option<SigningKey>, IdentityError> {
    let Some(document) = files::read(path)? else { return Ok(None) };
    let key = SigningKey::from_pkcs8(&document).map_err(|error| IdentityError::Key { path: path.to_owned(), error })?;
    Ok(Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{
        key::sha256,
        key_set::{KeySet, TrustedKeys},
    };

    fn enrolled(dir: &IdentityDir) -> Identity {
        let key = dir.applicant_key().unwrap();
        let (server, now) = (Id::new(), Time::from_seconds(1));
        let set = KeySet { server, version: 1, issued_at: now, keys: Vec::new() };
        let keys = TrustedKeys { root: PublicKey(sha256(b"root")), set };
        let admission = Admission {
            server,
            endpoint: Id::new(),
            public_key: key.public(),
            state: yagura_vocabulary::EndpointState::Online,
            tls_authorities: String::new(),
        };
        dir.admitted(&admission, "https://server", "token", keys, "", now).unwrap()
    }

    #[test]
    fn a_crash_at_any_step_of_a_change_of_the_key_leaves_one_key_that_belongs_to_the_record() {
        let folder = tempfile::tempdir().unwrap();
        let dir = IdentityDir::new(folder.path());
        let mut record = enrolled(&dir).record;
        let next = dir.next_key().unwrap().public();
        // Made and not agreed yet: the old one counts, and the new one stays the same.
        assert_eq!(dir.load().unwrap().unwrap().key.public(), record.public_key);
        assert_eq!(dir.next_key().unwrap().public(), next);
        assert!(dir.is_changing_key());
        // Agreed and the record written, but the key not in its place.
        record.public_key = next;
        dir.save(&record).unwrap();
        assert_eq!(dir.load().unwrap().unwrap().key.public(), next);
        assert!(!dir.is_changing_key());
        assert_eq!(dir.load().unwrap().unwrap().key.public(), next);
    }
}
