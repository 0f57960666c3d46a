//! `/api/v1/events/case`: why somebody reads other people's logs. Said once for a case, kept until it ends, and written down
//! with each view.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Time;

/// How long a case is open, at most.
const LONGEST_H: u32 = 24;
/// The longest purpose, in characters.
const LONGEST_PURPOSE: usize = 500;

/// A case that is open.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Case {
    id: String,
    /// Why logs are read.
    pub(super) purpose: String,
    opened_at: Time,
    expires_at: Time,
}

/// The caller's case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnCase {
    /// None is open where this is null.
    case: Option<Case>,
}

/// A new case.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewCase {
    /// Why logs are read: at most 500 characters.
    purpose: String,
    /// For how many hours: at most 24.
    #[serde(default = "a_day_s_work")]
    #[schema(minimum = 1, maximum = 24)]
    hours: u32,
}

const fn a_day_s_work() -> u32 {
    8
}

/// Show one's open case
#[utoipa::path(get, path = "/api/v1/events/case", tag = "events",
    responses((status = 200, body = OwnCase), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn read(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<OwnCase>> {
    Ok(Json(OwnCase { case: open(&ctx, &caller).await? }))
}

/// Open a case
#[utoipa::path(post, path = "/api/v1/events/case", tag = "events", request_body = NewCase,
    responses((status = 201, body = OwnCase), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewCase>,
) -> ApiResult<(StatusCode, Json<OwnCase>)> {
    let purpose = body.purpose.trim().to_owned();
    if purpose.is_empty() {
        return Err(ApiError::invalid("/purpose", "required", "say why the log is read"));
    }
    if purpose.chars().count() > LONGEST_PURPOSE {
        return Err(ApiError::invalid("/purpose", "too_long", "the purpose has more than 500 characters"));
    }
    if !(1..=LONGEST_H).contains(&body.hours) {
        return Err(ApiError::invalid("/hours", "out_of_range", "a case is open for 1 to 24 hours"));
    }
    let mut change = Change::begin(&ctx, &caller, "case.open").await?;
    let opened_at = change.at();
    let expires_at = opened_at + Duration::from_secs(u64::from(body.hours) * 3600);
    let case = Case { id: Uuid::now_v7().to_string(), purpose, opened_at, expires_at };
    close_all(&mut change, &caller).await?;
    sqlx::query("INSERT INTO events_case (id, reader, purpose, opened_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&case.id)
        .bind(caller.who.id())
        .bind(&case.purpose)
        .bind(opened_at.micros())
        .bind(expires_at.micros())
        .execute(change.on())
        .await?;
    let audit = Audit::created(Object::new("case", &case.id, &case.purpose), &case).because(Some(case.purpose.clone()));
    change.commit(audit).await?;
    Ok((StatusCode::CREATED, Json(OwnCase { case: Some(case) })))
}

/// Close one's open case
#[utoipa::path(delete, path = "/api/v1/events/case", tag = "events",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn close(State(ctx): State<Context>, caller: Caller) -> ApiResult<StatusCode> {
    if let Some(case) = open(&ctx, &caller).await? {
        let mut change = Change::begin(&ctx, &caller, "case.close").await?;
        close_all(&mut change, &caller).await?;
        change.commit(Audit::removed(Object::new("case", &case.id, &case.purpose), &case)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn close_all(change: &mut Change, caller: &Caller) -> Result<(), ApiError> {
    let at = change.at().micros();
    sqlx::query("UPDATE events_case SET closed_at = $1 WHERE reader = $2 AND closed_at IS NULL AND expires_at > $1")
        .bind(at)
        .bind(caller.who.id())
        .execute(change.on())
        .await?;
    Ok(())
}

/// The case that the caller has open now.
pub(super) async fn open(ctx: &Context, caller: &Caller) -> Result<Option<Case>, ApiError> {
    let row: Option<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, purpose, opened_at, expires_at FROM events_case
         WHERE reader = $1 AND closed_at IS NULL AND expires_at > $2 ORDER BY opened_at DESC LIMIT 1",
    )
    .bind(caller.who.id())
    .bind(ctx.now().micros())
    .fetch_optional(ctx.db().read())
    .await?;
    Ok(row.map(|(id, purpose, opened_at, expires_at)| Case {
        id,
        purpose,
        opened_at: Time::from_micros(opened_at),
        expires_at: Time::from_micros(expires_at),
    }))
}

/// Why the caller reads the log, if they have said so.
///
/// # Errors
/// When the database is away.
pub async fn purpose_of(ctx: &Context, caller: &Caller) -> Result<Option<String>, ApiError> {
    Ok(open(ctx, caller).await?.map(|case| case.purpose))
}
