//! `GET` and `PUT /api/v1/licences/watch`: which alarms about products and licences are raised.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, IfMatch, Json, Versioned, error::Problem, settings};

use super::LicenceWatch;

/// Show which alarms about licences are raised
#[utoipa::path(get, path = "/api/v1/licences/watch", tag = "licences",
    responses((status = 200, body = Versioned<LicenceWatch>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_watch(State(ctx): State<Context>) -> ApiResult<Json<Versioned<LicenceWatch>>> {
    settings::read(&ctx).await
}

/// Choose which alarms about licences are raised
#[utoipa::path(put, path = "/api/v1/licences/watch", tag = "licences",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = LicenceWatch, responses((status = 200, body = Versioned<LicenceWatch>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_watch(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<LicenceWatch>,
) -> ApiResult<Json<Versioned<LicenceWatch>>> {
    settings::change(&ctx, &caller, &seen, &wanted).await
}
