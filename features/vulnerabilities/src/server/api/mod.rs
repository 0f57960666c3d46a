//! What is asked of the board.

pub(super) mod board;
pub(super) mod filter;
pub(super) mod finding;
pub(super) mod findings;
pub(super) mod machine;
pub(super) mod machines;
mod packages;
pub(super) mod remedy;
mod told;
pub(super) mod weakness;
pub(super) mod weaknesses;

use yagura_vocabulary::Time;

use crate::ends::DAY_US;

/// `2026-11-30` of a day that is counted from 1970.
pub(super) fn day_text(day: i64) -> String {
    let mut text = Time::from_micros(day.saturating_mul(DAY_US)).to_string();
    text.truncate(10);
    text
}

/// Which part of a list is shown: it is sorted anew at each question, so that a page begins behind so many rows.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Offset {
    pub offset: usize,
}
