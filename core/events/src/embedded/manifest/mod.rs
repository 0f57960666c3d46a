//! The journal of manifests: what became of every file of the store, hash-chained and signed.
//!
//! A manifest is written in the same transaction as the change that it tells of, so neither exists without the other.

mod chain;
mod entry;
mod head;
mod key;
mod verify;

use std::{fmt, sync::Arc};

use ring::digest::{SHA256, digest};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use yagura_vocabulary::Clock;

pub use chain::{Chain, Expected, Signatures};
pub use entry::{Manifest, ManifestFile};
pub use head::{BadHead, Head, WrittenHead};
pub use key::is_key;
pub use verify::{Fault, Verification, verify};

/// Signs manifests. The key is the caller's.
pub trait Seal: Send + Sync + fmt::Debug {
    /// The name of the key, which goes into the manifest: its public half, in base64url without padding.
    fn key(&self) -> String;
    /// The signature of these bytes.
    fn sign(&self, bytes: &[u8]) -> Vec<u8>;
}

/// A manifest as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedManifest {
    /// What it says.
    pub manifest: Manifest,
    /// JSON, byte for byte as it was hashed and signed.
    pub entry: String,
    /// SHA-256 of `entry`.
    pub hash: [u8; 32],
    /// Signature of `entry`, if there was a key.
    pub signature: Option<Vec<u8>>,
}

/// Why files come and go.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// `write`, `merge`, `compact`, `retain`, `erase`, `adopt`.
    pub(crate) action: &'static str,
    pub(crate) actor: String,
    pub(crate) reason: String,
}

impl Note {
    /// What the store does by itself.
    pub(crate) fn own(action: &'static str) -> Self {
        Self { action, actor: "store".to_owned(), reason: String::new() }
    }
}

/// With what manifests are made.
#[derive(Debug, Clone)]
pub(crate) struct Notary {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seal: Option<Arc<dyn Seal>>,
}

impl Notary {
    /// Adds a manifest to the journal, within the caller's transaction.
    pub(crate) async fn note(
        &self,
        connection: &mut SqliteConnection,
        note: &Note,
        files: (Vec<ManifestFile>, Vec<ManifestFile>),
    ) -> Result<(), sqlx::Error> {
        let last = sqlx::query("SELECT number, hash FROM manifest ORDER BY number DESC LIMIT 1");
        let last = last.fetch_optional(&mut *connection).await?;
        let (number, previous) = match last {
            Some(row) => (row.try_get::<i64, _>("number")?, row.try_get::<Vec<u8>, _>("hash")?),
            None => (0, vec![0; 32]),
        };
        let manifest = Manifest {
            number: number.cast_unsigned() + 1,
            at: self.clock.now(),
            action: note.action.to_owned(),
            actor: note.actor.clone(),
            reason: note.reason.clone(),
            taken: files.0,
            put: files.1,
            previous: hex::encode(previous),
            key: self.seal.as_ref().map(|seal| seal.key()),
        };
        let entry = serde_json::to_string(&manifest).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let signature = self.seal.as_ref().map(|seal| seal.sign(entry.as_bytes()));
        sqlx::query("INSERT INTO manifest (number, entry, hash, signature) VALUES ($1, $2, $3, $4)")
            .bind(manifest.number.cast_signed())
            .bind(&entry)
            .bind(hash(&entry).to_vec())
            .bind(signature)
            .execute(connection)
            .await?;
        Ok(())
    }
}

fn hash(entry: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, entry.as_bytes()).as_ref());
    hash
}

/// A manifest as it stands in the catalogue.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) number: u64,
    pub(crate) entry: String,
    pub(crate) hash: Vec<u8>,
    pub(crate) signature: Option<Vec<u8>>,
}

impl Stored {
    pub(crate) fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get::<i64, _>("number")?.cast_unsigned(),
            entry: row.try_get("entry")?,
            hash: row.try_get("hash")?,
            signature: row.try_get("signature")?,
        })
    }
}

/// Manifests after a number, the oldest first.
pub(crate) async fn after(
    connection: impl sqlx::SqliteExecutor<'_>,
    number: u64,
    limit: u32,
) -> Result<Vec<SignedManifest>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM manifest WHERE number > $1 ORDER BY number LIMIT $2")
        .bind(number.cast_signed())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    let signed = |row| {
        let Stored { entry, hash, signature, .. } = Stored::read(row)?;
        let unsound = |error| sqlx::Error::Decode(error);
        let manifest = serde_json::from_str(&entry).map_err(|error| unsound(error.into()))?;
        let hash = hash.try_into().map_err(|_| unsound("a hash of a manifest is not 32 bytes long".into()))?;
        Ok(SignedManifest { manifest, entry, hash, signature })
    };
    rows.iter().map(signed).collect()
}
