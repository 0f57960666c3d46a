//! What osquery answers, as [`Assets`]: the rows of its tables, as its remote API sends them. Pure.
//!
//! Source: osquery's published description of its remote API ("Remote settings") and of its tables. It has no type but text; numbers
//! come as numbers where its `numerics` is on.

mod decode;
mod results;
mod schedule;

use std::collections::BTreeMap;

pub use self::{
    decode::decode,
    results::{Message, Results, message},
    schedule::{PREFIX, schedule},
};

/// Most rows of one table that are kept.
pub const MOST_ROWS: usize = 20_000;

/// A row: names and values of its columns.
pub type Row = BTreeMap<String, String>;
/// The rows of each table, by the name of its query.
pub type Tables = BTreeMap<String, Vec<Row>>;

/// Why a message cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OsqueryError {
    /// It is no JSON, or JSON that osquery does not write.
    #[error("the message cannot be read: {0}")]
    Json(String),
    /// More than any machine has.
    #[error("`{0}` has more than {MOST_ROWS} rows")]
    TooMany(String),
}

#[cfg(test)]
mod tests;
