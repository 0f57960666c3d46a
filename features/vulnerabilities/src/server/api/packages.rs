//! The package systems of packages.

use std::collections::{HashMap, HashSet};

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context};

/// Packages of one question.
const AT_ONCE: usize = 500;

/// The package system of each of these.
pub(super) async fn sources(ctx: &Context, packages: &HashSet<i64>) -> Result<HashMap<i64, String>, ApiError> {
    let numbers: Vec<String> = packages.iter().map(i64::to_string).collect();
    let mut found = HashMap::with_capacity(numbers.len());
    for some in numbers.chunks(AT_ONCE) {
        let sql = format!("SELECT number, source FROM assets_package WHERE number IN ({})", some.join(", "));
        let rows: Vec<(i64, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        found.extend(rows);
    }
    Ok(found)
}
