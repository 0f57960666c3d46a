//! What a backup consists of.

use std::path::Path;

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

use crate::BackupError;

/// The name of the manifest in a backup's folder.
pub(crate) const NAME: &str = "manifest.json";
/// The version of the layout.
pub(crate) const FORMAT: u32 = 1;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Below the backup's folder, with `/` between names.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, hex.
    pub sha256: String,
}

/// How the control plane is kept in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ControlPlane {
    /// A whole database file.
    Sqlite {
        /// Where it belongs, below the data folder.
        file: String,
    },
    /// One file of JSON lines for each table, in an order in which no row refers to a later table.
    Postgres {
        /// The tables.
        tables: Vec<String>,
    },
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the layout.
    pub format: u32,
    /// The version of the server that made it.
    pub version: String,
    /// When it was begun.
    pub made_at: Time,
    /// Events in it.
    pub events: u64,
    /// The control plane.
    pub control_plane: ControlPlane,
    /// Files that the configuration names and that lie elsewhere, so that they are not in it.
    pub left_out: Vec<String>,
    /// Its files.
    pub files: Vec<FileEntry>,
}

impl Manifest {
    /// Reads the manifest of the backup in `folder`.
    ///
    /// # Errors
    /// When there is none, or a newer version wrote it.
    pub fn load(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(NAME);
        let text = std::fs::read(&path).map_err(BackupError::file("read", &path))?;
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| BackupError::Manifest(path, error))?;
        if manifest.format != FORMAT {
            let message = format!("the backup has the layout {}, this version reads {FORMAT}", manifest.format);
            return Err(BackupError::Version(message));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_of_a_released_backup_is_still_read() {
        let golden = include_str!("../golden/manifest.v1.json");
        let manifest: Manifest = serde_json::from_str(golden).unwrap();
        assert_eq!((manifest.format, manifest.events), (FORMAT, 42));
        assert_eq!(manifest.control_plane, ControlPlane::Sqlite { file: "control.db".to_owned() });
        let again: serde_json::Value = serde_json::to_value(&manifest).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(golden).unwrap());
        let tables = serde_json::json!({"kind": "postgres", "tables": ["audit_row"]});
        let kept: ControlPlane = serde_json::from_value(tables).unwrap();
        assert_eq!(kept, ControlPlane::Postgres { tables: vec!["audit_row".to_owned()] });
    }
}
