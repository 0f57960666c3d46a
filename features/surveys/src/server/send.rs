//! `POST /api/v1/surveys/{id}/send`: now, or at a time.

use std::time::Duration;

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_notices::Sent;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, IfMatch, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    audience::{Chosen, Reach},
    read::{Survey, view},
    survey::{Row, find, refuse},
    tell::first,
};
use crate::model::faults;

/// A day.
pub(super) const DAY: Duration = Duration::from_secs(86_400);
/// Later than this nobody plans.
const FARTHEST: Duration = Duration::from_secs(366 * 86_400);

/// When.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SurveySend {
    /// Not before this; now when absent or gone by. Who is asked is found out then.
    at: Option<Time>,
}

/// Send a survey
#[utoipa::path(post, path = "/api/v1/surveys/{id}/send", tag = "surveys", request_body = SurveySend,
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    responses((status = 200, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn send(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    seen: IfMatch,
    Json(body): Json<SurveySend>,
) -> ApiResult<Json<Survey>> {
    let mut connection = ctx.db().read().acquire().await?;
    find(&mut connection, &caller, &id).await?;
    let chosen = Chosen::of(&mut connection, &id).await?;
    drop(connection);
    let reach = chosen.reach(&ctx, &caller.limit()).await?;
    let mut change = Change::begin(&ctx, &caller, "survey.send").await?;
    let before = find(change.on(), &caller, &id).await?;
    before.must_be(&["draft"], "the survey was sent already, or waits to be")?;
    seen.check(before.etag())?;
    refuse(faults(&before.questions()))?;
    // A group may have gone since it was chosen.
    chosen.check(change.on(), &caller).await?;
    if reach.recipients.is_empty() {
        let nobody = "nobody is asked: choose a group with endpoints, or people with a known account";
        return Err(ApiError::invalid("/groups", "empty", nobody));
    }
    let now = change.at();
    if body.at.is_some_and(|at| at > now + FARTHEST) {
        return Err(ApiError::invalid("/at", "out_of_range", "a survey waits at most a year"));
    }
    let mut sent = None;
    if let Some(at) = body.at.filter(|at| *at > now) {
        sqlx::query("UPDATE surveys_survey SET state = 'planned', starts_at = $1, version = version + 1 WHERE id = $2")
            .bind(at.micros())
            .bind(&id)
            .execute(change.on())
            .await?;
        change
            .commit(Audit::changed(before.object(), &json!({"state": "draft"}), &json!({"state": "planned", "at": at})))
            .await?;
    } else {
        let opened = open(&ctx, &mut change, &before, &reach).await?;
        change.commit(opened.0).await?;
        sent = opened.1;
    }
    if let Some(sent) = sent {
        sent.nudge(&ctx);
    }
    Ok(Json(view(&ctx, &caller, &id).await?))
}

/// Opens a survey within a change: who is asked is written down, and their endpoints are told.
pub(super) async fn open(
    ctx: &Context,
    change: &mut Change,
    before: &Row,
    reach: &Reach,
) -> Result<(Audit, Option<Sent>), ApiError> {
    let now = change.at();
    let ends = now + DAY * u32::try_from(before.days).unwrap_or(1);
    let opened = sqlx::query(
        "UPDATE surveys_survey SET state = 'open', opened_at = $1, ends_at = $2, reminded_at = $1, version = version + 1
         WHERE id = $3 AND version = $4",
    )
    .bind(now.micros())
    .bind(ends.micros())
    .bind(&before.id)
    .bind(before.version)
    .execute(change.on())
    .await?;
    if opened.rows_affected() == 0 {
        return Err(ApiError::conflict("somebody has changed this in the meantime; load it again"));
    }
    let (asked, endpoints, sent) = first(ctx, change, before, ends, reach).await?;
    let after = json!({"state": "open", "ends_at": ends, "asked": asked, "endpoints": endpoints});
    Ok((Audit::changed(before.object(), &json!({"state": before.state}), &after), sent))
}
