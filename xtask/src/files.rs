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

/// The paths of all files of the repository, sorted.
///
/// # Errors
/// When git does not run here, or a name is not UTF-8.
pub(crate) fn names(root: &Path) -> anyhow::Result<Vec<String>> {
    let listing = Command::new("git")
        // A clone may belong to another account than the one that checks it, as in a container.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("running git ls-files")?;
    ensure!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr).trim());
    let listing = String::from_utf8(listing.stdout).context("a file name is not UTF-8")?;
    // What was removed, but not yet in a commit, is listed too.
    let exists = |path: &&str| !path.is_empty() && root.join(path).exists();
    let mut names: Vec<String> = listing.split('\0').filter(exists).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Reads every text file of the repository whose name ends with one of `endings`.
///
/// # Errors
/// When git does not run here, or a file cannot be read.
pub(crate) fn read(root: &Path, endings: &[&str]) -> anyhow::Result<Vec<File>> {
    let wanted = names(root)?.into_iter().filter(|path| endings.iter().any(|ending| path.ends_with(ending)));
    wanted
        .map(|path| {
            let text = fs::read_to_string(root.join(&path)).with_context(|| format!("reading {path}"))?;
            Ok(File { path, text })
        })
        .collect()
}
