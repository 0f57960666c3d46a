//! `DELETE /api/v1/assets/views/{id}`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Path, error::Problem};

use super::{object, own};

/// Remove a view of the ledger
#[utoipa::path(delete, path = "/api/v1/assets/views/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&ctx, &caller, "assets_view.remove").await?;
    let before = own(change.on(), &caller, &id).await?;
    sqlx::query("DELETE FROM assets_view WHERE id = $1").bind(&id).execute(change.on()).await?;
    change.commit(Audit::removed(object(&id, &before.name), &before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
