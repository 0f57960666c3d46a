//! What a manifest says.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

/// A file that came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Below the store's directory.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of the whole file, hex.
    pub sha256: String,
}

/// One change of the store's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// From 1, without holes.
    pub number: u64,
    /// When, by the server's clock.
    pub at: Time,
    /// `write`, `merge`, `compact`, `retain`, `erase`; `adopt` for files that were there before the journal.
    pub action: String,
    /// Who wanted it; `store` for what it does by itself.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Files that no longer count.
    pub taken: Vec<ManifestFile>,
    /// Files that count from now on.
    pub put: Vec<ManifestFile>,
    /// Hash of the manifest before, hex; zeros for the first.
    pub previous: String,
    /// The key that signed it.
    pub key: Option<String>,
}
