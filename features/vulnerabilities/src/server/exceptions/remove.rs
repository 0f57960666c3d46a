//! `DELETE /api/v1/vulnerabilities/exceptions/{id}`: it is lived with no longer.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{ExceptionScope, Touched, rows};
use crate::server::board::changed_rules;

/// Remove an exception
#[utoipa::path(delete, path = "/api/v1/vulnerabilities/exceptions/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let row = rows(&ctx, &caller).await?.into_iter().find(|row| row.id == id);
    let before = row.ok_or_else(|| ApiError::not_found("exception"))?.view(ctx.now(), Touched::default());
    if caller.limited && before.scope == ExceptionScope::All {
        return Err(ApiError::forbidden("an exception for all machines is the whole organisation's"));
    }
    let mut change = Change::begin(&ctx, &caller, "weakness_exception.remove").await?;
    sqlx::query("DELETE FROM vulnerabilities_exception WHERE id = $1").bind(&id).execute(change.on()).await?;
    change.commit(Audit::removed(Object::new("weakness_exception", &id, &before.weakness), &before)).await?;
    changed_rules(&ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}
