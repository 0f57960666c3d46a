//! `/api/v1/rule-book/without-rules`: what is raised without a rule.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, error::Problem};

use super::settings::{self, WithoutRules};

/// What is raised without a rule, and its version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithoutRulesView {
    value: WithoutRules,
    etag: String,
}

fn view((value, etag): (WithoutRules, Etag)) -> WithoutRulesView {
    WithoutRulesView { value, etag: etag.to_string() }
}

/// Show what is raised without a rule
#[utoipa::path(get, path = "/api/v1/rule-book/without-rules", tag = "rule-book",
    responses((status = 200, body = WithoutRulesView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_without_rules(State(ctx): State<Context>) -> ApiResult<Json<WithoutRulesView>> {
    let mut connection = ctx.db().read().acquire().await?;
    Ok(Json(view(settings::load(&mut connection).await?)))
}

/// Change what is raised without a rule
#[utoipa::path(put, path = "/api/v1/rule-book/without-rules", tag = "rule-book",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = WithoutRules, responses((status = 200, body = WithoutRulesView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_without_rules(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(body): Json<WithoutRules>,
) -> ApiResult<Json<WithoutRulesView>> {
    body.check()?;
    let mut change = Change::begin(&ctx, &caller, "without_rules.update").await?;
    let (before, etag) = settings::load(change.on()).await?;
    seen.check(etag)?;
    settings::store(change.on(), &body).await?;
    let after = settings::load(change.on()).await?;
    change.commit(Audit::changed(Object::new("without_rules", &"all", ""), &before, &body)).await?;
    Ok(Json(view(after)))
}
