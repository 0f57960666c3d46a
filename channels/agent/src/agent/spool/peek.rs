//! A look at a spool from outside, while another process may have it open.

use std::path::Path;

/// Bytes of all files of the spool in `dir`; what cannot be read counts nothing.
#[must_use]
pub fn bytes(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
