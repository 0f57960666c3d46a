//! `POST /api/v1/endpoints/{id}/approve` and `.../retire`: whether an endpoint belongs to us.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_channel::{
    server::Hub,
    wire::nudge::{Nudge, Topic},
};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::id::EndpointId;

use super::{find, read::detail, view::EndpointDetail};

/// Why.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct Why {
    reason: Option<String>,
}

/// Approve an endpoint that waits
#[utoipa::path(post, path = "/api/v1/endpoints/{id}/approve", tag = "endpoints", params(("id" = String, Path)),
    responses((status = 200, body = EndpointDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn approve(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<EndpointId>,
) -> ApiResult<Json<EndpointDetail>> {
    set(&ctx, &caller, id, "endpoint.approve", "pending", "active", None).await?;
    ctx.part::<Hub>().nudge(id, Nudge { topic: Topic::Hello, version: 1 });
    Ok(Json(detail(&ctx, &caller, id).await?))
}

/// Take an endpoint out of service
#[utoipa::path(post, path = "/api/v1/endpoints/{id}/retire", tag = "endpoints", params(("id" = String, Path)),
    request_body = Why, responses((status = 200, body = EndpointDetail), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn retire(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    Json(body): Json<Why>,
) -> ApiResult<Json<EndpointDetail>> {
    let row = find::row(&ctx, &caller, id).await?;
    set(&ctx, &caller, id, "endpoint.retire", &row.standing, "retired", body.reason).await?;
    Ok(Json(detail(&ctx, &caller, id).await?))
}

async fn set(
    ctx: &Context,
    caller: &Caller,
    id: EndpointId,
    action: &'static str,
    from: &str,
    to: &'static str,
    reason: Option<String>,
) -> Result<(), ApiError> {
    let row = find::row(ctx, caller, id).await?;
    let mut change = Change::begin(ctx, caller, action).await?;
    let done = sqlx::query(
        "UPDATE endpoints_endpoint SET standing = $1, version = version + 1
         WHERE id = $2 AND standing = $3 AND standing <> $1",
    )
    .bind(to)
    .bind(id.to_string())
    .bind(from)
    .execute(change.on())
    .await?;
    if done.rows_affected() == 0 {
        return Err(ApiError::conflict(format!("the endpoint is {} already or cannot become so", row.standing)));
    }
    let audit = Audit::changed(
        Object::new("endpoint", &id, &row.hostname),
        &json!({"standing": row.standing}),
        &json!({"standing": to}),
    );
    change.commit(audit.because(reason)).await
}
