//! What changed on a machine, as rows of the log: so that rules answer to it, and five years later it is still found.

use serde_json::json;
use yagura_vocabulary::{Event, Time};

use crate::{
    FEATURE,
    changes::{Change, Part},
};

/// More programs that changed at once are one update of the system, and one row with their count.
const MOST_ROWS: usize = 20;
/// So many of their names stand in that row.
const NAMED: usize = 20;

/// The rows for changes that were seen at `at`. What is installed or removed has a row each, however much it is; of more than
/// 20 updates at once one row tells.
#[must_use]
pub fn events(at: Time, changes: &[Change]) -> Vec<Event> {
    let is_update =
        |change: &&Change| change.part == Part::Software && change.before.is_some() && change.after.is_some();
    let updates: Vec<&Change> = changes.iter().filter(is_update).collect();
    let folded = updates.len() > MOST_ROWS;
    let mut rows: Vec<Event> =
        changes.iter().filter(|change| !(folded && is_update(change))).map(|change| row(at, change)).collect();
    if folded {
        let names: Vec<&str> = updates.iter().take(NAMED).map(|change| change.name.as_str()).collect();
        let mut row = Event::new(at, FEATURE, "software.update").with("names", json!(names));
        row.subject = Some(names.join(", "));
        row.count = u64::try_from(updates.len()).ok();
        rows.push(row);
    }
    rows
}

fn row(at: Time, change: &Change) -> Event {
    let kind = match (change.part, &change.before, &change.after) {
        (Part::Software, None, _) => "software.install",
        (Part::Software, _, None) => "software.remove",
        (Part::Software, ..) => "software.update",
        _ => "asset.change",
    };
    let mut row = Event::new(at, FEATURE, kind).with("before", json!(change.before)).with("after", json!(change.after));
    row.subject = Some(if change.name.is_empty() { change.part.to_string() } else { change.name.clone() });
    if change.part != Part::Software {
        row = row.with("part", change.part.as_str());
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn software(name: &str, before: Option<&str>, after: Option<&str>) -> Change {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Change { part: Part::Software, name: name.to_owned(), before: text(before), after: text(after) }
    }

    #[track_caller]
    fn check(changes: &[Change], expected: &[(&str, &str, u64)]) {
        let rows = events(Time::from_seconds(1), changes);
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.kind.as_str(), row.subject.as_deref().unwrap(), row.count.unwrap_or(1)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_installed_updated_or_removed_is_a_row_each() {
        check(
            &[
                software("zoom", None, Some("6")),
                software("bash", Some("5.2"), Some("5.3")),
                software("old", Some("1"), None),
            ],
            &[("software.install", "zoom", 1), ("software.update", "bash", 1), ("software.remove", "old", 1)],
        );
    }

    #[test]
    fn an_upgrade_of_the_system_is_one_row_and_what_came_new_with_it_is_not_hidden() {
        let mut changes: Vec<_> = (0..300).map(|at| software(&format!("lib{at:03}"), Some("1"), Some("2"))).collect();
        changes.push(software("miner", None, Some("1")));
        let rows = events(Time::from_seconds(1), &changes);
        let found: Vec<_> = rows.iter().map(|row| (row.kind.as_str(), row.count.unwrap_or(1))).collect();
        assert_eq!(found, [("software.install", 1), ("software.update", 300)]);
        assert!(rows[1].subject.as_ref().unwrap().starts_with("lib000, lib001"));
    }

    #[test]
    fn a_change_of_the_machine_tells_its_part_and_both_values() {
        let change = Change {
            part: Part::Memory,
            name: String::new(),
            before: Some("16384 MiB".to_owned()),
            after: Some("8192 MiB".to_owned()),
        };
        let rows = events(Time::from_seconds(1), &[change]);
        assert_eq!((rows[0].kind.as_str(), rows[0].subject.as_deref()), ("asset.change", Some("memory")));
        assert_eq!((&rows[0].body["part"], &rows[0].body["after"]), (&json!("memory"), &json!("8192 MiB")));
    }
}
