//! The assets that somebody means, one after the other: for paper, files, and changes of many at once.

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Caller, Context};

use super::{
    list::{Filters, LedgerQuery, Order, filtered, hits},
    view::{FROM, Row, SELECT, seen_by},
    which::WhichQuery,
};

/// Their ids in the order that was asked for: read at once, so that none comes twice or is left out while rows move. `most` is how many
/// there may be.
pub(crate) async fn ids(
    ctx: &Context,
    caller: &Caller,
    query: &LedgerQuery,
    which: &WhichQuery,
    most: usize,
) -> Result<Vec<String>, ApiError> {
    let filters = Filters::read(ctx, caller, query, which).await?;
    let order = Order::read(query.sort.as_deref().unwrap_or("name"))?;
    let sql = format!(
        "SELECT hit.id FROM (SELECT a.id AS id, a.{} AS place {}) AS hit ORDER BY {} LIMIT {}",
        order.column,
        hits(&filters),
        order.by("hit"),
        most + 1
    );
    let rows: Vec<(String,)> =
        filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters).fetch_all(ctx.db().read()).await?;
    if rows.len() > most {
        let message = format!("more than {most} assets: narrow the list");
        return Err(ApiError::invalid("", "too_many", message));
    }
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The rows of some of these ids, in their order; what went away meanwhile is left out. At most a few hundred at a time.
pub(crate) async fn rows(ctx: &Context, caller: &Caller, ids: &[String]) -> Result<Vec<Row>, ApiError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..ids.len() + 2).map(|n| format!("${n}")).collect();
    let sql = format!("{SELECT} {FROM} WHERE {} AND a.id IN ({})", seen_by(1), places.join(", "));
    let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql)).bind(caller.limit());
    for id in ids {
        query = query.bind(id);
    }
    let mut found = query.fetch_all(ctx.db().read()).await?;
    let place = |row: &Row| ids.iter().position(|id| *id == row.id);
    found.sort_by_cached_key(place);
    Ok(found)
}
