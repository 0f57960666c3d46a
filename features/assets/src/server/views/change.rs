//! `PUT /api/v1/assets/views/{id}`.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{AssetView, AssetViewChange, object, own, untaken};

/// Change a view of the ledger
#[utoipa::path(put, path = "/api/v1/assets/views/{id}", tag = "assets", request_body = AssetViewChange,
    params(("id" = String, Path)),
    responses((status = 200, body = AssetView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<AssetViewChange>,
) -> ApiResult<Json<AssetView>> {
    body.check()?;
    let mut change = Change::begin(&ctx, &caller, "assets_view.update").await?;
    let before = own(change.on(), &caller, &id).await?;
    untaken(change.on(), &caller, &id, &body.name).await?;
    let at = change.at().micros();
    sqlx::query(
        "UPDATE assets_view SET name = $1, question = $2, columns = $3, shared = $4, changed_at = $5 WHERE id = $6",
    )
    .bind(body.name.trim())
    .bind(&body.question)
    .bind(serde_json::json!(body.columns).to_string())
    .bind(i64::from(body.shared))
    .bind(at)
    .bind(&id)
    .execute(change.on())
    .await?;
    let after = own(change.on(), &caller, &id).await?;
    change.commit(Audit::changed(object(&id, &after.name), &before, &after)).await?;
    Ok(Json(after))
}
