//! A file that is sent piece by piece.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::error::CliError;

/// Bytes of a piece.
const PIECE: usize = 256 << 10;

/// A file, or the standard input.
pub(crate) struct Source {
    input: Box<dyn Read + Send>,
    /// How many bytes it has, where that is known.
    pub(crate) length: Option<u64>,
}

impl Source {
    /// Opens a file; `-` is the standard input.
    pub(crate) fn open(file: &Path) -> Result<Self, CliError> {
        if file == Path::new("-") {
            return Ok(Self { input: Box::new(io::stdin()), length: None });
        }
        let failed = |error| CliError::Usage(format!("failed to read {}: {error}", file.display()));
        let input = File::open(file).map_err(failed)?;
        let about = input.metadata().map_err(failed)?;
        let length = about.is_file().then_some(about.len());
        Ok(Self { input: Box::new(input), length })
    }

    /// Its pieces, read as they are taken. An error is the last one.
    pub(crate) fn pieces(mut self) -> mpsc::Receiver<io::Result<Bytes>> {
        let (give, taken) = mpsc::channel(4);
        tokio::task::spawn_blocking(move || {
            loop {
                let mut piece = Vec::with_capacity(PIECE);
                let read = (&mut self.input).take(PIECE as u64).read_to_end(&mut piece);
                let (piece, is_last) = match read {
                    Ok(0) => return,
                    Ok(_) => (Ok(piece.into()), false),
                    Err(error) => (Err(error), true),
                };
                // Whoever took them may have gone away.
                if give.blocking_send(piece).is_err() || is_last {
                    return;
                }
            }
        });
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[tokio::test]
    async fn a_file_comes_whole_and_in_order_in_pieces_that_fit_in_memory() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..PIECE * 6 + 7).map(|at| (at % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        let source = Source::open(file.path()).unwrap();
        assert_eq!(source.length, Some(bytes.len() as u64));
        let (mut pieces, mut come) = (source.pieces(), Vec::new());
        while let Some(piece) = pieces.recv().await {
            let piece = piece.unwrap();
            assert!(piece.len() <= PIECE);
            come.extend_from_slice(&piece);
        }
        assert!(come == bytes);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Source::open(Path::new("/nowhere/feed.json")).err().unwrap();
        assert!(error.to_string().contains("/nowhere/feed.json"), "{error}");
    }
}
