//! What a CSAF provider changed since we asked last: CSAF 2.0, sections 7.1.12 (`index.txt`) and 7.1.13 (`changes.csv`).

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use yagura_vocabulary::Time;

use super::{FetchingError, Found, text};
use crate::server::feeds::{
    http::{Client, FetchError, Fetched, Last},
    job::{ImportFault, MOST_FAULTS},
    view::Row,
};

/// Advisories that are fetched in one go; the next go takes the next ones. Those of one moment stay together.
const MOST: usize = 2_000;
/// Between two advisories.
const PAUSE: Duration = Duration::from_millis(50);

const CHANGES: &str = "/changes.csv";
const INDEX: &str = "/index.txt";

/// Whether a feed's address is that of a provider's list.
pub(super) fn is_list(url: &str) -> bool {
    url.ends_with(CHANGES) || url.ends_with(INDEX)
}

/// Fetches what was changed, the oldest first, so that those that do not fit into this go come with the next one.
pub(super) async fn advisories(
    mut client: Client<'_>,
    stop: &CancellationToken,
    feed: &Row,
) -> Result<Option<Found>, FetchingError> {
    if !feed.public_key.is_empty() {
        return Err(FetchingError::NotSigned);
    }
    let last = Last { etag: feed.etag.clone(), last_modified: feed.last_modified.clone() };
    let Some((url, list, last)) = list(&mut client, &feed.url, &last).await? else { return Ok(None) };
    let base = url.trim_end_matches("changes.csv").trim_end_matches("index.txt");
    let mut changed = changed_since(&list, url.ends_with(CHANGES), feed.known_until);
    let more = cut(&mut changed);
    let count = changed.len();
    let (mut files, mut faults, mut first) = (Vec::new(), Vec::new(), None);
    let mut known_until = None;
    for (path, at) in changed {
        if stop.is_cancelled() {
            return Err(FetchingError::Stopped);
        }
        if known_until.is_some() || !faults.is_empty() {
            client.pause(&url, PAUSE).await;
        }
        match client.fetch(&format!("{base}{path}"), &Last::default()).await {
            Ok(Fetched::New(mut file, _)) => {
                file.name = Some(path);
                files.push(file);
            }
            Ok(Fetched::Unchanged) => {}
            // A list that names what is not there must not keep the others away for ever.
            Err(error) if error.is_missing() => {
                if faults.len() < MOST_FAULTS {
                    faults.push(ImportFault { at: path, what: error.to_string() });
                }
                first.get_or_insert(error.to_string());
            }
            Err(error) => return Err(error.into()),
        }
        known_until = at.or(known_until);
    }
    if let Some(first) = first.filter(|_| files.is_empty()) {
        return Err(FetchingError::NoAdvisory { list: url, count, first });
    }
    // A list that was not worked off is asked for again, whatever it is known by.
    let last = if more { Last::default() } else { last };
    Ok((!files.is_empty()).then_some(Found { files, last, known_until, whole: false, faults, more }))
}

/// The list, where it is and what it is known by; none where it is still as it was. Beside an `index.txt`, which has no times, stands a
/// `changes.csv`: only where that is missing all that the index names is fetched.
async fn list(
    client: &mut Client<'_>,
    url: &str,
    last: &Last,
) -> Result<Option<(String, String, Last)>, FetchingError> {
    let changes = url.strip_suffix(INDEX).map(|base| format!("{base}{CHANGES}"));
    let mut found = (url.to_owned(), None);
    if let Some(changes) = changes {
        match client.fetch(&changes, last).await {
            Ok(fetched) => found = (changes, Some(fetched)),
            Err(error) if FetchError::is_missing(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (url, fetched) = match found {
        (url, Some(fetched)) => (url, fetched),
        (url, None) => {
            let fetched = client.fetch(&url, last).await?;
            (url, fetched)
        }
    };
    let Fetched::New(file, last) = fetched else { return Ok(None) };
    let list = text(&file).await.ok_or_else(|| FetchingError::List(url.clone()))?;
    Ok(Some((url, list, last)))
}

/// Leaves as many as are fetched in one go; says whether there are more.
fn cut(changed: &mut Vec<(String, Option<i64>)>) -> bool {
    let Some((_, last)) = changed.get(MOST - 1) else { return false };
    // Without times nothing says where the next go begins.
    if last.is_none() {
        return false;
    }
    let end = changed.iter().skip(MOST).position(|(_, at)| at != last).map(|more| MOST + more);
    if let Some(end) = end {
        changed.truncate(end);
    }
    end.is_some()
}

/// Paths, and times of changes behind `since`, the oldest first.
fn changed_since(list: &str, has_times: bool, since: Option<i64>) -> Vec<(String, Option<i64>)> {
    let line = |line: &str| {
        let (path, at) = if has_times { line.rsplit_once(',')? } else { (line, "") };
        let path = path.trim().trim_matches('"');
        let is_below = !path.is_empty() && !path.contains("..") && !path.contains(':') && !path.starts_with('/');
        let at = if has_times { Some(at.trim().trim_matches('"').parse::<Time>().ok()?.micros()) } else { None };
        (is_below && path.ends_with(".json")).then(|| (path.to_owned(), at))
    };
    let is_new = |at: Option<i64>| at.is_none_or(|at| since.is_none_or(|since| at > since));
    let mut found: Vec<_> = list.lines().filter_map(line).filter(|(_, at)| is_new(*at)).collect();
    found.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &str, has_times: bool, since: Option<&str>) -> Vec<String> {
        let since = since.map(|at| at.parse::<Time>().unwrap().micros());
        changed_since(list, has_times, since).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn changes_come_the_oldest_first_and_only_those_that_are_new() {
        let list = "\"2026/b.json\",\"2026-02-01T00:00:00Z\"\n2026/a.json,2026-01-01T09:00:00+09:00\n2025/c.json,2025-01-01T00:00:00Z\n";
        assert_eq!(paths(list, true, Some("2025-06-01T00:00:00Z")), ["2026/a.json", "2026/b.json"]);
        assert_eq!(paths(list, true, None), ["2025/c.json", "2026/a.json", "2026/b.json"]);
    }

    #[test]
    fn an_index_has_paths_alone() {
        assert_eq!(
            paths("2026/b.json\r\n2026/a.json\n\n", false, Some("2026-01-01T00:00:00Z")),
            ["2026/a.json", "2026/b.json"]
        );
    }

    #[test]
    fn a_list_cannot_send_us_elsewhere() {
        for path in ["../x.json", "https://other.example/x.json", "/etc/x.json", "path", "x.json.asc"] {
            assert!(paths(&format!("{path},2026-01-01T00:00:00Z\n"), true, None).is_empty(), "{path}");
            assert!(paths(&format!("{path}\n"), false, None).is_empty(), "{path}");
        }
    }

    #[test]
    fn what_was_changed_in_one_moment_is_not_torn_apart() {
        let of = |count: usize, same: usize| {
            let mut all: Vec<_> = (0..count).map(|at| (at.to_string(), Some(at.min(MOST - 1 - same) as i64))).collect();
            let more = cut(&mut all);
            (all.len(), more)
        };
        assert_eq!(of(MOST, 0), (MOST, false));
        assert_eq!(of(10, 0), (10, false));
        // All behind the last place are of its moment.
        assert_eq!(of(MOST + 10, 5), (MOST + 10, false));
        let mut all: Vec<_> = (0..MOST + 10).map(|at| (at.to_string(), Some(at as i64))).collect();
        assert!(cut(&mut all));
        assert_eq!(all.len(), MOST);
        let mut all: Vec<_> = (0..MOST + 10).map(|at| (at.to_string(), None)).collect();
        assert!(!cut(&mut all));
    }
}
