//! The NVD, page by page: <https://nvd.nist.gov/developers/vulnerabilities>.

use std::time::Duration;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use yagura_vocabulary::Time;

use super::{FetchingError, Found};
use crate::server::feeds::{
    file::Kept,
    http::{Client, Fetched, Last},
    view::Row,
};

/// Rows of a page, as many as the NVD gives.
const PAGE: u64 = 2000;
/// The NVD counts who asks: 5 requests within 30 seconds, 50 with a key. <https://nvd.nist.gov/developers/start-here>
const PAUSE: Duration = Duration::from_secs(6);
const PAUSE_WITH_KEY: Duration = Duration::from_secs(1);
/// The longest span of changes that the NVD gives at once: 120 days.
const SPAN_US: i64 = 119 * 86_400_000_000;
/// Clocks differ, and what changes while pages are read may be missed: two hours are asked for again.
const OVERLAP_US: i64 = 2 * 3_600_000_000;

/// What a page says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total_results: u64,
    results_per_page: u64,
}

/// The whole NVD the first time, then what changed since.
pub(super) async fn pages(
    mut client: Client<'_>,
    stop: &CancellationToken,
    feed: &Row,
    now: Time,
) -> Result<Found, FetchingError> {
    if !feed.public_key.is_empty() {
        return Err(FetchingError::NotSigned);
    }
    let rest = if feed.api_key.is_empty() { PAUSE } else { PAUSE_WITH_KEY };
    let joint = if feed.url.contains('?') { '&' } else { '?' };
    let mut files = Vec::new();
    for span in spans(feed.known_until, now) {
        let (mut start, mut total) = (0, 1);
        while start < total {
            if !files.is_empty() {
                client.pause(&feed.url, rest).await;
            }
            if stop.is_cancelled() {
                return Err(FetchingError::Stopped);
            }
            let url = format!("{}{joint}resultsPerPage={PAGE}&startIndex={start}{span}", feed.url);
            let Fetched::New(file, _) = client.fetch(&url, &Last::default()).await? else {
                return Err(FetchingError::Page(url));
            };
            let page = page(&file).await.ok_or_else(|| FetchingError::Page(url.clone()))?;
            total = page.total_results;
            files.push(file);
            // A server may give fewer than it was asked for; the last page says how many it has.
            match page.results_per_page.min(PAGE) {
                0 if start < total => return Err(FetchingError::Page(url)),
                given => start += given,
            }
        }
    }
    let whole = feed.known_until.is_none();
    let known_until = Some(now.micros());
    Ok(Found { files, last: Last::default(), known_until, whole, faults: Vec::new(), more: false })
}

/// The spans of time whose changes are not known, as queries say them; nothing for all that there is.
fn spans(known_until: Option<i64>, now: Time) -> Vec<String> {
    let Some(known) = known_until else { return vec![String::new()] };
    let mut from = known - OVERLAP_US;
    let mut spans = Vec::new();
    while from < now.micros() {
        let to = now.micros().min(from + SPAN_US);
        spans.push(format!("&lastModStartDate={}&lastModEndDate={}", stamp(from), stamp(to)));
        from = to;
    }
    spans
}

/// What a page says of itself, if it can be read to its end.
async fn page(file: &Kept) -> Option<Page> {
    let path = file.path().to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let file = std::io::BufReader::new(std::fs::File::open(path).ok()?);
        serde_json::from_reader::<_, Page>(file).ok()
    });
    read.await.ok()?
}

/// `2026-01-31T00:00:00.000Z`.
fn stamp(at: i64) -> String {
    let at = Time::from_micros(at / 1_000_000 * 1_000_000);
    at.to_string().replace(".000000Z", ".000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_nvd_wants_them() {
        assert_eq!(stamp(1_768_435_200_123_456), "2026-01-15T00:00:00.000Z");
    }

    #[test]
    fn what_changed_in_a_year_is_asked_for_in_spans_of_less_than_120_days() {
        let now: Time = "2026-11-30T00:00:00Z".parse().unwrap();
        let day = 86_400_000_000;
        assert_eq!(spans(None, now), [""]);
        let hour = "&lastModStartDate=2026-11-29T21:00:00.000Z&lastModEndDate=2026-11-30T00:00:00.000Z";
        assert_eq!(spans(Some(now.micros() - day / 24), now), [hour]);
        let year = spans(Some(now.micros() - 365 * day), now);
        assert_eq!(year.len(), 4);
        for (one, next) in year.iter().zip(&year[1..]) {
            let end = one.rsplit_once('=').unwrap().1;
            assert!(next.starts_with(&format!("&lastModStartDate={end}&")), "{one} {next}");
        }
        // A clock that was wrong.
        assert!(spans(Some(now.micros() + 3 * day), now).is_empty());
    }
}
