//! What programs write: kept short on the disk, and told by its end, without secrets.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use yagura_sensors::mask;

use crate::agent::ending::last;

/// A log grows to so many bytes; then only its end is kept.
const LOG_MOST: u64 = 8 << 20;
/// Bytes that are read from its end: more than are told, because a cut line is left out.
const LOG_END: u64 = 24 << 10;

/// The end of a file, from the beginning of a line.
fn tail(path: &Path, most: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // The name of a secret may be in what was cut off.
    Ok(if length > most { text.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned()) } else { text })
}

/// What is told of a log: its end, without secrets.
pub(super) fn end_of(path: &Path) -> String {
    let text = tail(path, LOG_END).unwrap_or_default();
    let masked = text.lines().map(mask::text).collect::<Vec<_>>().join("\n");
    last(masked.trim_end()).to_owned()
}

/// Cuts a log that fills the disk. Its program writes at its end, wherever that is.
pub(super) fn keep_short(path: &Path) -> io::Result<()> {
    if !fs::metadata(path).is_ok_and(|file| file.len() > LOG_MOST) {
        return Ok(());
    }
    let end = tail(path, LOG_END)?;
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.set_len(0)?;
    file.write_all(format!("[the beginning was cut off]\n{end}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_grew_too_long_keeps_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        fs::write(&log, "x\n".repeat(5 << 20) + "the end\n").unwrap();
        keep_short(&log).unwrap();
        assert!(fs::metadata(&log).unwrap().len() < LOG_END + 100);
        assert!(end_of(&log).ends_with("the end"));
    }
}
