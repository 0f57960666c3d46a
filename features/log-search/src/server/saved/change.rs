//! `PUT /api/v1/log-search/saved/{id}`.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{Saved, SavedChange, check, object, own};

/// Change a saved search
#[utoipa::path(put, path = "/api/v1/log-search/saved/{id}", tag = "log-search", request_body = SavedChange,
    params(("id" = String, Path)),
    responses((status = 200, body = Saved), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<SavedChange>,
) -> ApiResult<Json<Saved>> {
    check(&body)?;
    let mut change = Change::begin(&ctx, &caller, "saved_search.change").await?;
    let at = change.at().micros();
    let before = own(change.on(), &caller, &id).await?.view(change.on(), &caller).await?;
    sqlx::query(
        "UPDATE log_search_saved SET name = $1, q = $2, columns = $3, shared = $4, changed_at = $5, version = version + 1
         WHERE id = $6",
    )
    .bind(body.name.trim())
    .bind(&body.q)
    .bind(serde_json::json!(body.columns).to_string())
    .bind(i64::from(body.shared))
    .bind(at)
    .bind(&id)
    .execute(change.on())
    .await?;
    let after = own(change.on(), &caller, &id).await?.view(change.on(), &caller).await?;
    change.commit(Audit::changed(object(&id, &after.name), &before, &after)).await?;
    Ok(Json(after))
}
