//! Which assets somebody means, beyond the ledger's own filters: chosen ones, and spans of amounts and days. The bars of the overview lead
//! to the ledger by these.

use std::fmt::Write as _;

use serde::Deserialize;
use utoipa::IntoParams;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Id, Time};

use crate::server::ledger::Asset;

/// Most assets that can be named one by one.
const MOST_IDS: usize = 1000;

/// What else the assets are.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichQuery {
    /// Ids between commas: only these, at most 1000.
    pub ids: Option<String>,
    /// The inventory number or the serial number is exactly this, in large or small letters.
    pub number: Option<String>,
    /// The operating system, name and version, is exactly this; `unknown` where nobody told.
    pub os_exact: Option<String>,
    /// Only what the organisation still has: neither returned nor disposed.
    pub present: Option<bool>,
    /// Memory of at least so many bytes,
    pub memory_from: Option<i64>,
    /// and of less than so many.
    pub memory_below: Option<i64>,
    /// All disks together have at least so many bytes,
    pub disk_from: Option<i64>,
    /// and less than so many.
    pub disk_below: Option<i64>,
    /// The fullest volume is full to less than so many percent.
    pub fullest_below: Option<i64>,
    /// Bought, or in the ledger where nobody wrote that down, at this time or later,
    pub had_from: Option<Time>,
    /// and before this one.
    pub had_before: Option<Time>,
    /// The lease ends at this time or later,
    pub lease_from: Option<Time>,
    /// and before this one.
    pub lease_before: Option<Time>,
    /// The warranty ends at this time or later,
    pub warranty_from: Option<Time>,
    /// and before this one.
    pub warranty_before: Option<Time>,
}

impl WhichQuery {
    /// Those with these ids.
    pub(crate) fn of_ids(ids: &[Id<Asset>]) -> Self {
        Self { ids: Some(ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",")), ..Self::default() }
    }

    /// The same as conditions of SQL, each with `AND` before it. There is nothing in them but numbers and ids that were read as such, so no
    /// text of a caller gets into the SQL.
    pub(crate) fn conditions(&self) -> Result<String, ApiError> {
        let mut sql = String::new();
        if let Some(ids) = &self.ids {
            let ids = ids.split(',').filter(|id| !id.is_empty()).map(|id| {
                let id: Id<Asset> =
                    id.trim().parse().map_err(|_| ApiError::invalid("?ids", "malformed", "ids between commas"))?;
                Ok(format!("'{id}'"))
            });
            let ids: Vec<String> = ids.collect::<Result<_, ApiError>>()?;
            if ids.len() > MOST_IDS {
                return Err(ApiError::invalid("?ids", "too_many", format!("at most {MOST_IDS} ids")));
            }
            let list = if ids.is_empty() { "''".to_owned() } else { ids.join(", ") };
            let _ = write!(sql, " AND a.id IN ({list})");
        }
        if self.present == Some(true) {
            sql.push_str(" AND a.standing NOT IN ('returned', 'disposed')");
        }
        let micros = |time: Option<Time>| time.map(Time::micros);
        for (column, from, below) in [
            ("a.memory_bytes", self.memory_from, self.memory_below),
            ("a.disk_bytes", self.disk_from, self.disk_below),
            ("a.fullest", None, self.fullest_below),
            ("COALESCE(a.bought_at, a.first_at)", micros(self.had_from), micros(self.had_before)),
            ("a.lease_until", micros(self.lease_from), micros(self.lease_before)),
            ("a.warranty_until", micros(self.warranty_from), micros(self.warranty_before)),
        ] {
            sql.push_str(&span(column, from, below));
        }
        Ok(sql)
    }
}

/// A span of a column as conditions, each with `AND` before it.
pub(crate) fn span(column: &str, from: Option<i64>, below: Option<i64>) -> String {
    let mut sql = String::new();
    if let Some(from) = from {
        let _ = write!(sql, " AND {column} >= {from}");
    }
    if let Some(below) = below {
        let _ = write!(sql, " AND {column} < {below}");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_id_gets_into_no_sql() {
        let which = WhichQuery { ids: Some("x') OR ('1' = '1".to_owned()), ..WhichQuery::default() };
        assert!(which.conditions().is_err());
        let which = WhichQuery { ids: Some(String::new()), ..WhichQuery::default() };
        assert_eq!(which.conditions().unwrap(), " AND a.id IN ('')", "no ids are no assets, not all");
    }

    #[test]
    fn a_span_holds_its_beginning_and_not_its_end() {
        let which = WhichQuery { memory_from: Some(1), memory_below: Some(2), ..WhichQuery::default() };
        assert_eq!(which.conditions().unwrap(), " AND a.memory_bytes >= 1 AND a.memory_bytes < 2");
        assert_eq!(WhichQuery::default().conditions().unwrap(), "");
    }
}
