//! How commands went, from the endpoints' own journals.

use std::path::Path;

use serde::Deserialize;
use uuid::Uuid;
use yagura_channel::wire::command::Progress;
use yagura_vocabulary::{CommandState, Time};

/// What is read of an entry of the runner's journal (`commands/<id>.json`).
#[derive(Deserialize)]
struct Entry {
    progress: Progress,
    told: bool,
}

/// For every command of the endpoint in `dir` that was done since `since` and that the server knows of: the milliseconds
/// from when the server made it (its id is a version 7 UUID, RFC 9562, which begins with that time) to its end here.
pub(crate) fn latencies(dir: &Path, since: Time) -> Vec<u64> {
    let Ok(files) = std::fs::read_dir(dir.join("commands")) else { return Vec::new() };
    files
        .flatten()
        .filter_map(|file| serde_json::from_slice::<Entry>(&std::fs::read(file.path()).ok()?).ok())
        .filter(|entry| entry.told && entry.progress.state == CommandState::Done && entry.progress.at >= since)
        .filter_map(|entry| Some(entry.progress.at.since(made_at(entry.progress.id.uuid())?).as_millis()))
        .map(|millis| u64::try_from(millis).unwrap_or(u64::MAX))
        .collect()
}

fn made_at(id: Uuid) -> Option<Time> {
    let millis = (id.get_version_num() == 7).then(|| id.as_u128() >> 80)?;
    Some(Time::from_micros(i64::try_from(millis).ok()?.saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_command_stands_in_its_id() {
        // The example of RFC 9562, appendix A.6.
        let id = Uuid::parse_str("017F22E2-79B0-7CC3-98C4-DC0C0C07398F").unwrap();
        assert_eq!(made_at(id), Some("2022-02-22T19:22:22Z".parse().unwrap()));
        assert_eq!(made_at(Uuid::new_v4()), None);
    }
}
