//! Fetching a file: written to disk as it comes, with limits of size, time and redirects.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::Url;
use yagura_dial::{Dial, DialError};

use super::{
    body::address,
    file::{Coming, FileError, Kept},
};

/// So often a publisher may send us elsewhere.
const MOST_REDIRECTS: usize = 5;
/// An answer begins within this time, and each piece of it comes within it.
const PATIENCE: Duration = Duration::from_secs(60);
/// A whole feed comes within this time.
const WHOLE: Duration = Duration::from_secs(3 * 3_600);
/// Publishers want to know who asks.
const AGENT: &str = concat!("yagura/", env!("CARGO_PKG_VERSION"));

/// What is known of the file's last state.
#[derive(Debug, Clone, Default)]
pub(super) struct Last {
    pub(super) etag: String,
    pub(super) last_modified: String,
}

/// What was answered.
pub(super) enum Fetched {
    /// The last state is the newest.
    Unchanged,
    /// A new one.
    New(Kept, Last),
}

/// A file that was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("`{0}` is no address that is fetched from: https:// is needed")]
    Address(String),
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error("the connection to {0} broke off")]
    Broken(String, #[source] hyper::Error),
    #[error("{0} did not answer in time")]
    Late(String),
    #[error("{0} answered {1}")]
    Refused(String, StatusCode),
    #[error("{0} sends us elsewhere more than {MOST_REDIRECTS} times")]
    Redirects(String),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the request to {0} cannot be made")]
    Request(String, #[source] http::Error),
}

/// Fetches `url` into a folder, unless it is still as it was.
pub(super) async fn fetch(
    dial: &Arc<dyn Dial>,
    url: &str,
    last: &Last,
    dir: &std::path::Path,
) -> Result<Fetched, FetchError> {
    let late = |_| FetchError::Late(url.to_owned());
    timeout(WHOLE, follow(dial, url, last, dir)).await.map_err(late)?
}

async fn follow(dial: &Arc<dyn Dial>, url: &str, last: &Last, dir: &std::path::Path) -> Result<Fetched, FetchError> {
    let mut at = url.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let answer = timeout(PATIENCE, ask(dial, &at, last)).await.map_err(|_| FetchError::Late(at.clone()))??;
        let status = answer.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Unchanged);
        }
        if status.is_redirection() {
            let to = text(answer.headers(), header::LOCATION);
            let to = Url::parse(&at).and_then(|base| base.join(&to));
            at = to.map_err(|_| FetchError::Refused(at.clone(), status))?.to_string();
            continue;
        }
        if status != StatusCode::OK {
            return Err(FetchError::Refused(at, status));
        }
        let new = Last {
            etag: text(answer.headers(), header::ETAG),
            last_modified: text(answer.headers(), header::LAST_MODIFIED),
        };
        return Ok(Fetched::New(keep(answer.into_body(), &at, dir).await?, new));
    }
    Err(FetchError::Redirects(url.to_owned()))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

async fn ask(dial: &Arc<dyn Dial>, url: &str, last: &Last) -> Result<http::Response<Incoming>, FetchError> {
    let (target, path) = address(url).ok_or_else(|| FetchError::Address(url.to_owned()))?;
    let mut request = Request::get(path)
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, "*/*");
    if !last.etag.is_empty() {
        request = request.header(header::IF_NONE_MATCH, &last.etag);
    }
    if !last.last_modified.is_empty() {
        request = request.header(header::IF_MODIFIED_SINCE, &last.last_modified);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| FetchError::Request(url.to_owned(), error))?;
    let broken = |error| FetchError::Broken(url.to_owned(), error);
    let stream = dial.dial(&target).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a feed ended");
        }
    });
    sender.send_request(request).await.map_err(broken)
}

async fn keep(mut body: Incoming, url: &str, dir: &std::path::Path) -> Result<Kept, FetchError> {
    let mut coming = Coming::begin(dir).await?;
    loop {
        let piece = timeout(PATIENCE, body.frame()).await.map_err(|_| FetchError::Late(url.to_owned()))?;
        let Some(piece) = piece else { break };
        let piece = piece.map_err(|error| FetchError::Broken(url.to_owned(), error))?;
        if let Some(bytes) = piece.data_ref() {
            coming.write(bytes).await?;
        }
    }
    Ok(coming.finish().await?)
}
