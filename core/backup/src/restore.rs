//! Putting a backup back, to an empty place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tokio::task::spawn_blocking;
use yagura_server_kit::{Db, Migration, db::migrate};

use crate::{
    BackupError, Manifest, Progress,
    copy::{copy, measure},
    manifest::ControlPlane,
    postgres,
};

/// What was restored.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The manifest of the backup.
    pub manifest: Manifest,
    /// The configuration files, now in the data folder.
    pub config: Vec<PathBuf>,
}

/// Restores the backup in `folder` to the data folder `data`, which is empty or not there. Every file is checked before the
/// first is written. A control plane in PostgreSQL goes to `database`, whose schema is empty.
///
/// # Errors
/// When the backup is damaged or of another version, the place is not empty, or something cannot be written.
pub async fn restore(
    folder: &Path,
    data: &Path,
    database: Option<&str>,
    migrations: Vec<Migration>,
) -> Result<Restored, BackupError> {
    let manifest = Manifest::load(folder)?;
    if fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(BackupError::NotEmpty(data.display().to_string()));
    }
    let (source, entries) = (folder.to_owned(), manifest.files.clone());
    let checked = spawn_blocking(move || {
        entries.iter().find_map(|entry| match measure(&source, &entry.name) {
            Ok(found) if found == *entry => None,
            _ => Some(entry.name.clone()),
        })
    });
    if let Some(name) = checked.await.map_err(|_| BackupError::Stopped)? {
        return Err(BackupError::Damaged(name));
    }
    if let ControlPlane::Postgres { tables } = &manifest.control_plane {
        let url = database.ok_or_else(|| {
            BackupError::Version("the backup's control plane was in PostgreSQL: name a database".to_owned())
        })?;
        if !postgres::is_empty(url).await? {
            return Err(BackupError::NotEmpty("the database".to_owned()));
        }
        let prepared = |error: Box<dyn std::error::Error + Send + Sync>| {
            BackupError::Database("prepare", sqlx::Error::Configuration(error))
        };
        let db = Db::open(url).await.map_err(|error| prepared(error.into()))?;
        migrate(&db, migrations).await.map_err(|error| prepared(error.into()))?;
        db.close().await;
        postgres::load(url, &folder.join("control"), tables).await?;
    }
    let (source, target, listed) = (folder.to_owned(), data.to_owned(), manifest.clone());
    let placed = spawn_blocking(move || place(&source, &target, &listed));
    let config = placed.await.map_err(|_| BackupError::Stopped)??;
    Ok(Restored { manifest, config })
}

/// Copies everything to where it belongs.
fn place(folder: &Path, data: &Path, manifest: &Manifest) -> Result<Vec<PathBuf>, BackupError> {
    let progress = Progress::default();
    let mut config = Vec::new();
    for entry in &manifest.files {
        let name = match (entry.name.strip_prefix("control/"), entry.name.strip_prefix("config/")) {
            (Some(_), _) => match &manifest.control_plane {
                ControlPlane::Sqlite { file } => file.clone(),
                ControlPlane::Postgres { .. } => continue,
            },
            (_, Some(name)) => {
                config.push(data.join(name));
                name.to_owned()
            }
            _ => entry.name.clone(),
        };
        // Names come from a file that somebody may have edited; none may lead out of the folder.
        let plain = Path::new(&name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !plain {
            return Err(BackupError::Damaged(entry.name.clone()));
        }
        copy(&folder.join(&entry.name), data, &name, &progress)?;
    }
    Ok(config)
}
