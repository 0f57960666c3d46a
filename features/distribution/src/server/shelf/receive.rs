//! Taking a large body: to a file of its own, hashed as it comes, and gone again unless somebody keeps it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use axum::body::Body;
use futures_util::StreamExt as _;
use ring::digest::{Context as Digest, SHA256};
use tokio::{
    fs,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};
use yagura_server_kit::{ApiError, Code, Context};
use yagura_vocabulary::Id;

use super::{ShelfItem, Uploads};

/// The longest silence between two pieces of a body.
const SILENCE: Duration = Duration::from_secs(60);

/// A file that was received whole. It is removed when this is dropped.
pub(super) struct Received {
    path: PathBuf,
    /// SHA-256 in lower-case hex.
    pub(super) sha256: String,
    pub(super) size: u64,
}

impl Received {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its first bytes, at most so many.
    pub(super) async fn beginning(&self, most: usize) -> Result<Vec<u8>, ApiError> {
        let mut bytes = Vec::new();
        let file = fs::File::open(&self.path).await.map_err(|error| unusable("read", &error))?;
        file.take(most as u64).read_to_end(&mut bytes).await.map_err(|error| unusable("read", &error))?;
        Ok(bytes)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        // The next start removes what cannot be removed now.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Receives a body of at most so many bytes.
pub(super) async fn receive(ctx: &Context, body: Body, most: u64) -> Result<Received, ApiError> {
    let Uploads(folder) = ctx.part();
    fs::create_dir_all(folder).await.map_err(|error| unusable("make the folder of", &error))?;
    let mut received =
        Received { path: folder.join(Id::<ShelfItem>::new().to_string()), sha256: String::new(), size: 0 };
    let mut file = fs::File::create_new(&received.path).await.map_err(|error| unusable("write", &error))?;
    let (mut digest, mut pieces) = (Digest::new(&SHA256), body.into_data_stream());
    loop {
        let piece = match timeout(SILENCE, pieces.next()).await {
            Ok(None) => break,
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(_))) => return Err(ApiError::new(Code::Invalid, "the file broke off; hand it in again")),
            Err(_) => return Err(ApiError::new(Code::Invalid, "the file did not come in time; hand it in again")),
        };
        received.size += piece.len() as u64;
        if received.size > most {
            let what = format!("a package file has at most {most} bytes, as the settings of distribution say");
            return Err(ApiError::new(Code::TooLarge, what));
        }
        digest.update(&piece);
        file.write_all(&piece).await.map_err(|error| unusable("write", &error))?;
    }
    file.flush().await.map_err(|error| unusable("write", &error))?;
    received.sha256 = hex::encode(digest.finish());
    Ok(received)
}

#[derive(Debug, thiserror::Error)]
#[error("failed to {action} a file that is handed in")]
struct Unusable {
    action: &'static str,
    source: std::io::Error,
}

fn unusable(action: &'static str, error: &std::io::Error) -> ApiError {
    let source = std::io::Error::new(error.kind(), error.to_string());
    ApiError::unavailable(&Unusable { action, source })
}
