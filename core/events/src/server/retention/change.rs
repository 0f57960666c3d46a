//! `PUT /api/v1/events/retention`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, error::Problem};
use yagura_vocabulary::Time;

use super::{
    check, object,
    preview::subject,
    read::{Retention, view},
    versions,
};
use crate::{
    retention::{Policy, Rule},
    server::removing::{Preview, seen},
};

/// Other rules.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RetentionChange {
    rules: Vec<Rule>,
    /// The number of the preview of exactly these rules.
    preview: String,
}

/// What stands in the audit log.
#[derive(Serialize)]
struct Decided<'a> {
    rules: &'a [Rule],
    takes_effect_at: Time,
    preview: Preview,
}

/// Change for how long events are kept
#[utoipa::path(put, path = "/api/v1/events/retention", tag = "events", params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")), request_body = RetentionChange,
    responses((status = 200, body = Retention), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    if_match: IfMatch,
    Json(body): Json<RetentionChange>,
) -> ApiResult<Json<Retention>> {
    let policy = Policy { rules: body.rules };
    check(&policy)?;
    let subject = subject(&policy)?;
    let mut change = Change::begin(&ctx, &caller, "events.retention.update").await?;
    let at = change.at();
    if_match.check(Etag(versions::last(change.on()).await?))?;
    known_groups(&mut change, &policy).await?;
    let preview = seen(change.on(), &caller, (&body.preview, &subject), at).await?;
    let before = versions::in_force(change.on(), at).await?;
    let takes_effect_at = versions::takes_effect_at(change.on(), &policy, at).await?;
    versions::add(change.on(), &policy, (&caller.name, at, takes_effect_at)).await?;
    let after = Decided { rules: &policy.rules, takes_effect_at, preview };
    change.commit(Audit::changed(object(), &before, &after)).await?;
    Ok(Json(view(&ctx).await?))
}

async fn known_groups(change: &mut Change, policy: &Policy) -> Result<(), ApiError> {
    for (n, group) in policy.rules.iter().enumerate().filter_map(|(n, rule)| Some((n, rule.group?))) {
        let found: Option<(String,)> = sqlx::query_as("SELECT id FROM endpoints_group WHERE id = $1")
            .bind(group.to_string())
            .fetch_optional(change.on())
            .await?;
        if found.is_none() {
            return Err(ApiError::invalid(&format!("/rules/{n}/group"), "unknown", "there is no such group"));
        }
    }
    Ok(())
}
