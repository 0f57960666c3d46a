//! `DELETE /api/v1/vulnerabilities/appliances/{id}`: it is not there any more.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::rows;
use crate::server::board::ring;

/// Remove an appliance
#[utoipa::path(delete, path = "/api/v1/vulnerabilities/appliances/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let row = rows(&ctx, &caller, Some(&id)).await?.pop().ok_or_else(|| ApiError::not_found("appliance"))?;
    let mut change = Change::begin(&ctx, &caller, "appliance.remove").await?;
    sqlx::query("DELETE FROM vulnerabilities_appliance WHERE id = $1").bind(&id).execute(change.on()).await?;
    let before = json!({"product": row.product, "release": row.version});
    change.commit(Audit::removed(Object::new("appliance", &id, &row.name), &before)).await?;
    ring(&ctx);
    Ok(StatusCode::NO_CONTENT)
}
