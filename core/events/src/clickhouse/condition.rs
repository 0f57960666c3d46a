//! A query as conditions on rows. They are exact where SQL can say what is asked; else they are necessary, and the one
//! matcher decides about the rows that they let pass.

use uuid::Uuid;
use yagura_text_index::Wanted;
use yagura_vocabulary::Time;

use super::{
    row::{CLOSE, hour, month},
    sql::Sql,
};
use crate::{
    KindFilter, Order, Query,
    matcher::{Matcher, Owner},
};

/// Which rows.
pub(super) struct Condition {
    pub(super) sql: Sql,
    /// Whether every row that it lets pass matches.
    pub(super) exact: bool,
}

/// The column by which an order sorts.
pub(super) const fn column(order: Order) -> &'static str {
    order.as_str()
}

/// How rows are sorted, the newest first. The table lies in the order of hours, so a page reads no more of them than it needs.
pub(super) const fn newest_first(order: Order) -> &'static str {
    match order {
        Order::Occurred => " ORDER BY hour DESC, occurred_at DESC, id DESC",
        Order::Received => " ORDER BY received_at DESC, id DESC",
    }
}

/// Rows from one time to before another.
pub(super) fn times(order: Order, since: Option<Time>, until: Option<Time>) -> Vec<Sql> {
    let mut parts = Vec::new();
    if let Some(since) = since {
        parts.push(Sql::new(&format!("{} >= toInt64(?)", column(order))).int(since.micros()));
        parts.push(match order {
            Order::Occurred => Sql::new("hour >= toInt64(?)").int(hour(since.micros())),
            Order::Received => Sql::new("month >= ?").number(month(since).into()),
        });
    }
    if let Some(until) = until {
        parts.push(Sql::new(&format!("{} < toInt64(?)", column(order))).int(until.micros()));
        parts.push(match order {
            Order::Occurred => Sql::new("hour <= toInt64(?)").int(hour(until.micros())),
            Order::Received => Sql::new("month <= ?").number(month(until).into()),
        });
    }
    parts
}

/// Rows that come after one in the order of a walk.
pub(super) fn below(order: Order, time: Time, id: Uuid) -> Sql {
    let column = column(order);
    let hours = match order {
        Order::Occurred => Sql::new("hour <= toInt64(?) AND ").int(hour(time.micros())),
        Order::Received => Sql::new("month <= ? AND ").number(month(time).into()),
    };
    let rest =
        Sql::new(&format!("({column} < toInt64(?) OR ({column} = toInt64(?) AND id < toFixedString(unhex(?), 16)))"));
    hours.then(rest.int(time.micros()).int(time.micros()).text(hex::encode(id.as_bytes())))
}

/// What a query asks of a row, its cursor aside.
pub(super) fn of(query: &Query) -> Condition {
    let matcher = Matcher::new(query);
    let mut parts = times(query.order, query.since, query.until);
    let exact = add(&matcher, &mut parts);
    Condition { sql: Sql::all(parts), exact }
}

/// The same of a matcher that SQL can say exactly, whenever it was.
pub(super) fn of_matcher(matcher: &Matcher) -> Sql {
    let mut parts = Vec::new();
    add(matcher, &mut parts);
    Sql::all(parts)
}

fn id(column: &str, id: Uuid) -> Sql {
    Sql::new(&format!("{column} = toUUID(?)")).text(id.to_string())
}

fn is(column: &str, text: &str) -> Sql {
    Sql::new(&format!("{column} = ?")).text(text)
}

fn one_of(column: &str, values: Vec<String>) -> Sql {
    if values.is_empty() { Sql::new("0") } else { Sql::new(&format!("{column} IN ?")).texts(values) }
}

fn add(matcher: &Matcher, parts: &mut Vec<Sql>) -> bool {
    let mut exact = true;
    if let Some(endpoints) = &matcher.endpoints {
        parts.push(one_of("endpoint", endpoints.iter().map(Uuid::to_string).collect()));
    }
    if !matcher.kinds.is_empty() {
        parts.push(Sql::any(matcher.kinds.iter().map(kind).collect()));
    }
    if !matcher.levels.is_empty() {
        parts.push(one_of("level", matcher.levels.iter().map(|level| level.as_str().to_owned()).collect()));
    }
    let exactly = [
        ("account_folded", &matcher.account),
        ("image", &matcher.image),
        ("hash_sha256", &matcher.hash_sha256),
        ("device_serial", &matcher.device_serial),
        ("feature", &matcher.feature),
    ];
    parts.extend(exactly.into_iter().filter_map(|(column, value)| Some(is(column, value.as_deref()?))));
    if !matcher.remote_ip.is_empty() {
        parts.push(one_of("remote_ip", matcher.remote_ip.clone()));
    }
    parts.extend(matcher.person.map(|person| id("person", person)));
    parts.extend(matcher.owner.as_ref().map(owner));
    if let Some(process) = matcher.process {
        let parent = process.or_parent.then(|| id("parent_guid", process.guid));
        parts.push(Sql::any([id("process_guid", process.guid)].into_iter().chain(parent).collect()));
    }
    if let Some(needle) = &matcher.text {
        parts.push(contains(needle.folded()));
        exact &= !needle.folded().contains(CLOSE);
    }
    if let Some(asked) = &matcher.asked {
        parts.extend(wanted(&asked.expr().wanted()));
        exact = false;
    }
    exact
}

fn kind(kind: &KindFilter) -> Sql {
    match kind {
        KindFilter::Exact(kind) => is("kind", kind),
        KindFilter::Family(family) => Sql::new("startsWith(kind, ?)").text(format!("{family}.")),
    }
}

fn owner(owner: &Owner) -> Sql {
    let person = owner.person.map(|person| id("person", person));
    let accounts = owner.accounts.iter().map(|(endpoint, ids)| {
        let ids = one_of("account_id", ids.iter().cloned().collect());
        Sql::new("person IS NULL AND ").then(id("endpoint", *endpoint)).and_then(" AND ").then(ids)
    });
    Sql::any(person.into_iter().chain(accounts).collect())
}

/// Rows with a text that contains `folded`.
///
/// `LIKE` uses the index of the texts and `position` does not. `LIKE` gets the longest part of the text in which nothing has
/// a meaning of its own there, so nothing has to be escaped: runs of backslashes have made indexes lose rows (ClickHouse
/// issue 117858).
fn contains(folded: &str) -> Sql {
    let parts = folded.split(['%', '_', '\\', '\0']);
    let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
    // The index holds pairs of characters.
    let like = (longest.chars().count() >= 2).then(|| Sql::new("texts LIKE ?").text(format!("%{longest}%")));
    let whole = (longest != folded || like.is_none())
        .then(|| Sql::new("position(texts, unhex(?)) > 0").text(hex::encode(folded)));
    Sql::all(like.into_iter().chain(whole).collect())
}

/// What an index over the texts can say; `None` for nothing.
fn wanted(wanted: &Wanted) -> Option<Sql> {
    match wanted {
        Wanted::All | Wanted::Token(_) => None,
        Wanted::Text(folded) => Some(contains(folded)),
        Wanted::And(parts) => {
            let parts: Vec<_> = parts.iter().filter_map(self::wanted).collect();
            (!parts.is_empty()).then(|| Sql::all(parts))
        }
        Wanted::Or(parts) => Some(Sql::any(parts.iter().map(self::wanted).collect::<Option<_>>()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(folded: &str, expected: &str) {
        let shown = contains(folded).query(&clickhouse::Client::default()).sql_display().to_string();
        assert_eq!(shown, expected, "{folded}");
    }

    #[test]
    fn a_plain_word_is_looked_for_with_the_index_alone() {
        check("見積", "(texts LIKE '%見積%')");
    }

    #[test]
    fn what_means_something_to_like_is_not_shown_to_it() {
        check(r"\\fs01\x", r"(texts LIKE '%fs01%') AND (position(texts, unhex('5c5c667330315c78')) > 0)");
        check("%", "(position(texts, unhex('25')) > 0)");
        check("0%_d", "(position(texts, unhex('30255f64')) > 0)");
    }

    #[test]
    fn a_condition_that_the_index_knows_nothing_of_opens_the_whole_alternative() {
        let known = || Wanted::Text("ab".to_owned());
        assert!(wanted(&Wanted::Or(vec![known(), Wanted::All])).is_none());
        assert!(wanted(&Wanted::Or(vec![known(), known()])).is_some());
        assert!(wanted(&Wanted::And(vec![known(), Wanted::All])).is_some());
        assert!(wanted(&Wanted::And(vec![Wanted::All])).is_none());
    }
}
