//! What is counted, for whom, and the question of the log search that finds exactly those rows. Pure.

use yagura_vocabulary::{Event, StoredEvent, id::PersonId};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    /// Files that came to portable devices or shares.
    Copies,
    /// Files and folders that were deleted.
    Deletions,
    /// Pages that were printed.
    Pages,
}

/// Drives that take data out of the machine.
const OUTSIDE: [&str; 3] = ["removable", "network", "optical"];
/// The acts by which a file gets somewhere.
const PUT: [&str; 4] = ["file.create", "file.copy", "file.move", "file.overwrite"];
const DELETED: [&str; 2] = ["file.delete", "folder.delete"];
const PRINTED: &str = "print.job";

impl Measure {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Copies => "copies",
            Self::Deletions => "deletions",
            Self::Pages => "pages",
        }
    }

    /// What is counted, in the language of the log search.
    pub(super) fn question(self) -> String {
        match self {
            Self::Copies => {
                let at = |member: &str| OUTSIDE.map(|place| format!("body.{member}={place}")).join(" OR ");
                format!("kind:{} ({} OR (-target:* ({})))", PUT.join(","), at("target_place"), at("place"))
            }
            Self::Deletions => format!("kind:{}", DELETED.join(",")),
            Self::Pages => format!("kind:{PRINTED}"),
        }
    }
}

/// What an event adds to which measure. A row may stand for many equal acts.
pub(super) fn amount(event: &Event) -> Option<(Measure, u64)> {
    let kind = event.kind.as_str();
    let count = event.count.unwrap_or(1);
    if DELETED.contains(&kind) {
        return Some((Measure::Deletions, count));
    }
    if kind == PRINTED {
        // Where the printing system did not count, it was a page at least.
        let pages = event.body.get("pages").and_then(serde_json::Value::as_u64).unwrap_or(1);
        return Some((Measure::Pages, pages));
    }
    let place = if event.target.is_some() { "target_place" } else { "place" };
    let place = event.body.get(place).and_then(serde_json::Value::as_str)?;
    (PUT.contains(&kind) && OUTSIDE.contains(&place)).then_some((Measure::Copies, count))
}

/// Whose act it was: a person's, else that of an account of one endpoint. The system's own accounts do nothing unusual: they update it.
pub(super) fn whose(stored: &StoredEvent) -> Option<String> {
    if let Some(person) = stored.person {
        return Some(self::person(person));
    }
    let account = stored.event.account.as_ref().map_or("", |account| account.id.as_str());
    (account.is_empty() || is_a_person_s(account)).then(|| format!("a/{}/{account}", stored.endpoint))
}

/// The name of a person's counts.
pub(super) fn person(person: PersonId) -> String {
    format!("p/{person}")
}

/// Whether people sign in with an account of this uid or SID: uids from 1000 on (`UID_MIN` of login.defs, without `nobody`), and SIDs
/// of machines and domains.
fn is_a_person_s(account: &str) -> bool {
    match account.parse::<u32>() {
        Ok(uid) => uid >= 1000 && uid != 65_534,
        Err(_) => account.starts_with("S-1-5-21-") || account.starts_with("S-1-12-1-"),
    }
}

/// The part of the question that says whose rows.
pub(super) fn of(whose: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    match whose.split_once('/') {
        Some(("p", person)) => format!("person:{person}"),
        Some((_, rest)) => match rest.split_once('/') {
            Some((endpoint, account)) if !account.is_empty() => {
                format!("endpoint:{endpoint} user_id:{} -person:*", quoted(account))
            }
            Some((endpoint, _)) => format!("endpoint:{endpoint} -user_id:* -person:*"),
            None => format!("endpoint:{rest}"),
        },
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::{Account, Id, Lane, Time};

    use super::*;

    fn event(kind: &str) -> Event {
        Event::new(Time::from_seconds(0), "operation_log", kind)
    }

    #[track_caller]
    fn check(event: &Event, expected: Option<(Measure, u64)>) {
        assert_eq!(amount(event), expected, "{event:?}");
    }

    #[test]
    fn what_leaves_the_machine_is_deleted_or_printed_is_counted_with_all_that_a_row_stands_for() {
        let out = |mut event: Event| {
            event.target = Some("/media/usb/a".to_owned());
            event.with("target_place", "removable")
        };
        check(&out(event("file.copy")), Some((Measure::Copies, 1)));
        check(&Event { count: Some(40), ..out(event("file.move")) }, Some((Measure::Copies, 40)));
        check(&event("file.create").with("place", "network"), Some((Measure::Copies, 1)));
        // What comes from a portable device does not leave by that.
        let mut back = event("file.copy").with("place", "removable");
        check(&back, Some((Measure::Copies, 1)));
        back.target = Some("/home/tanaka/a".to_owned());
        check(&back, None);
        check(&event("file.copy"), None);
        check(&event("file.open").with("place", "removable"), None);
        check(&Event { count: Some(300), ..event("file.delete") }, Some((Measure::Deletions, 300)));
        check(&event("print.job").with("pages", 12), Some((Measure::Pages, 12)));
        check(&event("print.job"), Some((Measure::Pages, 1)));
    }

    #[test]
    fn acts_are_a_person_s_else_an_account_s_and_the_system_s_are_nobody_s() {
        let stored = |person: bool, account: Option<&str>| StoredEvent {
            id: Id::new(),
            endpoint: Id::new(),
            epoch: uuid::Uuid::nil(),
            lane: Lane::Operation,
            seq: 1,
            received_at: Time::from_seconds(0),
            person: person.then(Id::new),
            event: Event {
                account: account.map(|id| Account { name: "a".to_owned(), id: id.to_owned() }),
                ..event("file.delete")
            },
        };
        for (person, account, expected) in [
            (true, Some("0"), Some("p/")),
            (false, Some("1000"), Some("a/")),
            (false, Some("S-1-5-21-1-2-3-1001"), Some("a/")),
            (false, None, Some("a/")),
            (false, Some("0"), None),
            (false, Some("65534"), None),
            (false, Some("S-1-5-18"), None),
        ] {
            let found = whose(&stored(person, account));
            assert_eq!(found.as_deref().map(|whose| &whose[..2]), expected, "{person} {account:?}");
        }
    }
}
