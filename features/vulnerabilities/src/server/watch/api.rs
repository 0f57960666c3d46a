//! `GET` and `PUT /api/v1/vulnerabilities/settings`: how fast it is to be mended, and which alarms are raised.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, IfMatch, Json, Versioned, error::Problem, settings};

use super::WeaknessSettings;
use crate::server::board::changed_rules;

/// Show how fast findings are to be mended
#[utoipa::path(get, path = "/api/v1/vulnerabilities/settings", tag = "vulnerabilities",
    responses((status = 200, body = Versioned<WeaknessSettings>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_settings(State(ctx): State<Context>) -> ApiResult<Json<Versioned<WeaknessSettings>>> {
    settings::read(&ctx).await
}

/// Say how fast findings are to be mended
#[utoipa::path(put, path = "/api/v1/vulnerabilities/settings", tag = "vulnerabilities",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = WeaknessSettings, responses((status = 200, body = Versioned<WeaknessSettings>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_settings(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<WeaknessSettings>,
) -> ApiResult<Json<Versioned<WeaknessSettings>>> {
    let now = settings::change(&ctx, &caller, &seen, &wanted).await?;
    changed_rules(&ctx).await?;
    Ok(now)
}
