//! What fetching a feed means for its format: one file, the pages of the NVD, or what a CSAF provider changed.

mod csaf;
mod nvd;
#[cfg(test)]
mod tests;

use std::{path::Path, sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, header};
use tokio_util::sync::CancellationToken;
use yagura_advisories::Format;
use yagura_dial::Dial;
use yagura_vocabulary::Time;

use super::{
    body::address,
    file::Kept,
    http::{Client, FetchError, Fetched, Last, Pass, Secret},
    job::ImportFault,
    signature::{PublicKey, Signature, SignatureError},
    view::Row,
};

/// A signature has four lines.
const LARGEST_SIGNATURE: u64 = 64 << 10;

/// What was fetched.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) files: Vec<Kept>,
    /// What it is known by, where it is one file.
    pub(super) last: Last,
    /// Until when all changes are known, where it comes in parts.
    pub(super) known_until: Option<i64>,
    /// Whether it is all that the feed says.
    pub(super) whole: bool,
    /// Parts that could not be had.
    pub(super) faults: Vec<ImportFault>,
    /// There is more, which the next go takes.
    pub(super) more: bool,
}

/// A feed that was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchingError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Signature(#[from] SignatureError),
    #[error("the feed has a public key, so a signature must stand at {url}: {why}")]
    SignatureNotThere { url: String, why: Box<FetchError> },
    #[error(
        "the feed has a public key, and is signed nowhere that is known: pages and lists of advisories have no .minisig; take the key away"
    )]
    NotSigned,
    #[error(
        "page {0} cannot be read: it is cut, or does not say how many there are; what was known stays, and it is tried again"
    )]
    Page(String),
    #[error("the list {0} cannot be read: it is no text in UTF-8; check the address")]
    List(String),
    #[error("none of the {count} advisories that {list} names can be had; the first: {first}")]
    NoAdvisory { list: String, count: usize, first: String },
    #[error("the feed's key cannot be sent: it has signs that no header can have; write it down anew")]
    Key,
    #[error("the server stops")]
    Stopped,
}

impl FetchingError {
    /// How long its publisher wants to be left alone.
    pub(super) fn leave_alone(&self) -> Option<Duration> {
        match self {
            Self::Fetch(error) => error.leave_alone(),
            _ => None,
        }
    }
}

/// By which it is fetched.
pub(super) struct Road<'a> {
    pub(super) dial: &'a Arc<dyn Dial>,
    pub(super) dir: &'a Path,
    pub(super) stop: &'a CancellationToken,
    pub(super) time: &'a dyn Pass,
}

/// Fetches what is new; none where nothing is.
pub(super) async fn find(road: &Road<'_>, feed: &Row, now: Time) -> Result<Option<Found>, FetchingError> {
    let format = Format::parse(&feed.format);
    let client = Client::new(road.dial, road.dir, road.time, now).with_secret(secret(feed, format)?);
    match format {
        Some(Format::Nvd) => nvd::pages(client.counted(), road.stop, feed, now).await.map(Some),
        Some(Format::MsrcCsaf) if csaf::is_list(&feed.url) => csaf::advisories(client, road.stop, feed).await,
        _ => one(client, feed).await,
    }
}

/// The header that the feed's key is sent in: the NVD has its own, others take RFC 6750's.
fn secret(feed: &Row, format: Option<Format>) -> Result<Option<Secret>, FetchingError> {
    let Some((of, _)) = address(&feed.url).filter(|_| !feed.api_key.is_empty()) else { return Ok(None) };
    let (name, text) = match format {
        Some(Format::Nvd) => (HeaderName::from_static("apikey"), feed.api_key.clone()),
        _ => (header::AUTHORIZATION, format!("Bearer {}", feed.api_key)),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| FetchingError::Key)?;
    value.set_sensitive(true);
    Ok(Some(Secret { name, value, of }))
}

async fn one(mut client: Client<'_>, feed: &Row) -> Result<Option<Found>, FetchingError> {
    let last = Last { etag: feed.etag.clone(), last_modified: feed.last_modified.clone() };
    let Fetched::New(file, last) = client.fetch(&feed.url, &last).await? else { return Ok(None) };
    if !feed.public_key.is_empty() {
        let key = PublicKey::read(&feed.public_key)?;
        let url = format!("{}.minisig", feed.url);
        let signature = match client.fetch_within(&url, &Last::default(), LARGEST_SIGNATURE).await {
            Ok(Fetched::New(signature, _)) => signature,
            Ok(Fetched::Unchanged) => return Err(SignatureError::NoSignature.into()),
            Err(why) => return Err(FetchingError::SignatureNotThere { url, why: Box::new(why) }),
        };
        let text = text(&signature).await.ok_or(SignatureError::NoSignature)?;
        key.check(&file.blake2, &Signature::read(&text)?)?;
    }
    let whole = super::run::is_whole(&feed.format, &file);
    Ok(Some(Found { files: vec![file], last, known_until: None, whole, faults: Vec::new(), more: false }))
}

/// A small file's text; none where it is no text.
async fn text(file: &Kept) -> Option<String> {
    tokio::fs::read_to_string(file.path()).await.ok()
}
