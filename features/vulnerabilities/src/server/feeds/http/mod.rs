//! Fetching a file: written to disk as it comes, with limits of size, time and redirects.

mod fault;
mod when;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::Url;
use yagura_dial::{Dial, Target};
use yagura_vocabulary::Time;

pub(super) use self::fault::FetchError;
use super::{
    body::{address, is_here},
    file::{Coming, Kept, LARGEST},
};

/// So often a publisher may send us elsewhere.
const MOST_REDIRECTS: usize = 5;
/// So often the same is asked for before the fetch has failed.
const TRIES: u32 = 4;
/// What is waited after the first try, where the publisher does not say; after each more it is three times as long.
const PAUSE: Duration = Duration::from_secs(30);
/// Whoever wants us to wait longer is asked again at the feed's next turn.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// Publishers want to know who asks.
const AGENT: &str = concat!("yagura/", env!("CARGO_PKG_VERSION"));

/// How long is waited, and how much is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// An answer begins within this time, and each piece of it comes within it.
    pub(super) piece: Duration,
    /// A whole file comes within this time.
    pub(super) whole: Duration,
    /// Bytes of one file.
    pub(super) bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { piece: Duration::from_secs(60), whole: Duration::from_secs(3 * 3_600), bytes: LARGEST }
    }
}

/// Lets time pass; in tests none does.
#[async_trait]
pub(super) trait Pass: Send + Sync {
    async fn pass(&self, time: Duration);
}

/// The real one.
pub(super) struct Passes;

#[async_trait]
impl Pass for Passes {
    async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// What is known of the file's last state.
#[derive(Debug, Clone, Default)]
pub(super) struct Last {
    pub(super) etag: String,
    pub(super) last_modified: String,
}

/// What was answered.
#[derive(Debug)]
pub(super) enum Fetched {
    /// The last state is the newest.
    Unchanged,
    /// A new one.
    New(Kept, Last),
}

/// A header by which a publisher knows us: for the server that it was given for, and no other.
pub(super) struct Secret {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
    pub(super) of: Target,
}

/// Fetches files one after the other; as long as they come from one server, over one connection.
pub(super) struct Client<'a> {
    dial: &'a Arc<dyn Dial>,
    dir: &'a Path,
    limits: Limits,
    time: &'a dyn Pass,
    now: Time,
    secret: Option<Secret>,
    /// Whether its server answers 403 to who asks too often, as the NVD does.
    is_counted: bool,
    kept: Option<(Target, SendRequest<Empty<Bytes>>)>,
}

impl<'a> Client<'a> {
    pub(super) fn new(dial: &'a Arc<dyn Dial>, dir: &'a Path, time: &'a dyn Pass, now: Time) -> Self {
        Self { dial, dir, limits: Limits::default(), time, now, secret: None, is_counted: false, kept: None }
    }

    pub(super) fn counted(mut self) -> Self {
        self.is_counted = true;
        self
    }

    pub(super) fn with_secret(mut self, secret: Option<Secret>) -> Self {
        self.secret = secret;
        self
    }

    #[cfg(test)]
    pub(super) fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether publishers' wishes to be asked slowly do not matter: what is on this very machine.
    pub(super) async fn pause(&self, url: &str, time: Duration) {
        self.time.pass(if is_here(url) { Duration::ZERO } else { time }).await;
    }

    /// Fetches `url`, unless it is still as it was. A server that is busy or out of order is asked again some times.
    pub(super) async fn fetch(&mut self, url: &str, last: &Last) -> Result<Fetched, FetchError> {
        self.fetch_within(url, last, self.limits.bytes).await
    }

    /// The same, with at most so many bytes.
    pub(super) async fn fetch_within(&mut self, url: &str, last: &Last, bytes: u64) -> Result<Fetched, FetchError> {
        let (mut usual, mut tried) = (PAUSE, 1);
        loop {
            let late = |_| FetchError::Late(url.to_owned());
            let answer = timeout(self.limits.whole, self.follow(url, last, bytes)).await.map_err(late).flatten();
            let Err(error) = answer else { return answer };
            // Whatever it was, half of an answer may still be on its way.
            self.kept = None;
            match error.again(usual) {
                Some(after) if tried < TRIES && after <= LONGEST_PAUSE => {
                    tracing::info!(%error, ?after, "a feed is asked for again");
                    self.pause(url, after).await;
                }
                _ => return Err(error),
            }
            (usual, tried) = (usual * 3, tried + 1);
        }
    }

    async fn follow(&mut self, url: &str, last: &Last, bytes: u64) -> Result<Fetched, FetchError> {
        let mut at = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let answer = timeout(self.limits.piece, self.ask(&at, last));
            let answer = answer.await.map_err(|_| FetchError::Late(at.clone())).flatten()?;
            let (status, headers) = (answer.status(), answer.headers());
            match status {
                StatusCode::OK => {
                    let new =
                        Last { etag: text(headers, header::ETAG), last_modified: text(headers, header::LAST_MODIFIED) };
                    return Ok(Fetched::New(self.keep(answer.into_body(), &at, bytes).await?, new));
                }
                // Who was not told of a last state cannot know that it is still the same.
                StatusCode::NOT_MODIFIED if !(last.etag.is_empty() && last.last_modified.is_empty()) => {
                    return Ok(Fetched::Unchanged);
                }
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
                    if headers.contains_key(header::LOCATION) =>
                {
                    at = next(&at, &text(headers, header::LOCATION))?;
                    // Its body is not read.
                    self.kept = None;
                }
                _ => return Err(self.refused(at, status, headers)),
            }
        }
        Err(FetchError::Redirects(url.to_owned()))
    }

    async fn ask(&mut self, url: &str, last: &Last) -> Result<http::Response<Incoming>, FetchError> {
        let (target, path) = address(url).ok_or_else(|| FetchError::Address(url.to_owned()))?;
        let request = || {
            let mut request = Request::get(&path)
                .header(header::HOST, host(&target))
                .header(header::USER_AGENT, AGENT)
                .header(header::ACCEPT, "*/*");
            if !last.etag.is_empty() {
                request = request.header(header::IF_NONE_MATCH, &last.etag);
            }
            if !last.last_modified.is_empty() {
                request = request.header(header::IF_MODIFIED_SINCE, &last.last_modified);
            }
            if let Some(secret) = self.secret.as_ref().filter(|secret| secret.of == target) {
                request = request.header(&secret.name, &secret.value);
            }
            request.body(Empty::<Bytes>::new()).map_err(|error| FetchError::Request(url.to_owned(), error))
        };
        let (fresh, again) = (request()?, request()?);
        if let Some((to, mut sender)) = self.kept.take().filter(|(to, _)| *to == target)
            && sender.ready().await.is_ok()
            // A kept connection may have ended meanwhile, which says nothing of the server.
            && let Ok(answer) = sender.send_request(again).await
        {
            self.kept = Some((to, sender));
            return Ok(answer);
        }
        let broken = |error| FetchError::Broken(url.to_owned(), error);
        let dialled = self.dial.dial(&target).await;
        let stream = dialled.map_err(|to_dial| FetchError::Dial { to: url.to_owned(), to_dial })?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a feed ended");
            }
        });
        let answer = sender.send_request(fresh).await.map_err(broken)?;
        self.kept = Some((target, sender));
        Ok(answer)
    }

    fn refused(&self, url: String, status: StatusCode, headers: &HeaderMap) -> FetchError {
        let after = when::retry_after(&text(headers, header::RETRY_AFTER), self.now);
        let is_busy = match status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::SERVICE_UNAVAILABLE => after.is_some(),
            StatusCode::FORBIDDEN => after.is_some() || self.is_counted,
            _ => false,
        };
        if is_busy {
            return FetchError::Busy { url, status, after };
        }
        // Where the NVD says why: <https://nvd.nist.gov/developers/start-here>.
        let said = text(headers, HeaderName::from_static("message")).chars().take(200).collect();
        FetchError::Refused { url, status, said }
    }

    async fn keep(&self, mut body: Incoming, url: &str, bytes: u64) -> Result<Kept, FetchError> {
        let mut coming = Coming::begin(self.dir, bytes).await?;
        loop {
            let piece = timeout(self.limits.piece, body.frame()).await;
            let Some(piece) = piece.map_err(|_| FetchError::Late(url.to_owned()))? else { break };
            let piece = piece.map_err(|error| FetchError::Broken(url.to_owned(), error))?;
            if let Some(bytes) = piece.data_ref() {
                coming.write(bytes).await?;
            }
        }
        Ok(coming.finish().await?)
    }
}

/// The name without the port that its scheme has anyway: some servers know themselves only by that.
fn host(target: &Target) -> String {
    let authority = target.authority();
    let usual = if target.tls { ":443" } else { ":80" };
    authority.strip_suffix(usual).map_or_else(|| authority.clone(), ToOwned::to_owned)
}

/// Where a redirect leads: to https, wherever it is; in the clear only what was asked for in the clear, on this machine.
fn next(from: &str, location: &str) -> Result<String, FetchError> {
    let to = Url::parse(from).and_then(|base| base.join(location));
    let to = to.map_or_else(|_| location.to_owned(), |to| to.to_string());
    let was_clear = from.starts_with("http://");
    if to.starts_with("https://") || was_clear && is_here(&to) {
        return Ok(to);
    }
    Err(FetchError::Downgrade { from: from.to_owned(), to })
}

fn text(headers: &HeaderMap, name: HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
