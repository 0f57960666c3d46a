//! Files of a job in its own folder, which only root reads.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tokio::task::spawn_blocking;
use yagura_channel::wire::blob::{BlobHash, Content};

use crate::{
    decide::is_package_name,
    model::{Fetched, Updates, Work},
};

/// Beside the files of a job.
const FETCHED: &str = "fetched.json";

fn has(path: &Path, hash: BlobHash) -> io::Result<bool> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        file => Ok(Content::of(file?)?.hash() == hash),
    }
}

/// The work with the names of packages that its list has, where it has one that was fetched.
pub(super) fn with_names(work: &Work, files: &[PathBuf]) -> Work {
    let (Work::Updates { which: Updates::Listed { .. } }, [list]) = (work, files) else { return work.clone() };
    let text = fs::read_to_string(list).unwrap_or_default();
    let names: Vec<String> = text.lines().filter(|name| is_package_name(name)).map(str::to_owned).collect();
    // Without a name it stays what it is, and the work says that the list cannot be read.
    if names.is_empty() { work.clone() } else { Work::Updates { which: Updates::Packages { names } } }
}

/// Whether the file is there and has this content.
pub(super) async fn is(path: &Path, hash: BlobHash) -> bool {
    let path = path.to_owned();
    spawn_blocking(move || has(&path, hash)).await.is_ok_and(|found| found.unwrap_or(false))
}

/// Puts a blob where the work finds it, under another name of the same file where the file system can.
///
/// # Errors
/// When it cannot be put there, or is not what was asked for.
pub(super) async fn take(blob: &Path, place: &Path, hash: BlobHash) -> io::Result<()> {
    let (blob, place) = (blob.to_owned(), place.to_owned());
    let work = move || {
        if let Some(folder) = place.parent() {
            closed_folder(folder)?;
        }
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if fs::hard_link(&blob, &place).is_err() {
            fs::copy(&blob, &place)?;
        }
        if has(&place, hash)? {
            return Ok(());
        }
        fs::remove_file(&place)?;
        Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is not what was fetched", blob.display())))
    };
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// From where the files came that were fetched so far; `None` where nothing was.
pub(super) fn fetched(folder: &Path) -> Option<Fetched> {
    serde_json::from_slice(&fs::read(folder.join(FETCHED)).ok()?).ok()
}

/// Adds to that.
///
/// # Errors
/// When it cannot be written.
pub(super) fn add_fetched(folder: &Path, more: Fetched) -> io::Result<()> {
    let before = fetched(folder).unwrap_or_default();
    let all = Fetched { server: before.server + more.server, neighbours: before.neighbours + more.neighbours };
    closed_folder(folder)?;
    fs::write(folder.join(FETCHED), serde_json::to_vec(&all)?)
}

/// Makes a folder that nobody else may look into.
///
/// # Errors
/// When it cannot be made.
pub(super) fn closed_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_was_asked_for_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (blob, place) = (dir.path().join("blob"), dir.path().join("files/x.deb"));
        fs::write(&blob, "package").unwrap();
        assert!(!is(&place, BlobHash::of(b"package")).await);
        assert!(take(&blob, &place, BlobHash::of(b"other")).await.is_err());
        assert!(!place.exists());
        take(&blob, &place, BlobHash::of(b"package")).await.unwrap();
        fs::remove_file(&blob).unwrap();
        assert!(is(&place, BlobHash::of(b"package")).await);
    }
}
