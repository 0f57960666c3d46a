//! One condition made ready to be asked of many events.

use std::{collections::HashSet, ops::Bound};

use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;
use yagura_text_index::Wanted;

use crate::{Column, Row, clock::timestamp, text::TextTest, value::Network};

/// What an event must be in one respect.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// One of its texts fits.
    Any(TextTest),
    /// A text fits, in one of the columns or in the body.
    Text { columns: &'static [Column], families: &'static [&'static str], body: Option<String>, tests: Vec<TextTest> },
    /// A number lies within bounds.
    Number { columns: &'static [Column], body: Option<String>, missing: Option<u64>, bounds: Bounds },
    /// A time lies from the one to before the other.
    Time { column: Column, from: i64, until: i64 },
    /// It happened in one of these hours.
    Hour { hours: u32, zone: TimeZone },
    /// It happened on one of these days.
    Weekday { days: u32, zone: TimeZone },
    /// An id is one of these; `None` for any.
    Ids { columns: &'static [Column], ids: Option<HashSet<Uuid>> },
    /// The address lies in one of these networks.
    Address(Vec<Network>),
}

/// The bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds(pub(crate) Bound<f64>, pub(crate) Bound<f64>);

impl Bounds {
    #[expect(clippy::cast_precision_loss, reason = "sizes above 8 PiB may be off by bytes")]
    fn hold(&self, number: u64) -> bool {
        self.hold_float(number as f64)
    }

    fn hold_float(&self, number: f64) -> bool {
        let above = match self.0 {
            Bound::Unbounded => true,
            Bound::Included(from) => number >= from,
            Bound::Excluded(from) => number > from,
        };
        above
            && match self.1 {
                Bound::Unbounded => true,
                Bound::Included(to) => number <= to,
                Bound::Excluded(to) => number < to,
            }
    }
}

impl Test {
    /// Whether `row` is so. `scratch` saves allocations between calls.
    pub(crate) fn holds(&self, row: &impl Row, scratch: &mut String) -> bool {
        match self {
            Self::Any(test) => any(row, test, scratch),
            Self::Text { columns, families, body, tests } => {
                let mut fits = |text: &str| tests.iter().any(|test| test.fits(text, scratch));
                let in_family = || {
                    let kind = row.text(Column::Kind).unwrap_or_default();
                    families.is_empty() || families.iter().any(|family| is_of(kind, family))
                };
                (columns.iter().any(|column| row.text(*column).is_some_and(&mut fits)) && in_family())
                    || body.as_ref().is_some_and(|path| within(row, path, &mut |value| any_text_of(value, &mut fits)))
            }
            Self::Number { columns, body, missing, bounds } => {
                columns.iter().any(|column| row.number(*column).or(*missing).is_some_and(|number| bounds.hold(number)))
                    || body.as_ref().is_some_and(|path| {
                        within(row, path, &mut |value| value.as_f64().is_some_and(|number| bounds.hold_float(number)))
                    })
            }
            Self::Time { column, from, until } => (*from..*until).contains(&row.micros(*column)),
            Self::Hour { hours, zone } => {
                let local = zone.to_datetime(timestamp(row.micros(Column::OccurredAt)));
                hours & (1 << local.hour()) != 0
            }
            Self::Weekday { days, zone } => {
                let local = zone.to_datetime(timestamp(row.micros(Column::OccurredAt)));
                days & (1 << local.weekday().to_monday_zero_offset()) != 0
            }
            Self::Ids { columns, ids } => columns
                .iter()
                .any(|column| row.uuid(*column).is_some_and(|id| ids.as_ref().is_none_or(|ids| ids.contains(&id)))),
            Self::Address(networks) => {
                row.text(Column::RemoteIp).is_some_and(|text| networks.iter().any(|network| network.holds(text)))
            }
        }
    }

    /// What a row must contain, for an index over the texts that a bare word is looked for in.
    pub(crate) fn wanted(&self) -> Wanted {
        let all_of = |test: &TextTest| Wanted::and(test.pieces().into_iter().map(Wanted::text));
        match self {
            Self::Any(test) => all_of(test),
            Self::Text { columns, tests, .. } if columns.iter().all(|column| column.is_searched()) => {
                Wanted::or(tests.iter().map(all_of))
            }
            _ => Wanted::All,
        }
    }

    /// The columns that it looks at.
    pub(crate) fn columns(&self, add: &mut dyn FnMut(Column)) {
        match self {
            Self::Any(_) => add(Column::Texts),
            Self::Text { columns, families, body, .. } => {
                columns.iter().copied().for_each(&mut *add);
                if !families.is_empty() {
                    add(Column::Kind);
                }
                if body.is_some() {
                    add(Column::Body);
                }
            }
            Self::Number { columns, body, .. } => {
                columns.iter().copied().for_each(&mut *add);
                if body.is_some() {
                    add(Column::Body);
                }
            }
            Self::Time { column, .. } => add(*column),
            Self::Hour { .. } | Self::Weekday { .. } => add(Column::OccurredAt),
            Self::Ids { columns, .. } => columns.iter().copied().for_each(add),
            Self::Address(_) => add(Column::RemoteIp),
        }
    }

    /// How much work it is, for asking the cheap ones first.
    pub(crate) const fn cost(&self) -> u32 {
        match self {
            Self::Time { .. } | Self::Ids { .. } => 1,
            Self::Number { body: None, .. } => 2,
            Self::Hour { .. } | Self::Weekday { .. } | Self::Address(_) => 3,
            Self::Text { body: None, .. } => 4,
            Self::Text { .. } | Self::Number { .. } => 8,
            Self::Any(_) => 16,
        }
    }
}

/// Whether a kind belongs to a family, or is it.
fn is_of(kind: &str, family: &str) -> bool {
    kind.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn any(row: &impl Row, test: &TextTest, scratch: &mut String) -> bool {
    if row.any_text(&mut |text| test.fits(text, scratch)) {
        return true;
    }
    let mut other = String::new();
    row.any_body_text(&mut |json| test.is_surely_not_in_json(json, &mut other), &mut |text| test.fits(text, scratch))
}

/// Whether `found` holds for what lies in the body under a path. A name may itself contain dots.
fn within(row: &impl Row, path: &str, found: &mut dyn FnMut(&Value) -> bool) -> bool {
    fn inner(value: &Value, path: &str, found: &mut dyn FnMut(&Value) -> bool) -> bool {
        match value {
            Value::Object(members) => {
                members.get(path).is_some_and(&mut *found)
                    || splits(path)
                        .any(|(first, rest)| members.get(first).is_some_and(|value| inner(value, rest, found)))
            }
            Value::Array(values) => values.iter().any(|value| inner(value, path, found)),
            _ => false,
        }
    }
    row.body(path, found) || splits(path).any(|(first, rest)| row.body(first, &mut |value| inner(value, rest, found)))
}

fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]))
}

/// Whether `found` holds for the text of one of the plain values in `value`. Names of members are not searched.
pub fn any_text_of(value: &Value, found: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => found(if *flag { "true" } else { "false" }),
        Value::Number(number) => found(&number.to_string()),
        Value::String(text) => found(text),
        Value::Array(values) => values.iter().any(|value| any_text_of(value, found)),
        Value::Object(members) => members.values().any(|value| any_text_of(value, found)),
    }
}
