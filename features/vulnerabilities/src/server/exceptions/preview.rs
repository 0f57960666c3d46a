//! `POST /api/v1/vulnerabilities/exceptions/preview`: how much an exception would be about.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};

use super::{ExceptionAbout, Touched};

/// Show how much an exception would be about
#[utoipa::path(post, path = "/api/v1/vulnerabilities/exceptions/preview", tag = "vulnerabilities", request_body = ExceptionAbout,
    responses((status = 200, body = Touched), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<ExceptionAbout>,
) -> ApiResult<Json<Touched>> {
    let placed = body.check(&ctx, &caller).await?;
    Ok(Json(body.touches(&ctx, &caller, placed.scope).await?))
}
