//! Messages as they come: results of queries, whole (`snapshot`) or what changed (`added`, `removed`).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use super::{MOST_ROWS, OsqueryError, PREFIX, Row, Tables};

/// A message, with what all of them may have.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Of `enroll`: the credential's secret.
    pub enroll_secret: String,
    /// Of `enroll`: what the machine calls itself.
    pub host_identifier: String,
    /// Of `enroll`: a few tables with one row each.
    pub host_details: BTreeMap<String, Value>,
    /// Of all others: what `enroll` was answered.
    pub node_key: String,
    /// Of `log`: `result` or `status`.
    pub log_type: String,
    /// Of `log`: what there is to tell, not looked at before it is known who tells it.
    pub data: Option<Box<RawValue>>,
}

/// Reads a message.
///
/// # Errors
/// [`OsqueryError::Json`].
pub fn message(body: &[u8]) -> Result<Message, OsqueryError> {
    serde_json::from_slice(body).map_err(|error| OsqueryError::Json(error.to_string()))
}

impl Message {
    /// What the machine said of itself when it enrolled, as tables.
    #[must_use]
    pub fn details(&self) -> Tables {
        let row = |value: &Value| serde_json::from_value::<Cells>(value.clone()).ok().map(|cells| vec![cells.0]);
        self.host_details.iter().filter_map(|(name, value)| Some((name.clone(), row(value)?))).collect()
    }
}

/// The results of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Results(Vec<(String, Change)>);

#[derive(Debug, PartialEq, Eq)]
enum Change {
    All(Vec<Row>),
    Some { added: Vec<Row>, removed: Vec<Row> },
}

/// The row of a table.
#[derive(Debug, Default)]
struct Cells(Row);

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let cells = BTreeMap::<String, Value>::deserialize(deserializer)?;
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Ok(Self(cells.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    name: String,
    action: String,
    snapshot: Option<Vec<Cells>>,
    columns: Option<Cells>,
    #[serde(rename = "diffResults")]
    diff: Option<Diff>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Diff {
    added: Rows,
    removed: Rows,
}

/// Rows; osquery writes an empty text where there are none.
#[derive(Debug, Default)]
struct Rows(Vec<Row>);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let cells: Vec<Cells> = if value.is_array() {
            serde_json::from_value(value).map_err(serde::de::Error::custom)?
        } else {
            Vec::new()
        };
        Ok(Self(cells.into_iter().map(|cells| cells.0).collect()))
    }
}

impl Results {
    /// The results of our own queries in a message; others are left alone.
    ///
    /// # Errors
    /// [`OsqueryError`].
    pub fn of(message: Message) -> Result<Self, OsqueryError> {
        let mut found = Vec::new();
        let Some(data) = message.data else { return Ok(Self::default()) };
        let entries: Vec<Entry> =
            serde_json::from_str(data.get()).map_err(|error| OsqueryError::Json(error.to_string()))?;
        for entry in entries {
            let Some(table) = entry.name.strip_prefix(PREFIX) else { continue };
            let change = match (entry.snapshot, entry.diff, entry.columns) {
                (Some(rows), ..) => Change::All(rows.into_iter().map(|cells| cells.0).collect()),
                (_, Some(diff), _) => Change::Some { added: diff.added.0, removed: diff.removed.0 },
                (_, _, Some(row)) if entry.action == "removed" => {
                    Change::Some { added: Vec::new(), removed: vec![row.0] }
                }
                (_, _, Some(row)) => Change::Some { added: vec![row.0], removed: Vec::new() },
                (None, None, None) => continue,
            };
            found.push((table.to_owned(), change));
        }
        Ok(Self(found))
    }

    /// The tables that are in it.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(table, _)| table.as_str())
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lays the results over what is known.
    ///
    /// # Errors
    /// [`OsqueryError::TooMany`]; then what was known is in no state to be used.
    pub fn apply(self, known: &mut Tables) -> Result<(), OsqueryError> {
        for (table, change) in self.0 {
            let rows = known.entry(table.clone()).or_default();
            match change {
                Change::All(all) => *rows = all,
                Change::Some { added, removed } => {
                    rows.retain(|row| !removed.contains(row));
                    for row in added {
                        if !rows.contains(&row) {
                            rows.push(row);
                        }
                    }
                }
            }
            if rows.len() > MOST_ROWS {
                return Err(OsqueryError::TooMany(table));
            }
        }
        Ok(())
    }
}
