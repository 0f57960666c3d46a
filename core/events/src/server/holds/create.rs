//! `POST /api/v1/events/holds`.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem};
use yagura_vocabulary::Id;

use super::{Hold, HoldKind, name_of, object, reason, said, scope::Scope};
use crate::{
    Removal, RemovalKind,
    server::{
        removing::{Signals, steps_over},
        store,
    },
};

/// A new legal hold.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewHold {
    name: String,
    /// Why: at most 500 characters.
    reason: String,
    scope: Scope,
}

/// A hold, and what it finds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Held {
    hold: Hold,
    /// Events that it holds now. Nothing of them is taken away after this answer.
    events: u64,
}

/// Hold events
#[utoipa::path(post, path = "/api/v1/events/holds", tag = "events", request_body = NewHold,
    responses((status = 201, body = Held), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewHold>,
) -> ApiResult<(StatusCode, Json<Held>)> {
    let mut scope = Scope { were_in_group: Vec::new(), ..body.scope };
    if scope.is_all() {
        return Err(ApiError::invalid("/scope", "required", "say what is held: nothing would ever be taken away"));
    }
    if scope.since.zip(scope.until).is_some_and(|(since, until)| since >= until) {
        return Err(ApiError::invalid("/scope/until", "out_of_range", "the end lies before the beginning"));
    }
    let (name, reason) = (said("/name", &body.name, 200)?, reason(&body.reason)?);
    scope.were_in_group = scope.in_group(&ctx).await?;
    // A question that cannot be asked is refused before anything is written.
    let query = scope.query(&ctx, ctx.now()).await?;
    let mut change = Change::begin(&ctx, &caller, "events.hold.create").await?;
    let id = Id::<HoldKind>::new().to_string();
    let text = serde_json::to_string(&scope).map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(
        "INSERT INTO events_hold (id, name, reason, scope, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(&name)
    .bind(&reason)
    .bind(text)
    .bind(change.at().micros())
    .bind(&caller.name)
    .execute(change.on())
    .await?;
    let (created_at, created_by) = (change.at(), caller.name.clone());
    let (ended_at, ended_by, end_reason) = (None, None, None);
    let person_name = name_of(change.on(), &scope).await?;
    let hold = Hold { id, name, reason, scope, person_name, created_at, created_by, ended_at, ended_by, end_reason };
    change.commit(Audit::created(object(&hold), &hold).because(Some(hold.reason.clone()))).await?;
    // A removal under way begins anew with this hold: at once where it runs here, before its next step where it runs in
    // another server. What is held is counted when no step is under way any more that has not seen it.
    ctx.part::<Signals>().holds.send_modify(|changes| *changes += 1);
    steps_over(&ctx).await?;
    let (actor, reason) = (caller.name, "a hold".to_owned());
    let all = Removal { kind: RemovalKind::Retain, remove: vec![query], hold: Vec::new(), actor, reason };
    let events = store(&ctx).preview_removal(&all).await?.rows;
    Ok((StatusCode::CREATED, Json(Held { hold, events })))
}
