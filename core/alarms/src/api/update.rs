//! `PATCH /api/v1/alarms/{id}`: take it on, say what came of it, or hand it back.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Path, error::Problem,
};
use yagura_vocabulary::Id;

use super::{AlarmState, AlarmView, read::find};
use crate::{
    Sources,
    raise::{Alarm, changed},
};

const LONGEST_COMMENT: usize = 2_000;

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AlarmChange {
    /// `handling` and `handled` make the caller the one who has it, `open` nobody.
    state: Option<AlarmState>,
    comment: Option<String>,
}

/// Deal with an alarm
#[utoipa::path(patch, path = "/api/v1/alarms/{id}", tag = "alarms", 
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = AlarmChange, responses((status = 200, body = AlarmView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<Id<Alarm>>,
    Json(body): Json<AlarmChange>,
) -> ApiResult<Json<AlarmView>> {
    if body.comment.as_ref().is_some_and(|comment| comment.chars().count() > LONGEST_COMMENT) {
        let message = format!("a comment has at most {LONGEST_COMMENT} characters");
        return Err(ApiError::invalid("/comment", "too_long", message));
    }
    let mut change = Change::begin(&ctx, &caller, "alarm.update").await?;
    let before = find(change.on(), &caller, id).await?;
    seen.check(Etag(before.version))?;
    if let Some(comment) = &body.comment {
        sqlx::query("UPDATE alarms_alarm SET comment = $1 WHERE id = $2")
            .bind(comment)
            .bind(id.to_string())
            .execute(change.on())
            .await?;
    }
    if let Some(state) = body.state {
        let taken = state != AlarmState::Open;
        let handled = state == AlarmState::Handled;
        let now = change.at().micros();
        // What lasts ends with its cause; what happened is over when somebody has dealt with it.
        let lasts = ctx.part::<Sources>().0.iter().any(|source| source.kinds().iter().any(|k| k.word == before.kind));
        sqlx::query(
            "UPDATE alarms_alarm SET state = $1, handler = $2, handler_id = $3, handled_at = $4,
             ended_at = COALESCE(ended_at, $5) WHERE id = $6",
        )
        .bind(state.as_str())
        .bind(taken.then_some(&caller.name))
        .bind(taken.then(|| caller.who.id()))
        .bind(handled.then_some(now))
        .bind((handled && !lasts).then_some(now))
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    }
    sqlx::query("UPDATE alarms_alarm SET version = version + 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    changed(change.on()).await?;
    let after = AlarmView::from(find(change.on(), &caller, id).await?);
    let object = before.object();
    change.commit(Audit::changed(object, &AlarmView::from(before), &after)).await?;
    Ok(Json(after))
}
