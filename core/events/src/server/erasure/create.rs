//! `POST /api/v1/events/erasures`.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Role, error::Problem};
use yagura_vocabulary::{Id, id::PersonId};

use super::{
    job::{Erasure, find},
    preview::{name, subject},
};
use crate::server::{
    holds,
    removing::{Signals, seen},
};

/// The kind of ids of erasures.
enum ErasureKind {}

/// An order to erase.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewErasure {
    person: PersonId,
    /// Why: at most 500 characters.
    reason: String,
    /// The number of the preview.
    preview: String,
}

/// Erase a person's events
#[utoipa::path(post, path = "/api/v1/events/erasures", tag = "events", request_body = NewErasure,
    responses((status = 202, body = Erasure), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewErasure>,
) -> ApiResult<(StatusCode, Json<Erasure>)> {
    let reason = holds::reason(&body.reason)?;
    let person_name = name(&ctx, body.person).await?;
    let mut change = Change::begin(&ctx, &caller, "events.erasure.create").await?;
    let at = change.at();
    let preview = seen(change.on(), &caller, (&body.preview, &subject(body.person)), at).await?;
    let state = if administrators(change.on()).await? > 1 { "waiting" } else { "queued" };
    let id = Id::<ErasureKind>::new().to_string();
    sqlx::query(
        "INSERT INTO events_erasure (id, state, person_id, person_name, reason, preview, asked_by_id, asked_by, asked_at,
         done_rows, total_rows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)",
    )
    .bind(&id)
    .bind(state)
    .bind(body.person.to_string())
    .bind(&person_name)
    .bind(&reason)
    .bind(serde_json::to_string(&preview).map_err(|error| ApiError::unavailable(&error))?)
    .bind(caller.who.id())
    .bind(&caller.name)
    .bind(at.micros())
    .execute(change.on())
    .await?;
    let erasure = find(change.on(), &id).await?;
    change.commit(Audit::created(erasure.object(), &erasure).because(Some(reason))).await?;
    ctx.part::<Signals>().bell.notify_one();
    Ok((StatusCode::ACCEPTED, Json(erasure)))
}

/// How many people may order or approve an erasure.
async fn administrators(connection: &mut AnyConnection) -> Result<i64, ApiError> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM admins_admin WHERE role = $1 AND disabled = 0 AND limited = 0")
            .bind(Role::Administrator.as_str())
            .fetch_one(connection)
            .await?;
    Ok(count)
}
