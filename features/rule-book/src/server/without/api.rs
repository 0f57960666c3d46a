//! `/api/v1/rule-book/without-rules`: what is raised without a rule.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, IfMatch, Json, Versioned, error::Problem, settings};

use super::WithoutRules;

/// Show what is raised without a rule
#[utoipa::path(get, path = "/api/v1/rule-book/without-rules", tag = "rule-book",
    responses((status = 200, body = Versioned<WithoutRules>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_without_rules(State(ctx): State<Context>) -> ApiResult<Json<Versioned<WithoutRules>>> {
    settings::read(&ctx).await
}

/// Change what is raised without a rule
#[utoipa::path(put, path = "/api/v1/rule-book/without-rules", tag = "rule-book",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = WithoutRules, responses((status = 200, body = Versioned<WithoutRules>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_without_rules(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<WithoutRules>,
) -> ApiResult<Json<Versioned<WithoutRules>>> {
    settings::change(&ctx, &caller, &seen, &wanted).await
}
