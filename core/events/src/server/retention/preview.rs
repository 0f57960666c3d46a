//! `POST /api/v1/events/retention/preview`: what the next nights would take by other rules.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, error::Problem};
use yagura_vocabulary::Time;

use super::{check, object, versions};
use crate::{
    Removal, RemovalKind,
    retention::{Policy, due},
    server::{
        holds,
        removing::{self, PreviewView, places},
    },
};

/// Show what other rules would take away
#[utoipa::path(post, path = "/api/v1/events/retention/preview", tag = "events", request_body = Policy,
    responses((status = 200, body = PreviewView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(policy): Json<Policy>,
) -> ApiResult<Json<PreviewView>> {
    check(&policy)?;
    let mut connection = ctx.db().read().acquire().await?;
    let takes_effect_at = versions::takes_effect_at(&mut connection, &policy, ctx.now()).await?;
    drop(connection);
    let removal = removal(&ctx, &policy, takes_effect_at, "a preview").await?;
    let subject = subject(&policy)?;
    Ok(Json(removing::preview(&ctx, &caller, (&subject, object()), &removal, takes_effect_at).await?))
}

/// The policy, byte for byte.
pub(super) fn subject(policy: &Policy) -> Result<String, ApiError> {
    serde_json::to_string(policy).map_err(|error| ApiError::unavailable(&error))
}

/// What the policy takes at a time.
pub(super) async fn removal(ctx: &Context, policy: &Policy, at: Time, reason: &str) -> Result<Removal, ApiError> {
    let places = places(ctx).await?;
    // Kinds that nobody knows any more: then nothing goes, and the failed run says why.
    let remove = due(policy, &places, at).map_err(|fault| ApiError::unavailable(&fault))?;
    Ok(Removal {
        kind: RemovalKind::Retain,
        remove,
        hold: holds::in_force(ctx).await?,
        actor: "retention".to_owned(),
        reason: reason.to_owned(),
    })
}
