//! Who this endpoint is: its key, and the server it belongs to, on disk.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    Id,
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
        let Some(key) = read_key(&self.new_key_path())?.filter(ours) else {
            return Err(IdentityError::OtherKey(self.key_path()));
        };
        self.put_key_in_place()?;
        Ok(Some(Identity { record, key }))
    }

    /// The key to enrol with. It stays the same until an enrolment succeeds, so that a lost answer does not cost a second
    /// endpoint.
    ///
    /// # Errors
    /// When it cannot be made or kept.
    pub fn applicant_key(&self) -> Result<SigningKey, IdentityError> {
        let path = self.new_key_path();
        if let Ok(Some(key)) = read_key(&path) {
            return Ok(key);
        }
        files::create_dir(&self.0)?;
        let (key, document) =
            SigningKey::generate().map_err(|error| IdentityError::Key { path: path.clone(), error })?;
        files::replace(&path, &document, true)?;
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
        };
        self.save(&record)?;
        self.put_key_in_place()?;
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

    fn put_key_in_place(&self) -> Result<(), IdentityError> {
        let (from, to) = (self.new_key_path(), self.key_path());
        std::fs::rename(&from, &to).map_err(FileError::of("rename", &from))?;
        Ok(files::sync_dir(&self.0)?)
    }
}

fn read_key(path: &Path) -> Result<Option<SigningKey>, IdentityError> {
    let Some(document) = files::read(path)? else { return Ok(None) };
    let key = SigningKey::from_pkcs8(&document).map_err(|error| IdentityError::Key { path: path.to_owned(), error })?;
    Ok(Some(key))
}
