//! `POST /api/v1/log-search/saved`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, error::Problem};
use yagura_vocabulary::Id;

use super::{Saved, SavedChange, check, object, own};

/// Save a search
#[utoipa::path(post, path = "/api/v1/log-search/saved", tag = "log-search", request_body = SavedChange,
    responses((status = 201, body = Saved), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<SavedChange>,
) -> ApiResult<(StatusCode, Json<Saved>)> {
    check(&body)?;
    let id = Id::<Saved>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "saved_search.create").await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO log_search_saved (id, owner, owner_name, name, q, columns, shared, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
    )
    .bind(&id)
    .bind(caller.who.id())
    .bind(&caller.name)
    .bind(body.name.trim())
    .bind(&body.q)
    .bind(serde_json::json!(body.columns).to_string())
    .bind(i64::from(body.shared))
    .bind(at)
    .execute(change.on())
    .await?;
    let saved = own(change.on(), &caller, &id).await?.view(change.on(), &caller).await?;
    change.commit(Audit::created(object(&id, &saved.name), &body)).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}
