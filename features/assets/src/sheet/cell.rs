//! A cell, in both kinds of file.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use yagura_log_search::table::harmless;
use yagura_vocabulary::Time;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing is known.
    Empty,
    Text(String),
    /// A number that can be added up.
    Number(f64),
    /// A day in the organisation's zone.
    Day(Date),
    /// A time there, as text: `2026-11-17 09:15`.
    Moment(String),
}

impl Cell {
    /// A text; an empty one is no text.
    pub(crate) fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// A day.
    pub(crate) fn day(at: Option<i64>, zone: &TimeZone) -> Self {
        let at = at.and_then(|at| Timestamp::from_microsecond(at).ok());
        at.map_or(Self::Empty, |at| Self::Day(zone.to_datetime(at).date()))
    }

    /// So many gibibytes or gigabytes; nothing where it is not known.
    #[expect(clippy::cast_precision_loss, reason = "what is lost are bytes of an exabyte")]
    pub(crate) fn amount(bytes: i64, unit: i64) -> Self {
        if bytes <= 0 { Self::Empty } else { Self::Number((bytes as f64 / unit as f64 * 10.0).round() / 10.0) }
    }

    /// As a CSV has it. A text that a spreadsheet would compute gets an apostrophe.
    pub(crate) fn plain(self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Moment(text) => harmless(text),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }
}

/// A time to the minute: `2026-11-17 09:15`.
pub(crate) fn minute(at: Time, zone: &TimeZone) -> String {
    let at = Timestamp::from_microsecond(at.micros());
    at.map(|at| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}
