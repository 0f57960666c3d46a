//! The files of the repository, as git sees them: committed or new, but not ignored.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};

/// A text file of the repository.
pub(crate) struct File {
    /// Its path from the repository's root, with `/`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

/// Reads every text file of the repository whose name ends with one of `endings`.
///
/// # Errors
/// When git does not run here, or a file cannot be read.
pub(crate) fn read(root: &Path, endings: &[&str]) -> anyhow::Result<Vec<File>> {
    let listing = Command::new("git")
        // A clone may belong to another account than the one that checks it, as in a container.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("running git ls-files")?;
    ensure!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr).trim());
    let names = String::from_utf8(listing.stdout).context("a file name is not UTF-8")?;
    let mut files = Vec::new();
    for path in names.split('\0').filter(|path| endings.iter().any(|ending| path.ends_with(ending))) {
        let full = root.join(path);
        // Removed, but not yet in a commit.
        if !full.exists() {
            continue;
        }
        let text = fs::read_to_string(&full).with_context(|| format!("reading {path}"))?;
        files.push(File { path: path.to_owned(), text });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}
