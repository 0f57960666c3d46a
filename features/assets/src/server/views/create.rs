//! `POST /api/v1/assets/views`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem};
use yagura_vocabulary::Id;

use super::{AssetView, AssetViewChange, MOST, object, own, untaken};

/// Keep a view of the ledger
#[utoipa::path(post, path = "/api/v1/assets/views", tag = "assets", request_body = AssetViewChange,
    responses((status = 201, body = AssetView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<AssetViewChange>,
) -> ApiResult<(StatusCode, Json<AssetView>)> {
    body.check()?;
    let id = Id::<AssetView>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "assets_view.create").await?;
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_view WHERE owner = $1")
        .bind(caller.who.id())
        .fetch_one(change.on())
        .await?;
    if count >= MOST {
        return Err(ApiError::conflict("you have 100 views: remove one first"));
    }
    untaken(change.on(), &caller, &id, &body.name).await?;
    sqlx::query(
        "INSERT INTO assets_view (id, owner, owner_name, name, question, columns, shared, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(caller.who.id())
    .bind(&caller.name)
    .bind(body.name.trim())
    .bind(&body.question)
    .bind(serde_json::json!(body.columns).to_string())
    .bind(i64::from(body.shared))
    .bind(change.at().micros())
    .execute(change.on())
    .await?;
    let view = own(change.on(), &caller, &id).await?;
    change.commit(Audit::created(object(&id, &view.name), &body)).await?;
    Ok((StatusCode::CREATED, Json(view)))
}
