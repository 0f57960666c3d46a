//! Finding one endpoint that the caller may see.

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::id::EndpointId;

use super::view::{Row, SELECT};
use crate::visible;

/// The row of an endpoint that the caller may see.
pub(crate) async fn row(ctx: &Context, caller: &Caller, id: EndpointId) -> Result<Row, ApiError> {
    let sql = format!("{SELECT} WHERE e.id = $1 AND {}", visible("e.group_id", 2));
    let row = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string()).bind(caller.limit());
    row.fetch_optional(ctx.db().read()).await?.ok_or_else(|| ApiError::not_found("endpoint"))
}

/// The endpoint with this id or host name, with its host name, if the caller may see it. Of several with one name, the one
/// enrolled last that is not retired.
///
/// # Errors
/// `not_found`, or the database is away.
pub async fn id_by_name_or_id(
    ctx: &Context,
    caller: &Caller,
    name_or_id: &str,
) -> Result<(EndpointId, String), ApiError> {
    let sql = format!(
        "SELECT e.id AS id, e.hostname AS hostname FROM endpoints_endpoint e
         WHERE (e.id = $1 OR lower(e.hostname) = lower($1)) AND {}
         ORDER BY CASE e.standing WHEN 'retired' THEN 1 ELSE 0 END, e.enrolled_at DESC LIMIT 1",
        visible("e.group_id", 2)
    );
    let found: Option<(String, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(name_or_id)
        .bind(caller.limit())
        .fetch_optional(ctx.db().read())
        .await?;
    let (id, hostname) = found.ok_or_else(|| ApiError::not_found("endpoint"))?;
    Ok((id.parse().map_err(|error| ApiError::unavailable(&error))?, hostname))
}
