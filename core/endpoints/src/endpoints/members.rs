//! Which endpoints belong where, for reports that compare groups.

use sqlx::{AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Caller, Context};

use crate::visible;

/// An endpoint and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// The machine's name.
    pub hostname: String,
    /// `active`, `pending` or `retired`.
    pub standing: String,
    /// The ids of the groups from the root to its own, each followed by `/`.
    pub id_path: String,
}

/// Every endpoint that the caller may see.
///
/// # Errors
/// When the database is away.
pub async fn members(ctx: &Context, caller: &Caller) -> Result<Vec<Member>, ApiError> {
    let sql = format!(
        "SELECT e.id AS id, e.hostname AS hostname, e.standing AS standing, g.id_path AS id_path
         FROM endpoints_endpoint e JOIN endpoints_group g ON g.id = e.group_id WHERE {}",
        visible("e.group_id", 1)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?)
}
