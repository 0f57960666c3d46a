//! What fetching a feed means for its format: one file, the pages of the NVD, or what a CSAF provider changed.

use std::{path::Path, sync::Arc, time::Duration};

use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use yagura_advisories::Format;
use yagura_dial::Dial;
use yagura_vocabulary::Time;

use super::{
    file::Kept,
    http::{FetchError, Fetched, Last, fetch},
    signature::{PublicKey, Signature, SignatureError},
    view::Row,
};

/// Rows of a page, as many as the NVD gives.
const PAGE: u64 = 2000;
/// The NVD counts who asks: 5 requests within 30 seconds without a key. <https://nvd.nist.gov/developers/start-here>
const PAUSE: Duration = Duration::from_secs(6);
/// The longest span of changes that the NVD gives at once: 120 days.
const SPAN_US: i64 = 119 * 86_400_000_000;
/// Clocks differ, and what changes while pages are read may be missed: two hours are asked for again.
const OVERLAP_US: i64 = 2 * 3_600_000_000;
/// Advisories of a provider that are fetched in one go; the next go takes the next ones.
const MOST_ADVISORIES: usize = 2_000;

/// What was fetched.
pub(super) struct Found {
    pub(super) files: Vec<Kept>,
    /// What it is known by, where it is one file.
    pub(super) last: Last,
    /// Until when all changes are known, where it comes in parts.
    pub(super) known_until: Option<i64>,
    /// Whether it is all that the feed says.
    pub(super) whole: bool,
}

/// A feed that was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchingError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Signature(#[from] SignatureError),
    #[error(
        "the feed has a public key, and is signed nowhere that is known: pages and lists of advisories have no .minisig"
    )]
    NotSigned,
    #[error("page {0} cannot be read: it does not say how many there are")]
    Page(String),
    #[error("the server stops")]
    Stopped,
}

/// By which it is fetched.
pub(super) struct Road<'a> {
    pub(super) dial: &'a Arc<dyn Dial>,
    pub(super) dir: &'a Path,
    pub(super) stop: &'a CancellationToken,
}

/// Fetches what is new; none where nothing is.
pub(super) async fn find(road: &Road<'_>, feed: &Row, now: Time) -> Result<Option<Found>, FetchingError> {
    match Format::parse(&feed.format) {
        Some(Format::Nvd) => pages(road, feed, now).await.map(Some),
        Some(Format::MsrcCsaf) if feed.url.ends_with("/changes.csv") => advisories(road, feed).await,
        _ => one(road, feed).await,
    }
}

async fn one(road: &Road<'_>, feed: &Row) -> Result<Option<Found>, FetchingError> {
    let last = Last { etag: feed.etag.clone(), last_modified: feed.last_modified.clone() };
    let Fetched::New(file, last) = fetch(road.dial, &feed.url, &last, road.dir).await? else { return Ok(None) };
    if !feed.public_key.is_empty() {
        let key = PublicKey::read(&feed.public_key)?;
        let url = format!("{}.minisig", feed.url);
        let Fetched::New(signature, _) = fetch(road.dial, &url, &Last::default(), road.dir).await? else {
            return Err(SignatureError::NoSignature.into());
        };
        let text = tokio::fs::read_to_string(signature.path()).await.map_err(|_| SignatureError::NoSignature)?;
        key.check(&file.blake2, &Signature::read(&text)?)?;
    }
    let whole = super::run::is_whole(&feed.format, &file);
    Ok(Some(Found { files: vec![file], last, known_until: None, whole }))
}

/// What a page of the NVD says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total_results: u64,
}

/// The whole NVD the first time, then what changed since.
async fn pages(road: &Road<'_>, feed: &Row, now: Time) -> Result<Found, FetchingError> {
    if !feed.public_key.is_empty() {
        return Err(FetchingError::NotSigned);
    }
    let mut spans = Vec::new();
    if let Some(known) = feed.known_until {
        let mut from = known - OVERLAP_US;
        while from < now.micros() {
            let to = now.micros().min(from + SPAN_US);
            spans.push(format!("&lastModStartDate={}&lastModEndDate={}", stamp(from), stamp(to)));
            from = to;
        }
    } else {
        spans.push(String::new());
    }
    let mut files = Vec::new();
    for span in spans {
        let (mut start, mut total) = (0, 1);
        while start < total {
            if !files.is_empty() {
                pause(road, &feed.url).await?;
            }
            let joint = if feed.url.contains('?') { '&' } else { '?' };
            let url = format!("{}{joint}resultsPerPage={PAGE}&startIndex={start}{span}", feed.url);
            let Fetched::New(file, _) = fetch(road.dial, &url, &Last::default(), road.dir).await? else {
                return Err(FetchingError::Page(url));
            };
            total = total_of(&file).await.ok_or_else(|| FetchingError::Page(url))?;
            files.push(file);
            start += PAGE;
        }
    }
    let whole = feed.known_until.is_none();
    Ok(Found { files, last: Last::default(), known_until: Some(now.micros()), whole })
}

async fn total_of(file: &Kept) -> Option<u64> {
    let path = file.path().to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let file = std::io::BufReader::new(std::fs::File::open(path).ok()?);
        serde_json::from_reader::<_, Page>(file).ok()
    });
    Some(read.await.ok()??.total_results)
}

/// `2026-01-31T00:00:00.000Z`.
fn stamp(at: i64) -> String {
    let at = Time::from_micros(at / 1_000_000 * 1_000_000);
    at.to_string().replace(".000000Z", ".000Z")
}

/// Waits as long as publishers ask for; a mirror on this very machine does not.
async fn pause(road: &Road<'_>, url: &str) -> Result<(), FetchingError> {
    let is_far = super::body::address(url).is_some_and(|(target, _)| target.tls);
    tokio::select! {
        () = road.stop.cancelled() => Err(FetchingError::Stopped),
        () = tokio::time::sleep(if is_far { PAUSE } else { Duration::ZERO }) => Ok(()),
    }
}

/// What a CSAF provider changed since we asked last, by its `changes.csv`: CSAF 2.0, section 7.1.13. The oldest changes first, so that
/// those that do not fit into this go come with the next one.
async fn advisories(road: &Road<'_>, feed: &Row) -> Result<Option<Found>, FetchingError> {
    if !feed.public_key.is_empty() {
        return Err(FetchingError::NotSigned);
    }
    let Fetched::New(list, _) = fetch(road.dial, &feed.url, &Last::default(), road.dir).await? else {
        return Err(FetchingError::Page(feed.url.clone()));
    };
    let text = tokio::fs::read_to_string(list.path()).await.map_err(|_| FetchingError::Page(feed.url.clone()))?;
    let changed = changed_since(&text, feed.known_until);
    let base = feed.url.trim_end_matches("changes.csv");
    let mut files = Vec::new();
    let mut known_until = None;
    for (path, at) in changed.into_iter().take(MOST_ADVISORIES) {
        if road.stop.is_cancelled() {
            return Err(FetchingError::Stopped);
        }
        let fetched = fetch(road.dial, &format!("{base}{path}"), &Last::default(), road.dir).await?;
        if let Fetched::New(file, _) = fetched {
            files.push(file);
        }
        known_until = Some(at);
    }
    Ok((!files.is_empty()).then_some(Found { files, last: Last::default(), known_until, whole: false }))
}

/// Paths and times of changes behind `since`, the oldest first.
fn changed_since(list: &str, since: Option<i64>) -> Vec<(String, i64)> {
    let line = |line: &str| {
        let (path, at) = line.rsplit_once(',')?;
        let at: Time = at.trim().trim_matches('"').parse().ok()?;
        let path = path.trim().trim_matches('"');
        let is_below = !path.is_empty() && !path.contains("..") && !path.contains(':') && !path.starts_with('/');
        is_below.then(|| (path.to_owned(), at.micros()))
    };
    let mut found: Vec<_> =
        list.lines().filter_map(line).filter(|(_, at)| since.is_none_or(|since| *at > since)).collect();
    found.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_nvd_wants_them() {
        assert_eq!(stamp(1_768_435_200_123_456), "2026-01-15T00:00:00.000Z");
    }

    #[test]
    fn changes_come_the_oldest_first_and_only_those_that_are_new() {
        let list = "\"2026/b.json\",\"2026-02-01T00:00:00Z\"\n2026/a.json,2026-01-01T00:00:00Z\n2025/c.json,2025-01-01T00:00:00Z\n";
        let since: Time = "2025-06-01T00:00:00Z".parse().unwrap();
        let found: Vec<_> = changed_since(list, Some(since.micros())).into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, ["2026/a.json", "2026/b.json"]);
    }

    #[test]
    fn a_list_cannot_send_us_elsewhere() {
        let list = "../x,2026-01-01T00:00:00Z\nhttps://other.example/x,2026-01-01T00:00:00Z\n/etc/x,2026-01-01T00:00:00Z\npath,date\n";
        assert_eq!(changed_since(list, None), []);
    }
}
