//! The folder of the server's private keys. A change of keys is one rename of `keys.json`: before it the old keys stand, after
//! it the new ones, whenever the power fails.
//!
//! New private keys are written as `NAME.next`, then `keys.json` names them, then they take the place of `NAME.key`. Who
//! reads takes whichever of the two is the one that `keys.json` names.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Id, id::Server};

use super::signer::SignerError;
use crate::wire::{
    key::{PublicKey, SigningKey},
    key_set::{Keys, Purpose, TrustedKeys},
};

/// What is public of the keys, kept beside the private ones.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) server: Id<Server>,
    pub(super) keys: Keys,
    pub(super) version: u64,
}

/// A private key's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Root,
    Of(Purpose),
}

impl Name {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Of(Purpose::Policy) => "policy",
            Self::Of(Purpose::Command) => "command",
            Self::Of(Purpose::Response) => "response",
        }
    }
}

pub(super) struct KeyFolder<'a>(pub(super) &'a Path);

impl KeyFolder<'_> {
    fn record_path(&self) -> PathBuf {
        self.0.join("keys.json")
    }

    fn key(&self, name: Name) -> PathBuf {
        self.0.join(name.as_str()).with_extension("key")
    }

    fn next(&self, name: Name) -> PathBuf {
        self.0.join(name.as_str()).with_extension("next")
    }

    /// What `keys.json` says; `None` when there is none.
    pub(super) fn record(&self) -> Result<Option<Record>, SignerError> {
        let path = self.record_path();
        match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map(Some).map_err(|error| SignerError::Record(path.clone(), error))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SignerError::Io("read", path, error)),
        }
    }

    /// The private half of the key that the record names.
    pub(super) fn named(&self, name: Name, record: &Record) -> Result<SigningKey, SignerError> {
        let named = public(name, record)?;
        let path = self.key(name);
        let key = match read(&path) {
            Ok(key) if key.public() == named => return Ok(key),
            other => other,
        };
        match read(&self.next(name)) {
            Ok(next) if next.public() == named => Ok(next),
            _ => key.and(Err(SignerError::Stray(path))),
        }
    }

    /// Makes a key that counts once a record names it.
    pub(super) fn prepare(&self, name: Name) -> Result<SigningKey, SignerError> {
        fs::create_dir_all(self.0).map_err(|error| SignerError::Io("keep", self.0.to_owned(), error))?;
        let (key, document) = SigningKey::generate()?;
        let path = self.next(name);
        write_private(&path, &document).map_err(|error| SignerError::Io("keep", path, error))?;
        Ok(key)
    }

    /// From now on these keys count.
    pub(super) fn commit(&self, record: &Record) -> Result<(), SignerError> {
        let path = self.record_path();
        let bytes = serde_json::to_vec_pretty(record).map_err(|error| SignerError::Record(path.clone(), error))?;
        write_private(&path, &bytes).map_err(|error| SignerError::Io("keep", path, error))?;
        self.settle(record)
    }

    /// Puts prepared keys that the record names where they belong.
    pub(super) fn settle(&self, record: &Record) -> Result<(), SignerError> {
        for name in [Name::Root, Name::Of(Purpose::Policy), Name::Of(Purpose::Command), Name::Of(Purpose::Response)] {
            let (key, next) = (self.key(name), self.next(name));
            if read(&next).is_ok_and(|next| public(name, record).is_ok_and(|named| named == next.public())) {
                fs::rename(&next, &key).map_err(|error| SignerError::Io("keep", key, error))?;
            }
        }
        sync(self.0).map_err(|error| SignerError::Io("keep", self.0.to_owned(), error))
    }
}

/// The public half of the key that the record names; of each purpose the one that ends last, as the others are only kept for
/// what is under way.
fn public(name: Name, record: &Record) -> Result<PublicKey, SignerError> {
    let Name::Of(purpose) = name else { return Ok(record.keys.root) };
    let trusted = TrustedKeys::first(&record.keys, &record.keys.root.sha256())?;
    let keys = trusted.set.keys.iter().filter(|key| key.purpose == purpose);
    keys.max_by_key(|key| key.not_after).map(|key| key.public_key).ok_or(SignerError::Missing(name.as_str()))
}

fn read(path: &Path) -> Result<SigningKey, SignerError> {
    let document = fs::read(path).map_err(|error| SignerError::Io("read", path.to_owned(), error))?;
    Ok(SigningKey::from_pkcs8(&document)?)
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let temporary = path.with_added_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    path.parent().map_or(Ok(()), sync)
}

/// Makes what was renamed in a folder outlast a loss of power. Windows has no such call and needs none.
fn sync(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(dir)?.sync_all() } else { Ok(()) }
}
