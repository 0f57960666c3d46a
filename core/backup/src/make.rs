//! Making a backup.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::task::spawn_blocking;
use yagura_vocabulary::Time;

use crate::{
    BackupError, Plan, Progress,
    copy::{copy, create, files_below, measure},
    manifest::{ControlPlane, FORMAT, FileEntry, Manifest, NAME},
    postgres, sqlite,
};

/// A finished backup.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Makes a backup in a new folder in `directory`, named by `now`. While it is under way the folder's name ends in
/// `.partial`; when it fails or is stopped, the folder is removed.
///
/// # Errors
/// When something cannot be read or written, or it was stopped.
pub async fn make(plan: &Plan, directory: &Path, now: Time, progress: Arc<Progress>) -> Result<Made, BackupError> {
    let name = format!("yagura-{}", now.to_string().replace([':', '-'], "").replace('.', "-"));
    let (folder, partial) = (directory.join(&name), directory.join(format!("{name}.partial")));
    fs::create_dir_all(&partial).map_err(BackupError::file("make", &partial))?;
    let made = fill(plan, &partial, now, &progress).await;
    let finished = match made {
        Ok(manifest) => fs::rename(&partial, &folder)
            .and_then(|()| fs::File::open(directory)?.sync_all())
            .map_err(BackupError::file("finish", &folder))
            .map(|()| Made { folder, manifest }),
        Err(error) => Err(error),
    };
    if finished.is_err()
        && let Err(error) = fs::remove_dir_all(&partial)
    {
        tracing::warn!(folder = %partial.display(), %error, "what is left of a failed backup could not be removed");
    }
    finished
}

async fn fill(plan: &Plan, folder: &Path, now: Time, progress: &Arc<Progress>) -> Result<Manifest, BackupError> {
    let mut files = Vec::new();
    let control_plane = control_plane(plan, folder, progress, &mut files).await?;
    let mut wanted = Vec::new();
    let mut events = 0;
    // The segments that the catalogue's copy names stay until this is dropped.
    let mut held = None;
    if let Some(store) = &plan.events {
        let dir = folder.join("events");
        fs::create_dir_all(&dir).map_err(BackupError::file("make", &dir))?;
        let snapshot = store.snapshot(&dir.join("catalogue.sqlite")).await?;
        files.push(measure(folder, "events/catalogue.sqlite")?);
        events = snapshot.rows;
        wanted.extend(snapshot.files.iter().map(|file| (file.path.clone(), format!("events/{}", file.name))));
        held = Some(snapshot);
    }
    for part in ["keys", "blobs"] {
        for name in files_below(&plan.data.join(part))? {
            wanted.push((plan.data.join(part).join(&name), format!("{part}/{name}")));
        }
    }
    wanted.push((plan.data.join("server-id"), "server-id".to_owned()));
    let mut left_out = Vec::new();
    let home = plan.config.parent().unwrap_or(Path::new("/"));
    for path in std::iter::once(&plan.config).chain(&plan.named) {
        match path.strip_prefix(home) {
            Ok(below) => wanted.push((path.clone(), format!("config/{}", below.display()))),
            Err(_) => left_out.push(path.display().to_string()),
        }
    }
    for (path, _) in &wanted {
        progress.expect(fs::metadata(path).map_or(0, |meta| meta.len()));
    }
    let (target, counted) = (folder.to_owned(), Arc::clone(progress));
    let copied = spawn_blocking(move || {
        wanted.iter().map(|(path, name)| copy(path, &target, name, &counted)).collect::<Result<Vec<_>, _>>()
    });
    files.extend(copied.await.map_err(|_| BackupError::Stopped)??);
    drop(held);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest { format: FORMAT, version, made_at: now, events, control_plane, left_out, files };
    write_manifest(folder, &manifest)?;
    Ok(manifest)
}

async fn control_plane(
    plan: &Plan,
    folder: &Path,
    progress: &Progress,
    files: &mut Vec<FileEntry>,
) -> Result<ControlPlane, BackupError> {
    let dir = folder.join("control");
    fs::create_dir_all(&dir).map_err(BackupError::file("make", &dir))?;
    let Some(path) = plan.database.strip_prefix("sqlite:") else {
        let tables = postgres::dump(&plan.database, &dir, progress).await?;
        for table in &tables {
            files.push(measure(folder, &format!("control/{table}.jsonl"))?);
        }
        return Ok(ControlPlane::Postgres { tables });
    };
    let path = Path::new(path.split('?').next().unwrap_or(path));
    sqlite::copy(path, &dir.join("control.db")).await?;
    files.push(measure(folder, "control/control.db")?);
    let below = path.strip_prefix(&plan.data).ok().or_else(|| path.file_name().map(Path::new));
    Ok(ControlPlane::Sqlite { file: below.unwrap_or(Path::new("control.db")).display().to_string() })
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    use std::io::Write as _;
    let path = folder.join(NAME);
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| BackupError::Manifest(path.clone(), error))?;
    let write = || {
        let mut file = create(&path)?;
        file.write_all(&text)?;
        file.sync_all()
    };
    write().map_err(BackupError::file("write", &path))
}
