//! `/api/v1/events/case`: why somebody reads other people's logs. Said once for a case, kept until it ends, and written down
//! with each view.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, auth::Credential, error::Problem,
};
use yagura_vocabulary::Time;

/// How long a case is open, at most, unless the organisation has decided on less.
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
    /// Whether other people's rows are shown only with a case.
    required: bool,
    /// For how many hours a case may be opened.
    longest_h: u32,
}

/// A new case.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewCase {
    /// Why logs are read: at most 500 characters.
    purpose: String,
    /// For how many hours: at most 24, or as many as the organisation has decided. Eight, or as many, if left out.
    #[schema(minimum = 1, maximum = 24)]
    hours: Option<u32>,
}

/// So many hours are meant where none are said.
const A_DAY_S_WORK_H: u32 = 8;

/// Show one's open case
#[utoipa::path(get, path = "/api/v1/events/case", tag = "events",
    responses((status = 200, body = OwnCase), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn read(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<OwnCase>> {
    let Rule { required, longest_h } = rule(&ctx).await?;
    Ok(Json(OwnCase { case: open(&ctx, &caller).await?, required, longest_h }))
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
    let Rule { required, longest_h } = rule(&ctx).await?;
    let hours = body.hours.unwrap_or(A_DAY_S_WORK_H.min(longest_h));
    if !(1..=longest_h).contains(&hours) {
        let message = format!("a case is open for 1 to {longest_h} hours");
        return Err(ApiError::invalid("/hours", "out_of_range", message));
    }
    let mut change = Change::begin(&ctx, &caller, "case.open").await?;
    let opened_at = change.at();
    let expires_at = opened_at + Duration::from_secs(u64::from(hours) * 3600);
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
    Ok((StatusCode::CREATED, Json(OwnCase { case: Some(case), required, longest_h })))
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

/// Why somebody reads the log.
#[derive(Debug, Clone)]
pub struct Reason {
    /// In their words.
    pub purpose: String,
    /// The case; none where a token says why.
    pub case: Option<String>,
}

/// Why the caller reads the log, if they have said so: by a case, or by what their token was made for.
///
/// # Errors
/// `purpose_required` where nobody has said it and the organisation wants it said; or the database is away.
pub async fn reason(ctx: &Context, caller: &Caller) -> Result<Option<Reason>, ApiError> {
    if let Some(case) = open(ctx, caller).await? {
        return Ok(Some(Reason { purpose: case.purpose, case: Some(case.id) }));
    }
    if let Credential::Token(id) = caller.credential {
        let made_for: Option<(Option<String>,)> = sqlx::query_as("SELECT purpose FROM admins_token WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(ctx.db().read())
            .await?;
        if let Some((Some(purpose),)) = made_for {
            return Ok(Some(Reason { purpose, case: None }));
        }
    }
    // What was ordered was ordered for a purpose, if one was wanted then.
    if caller.credential != Credential::Order && rule(ctx).await?.required {
        return Err(ApiError::purpose_required());
    }
    Ok(None)
}

/// The same for what takes rows out of the log: in a browser a purpose is always wanted.
///
/// # Errors
/// `purpose_required` where nobody has said it; or the database is away.
pub async fn reason_to_take(ctx: &Context, caller: &Caller) -> Result<Option<Reason>, ApiError> {
    match reason(ctx, caller).await? {
        None if matches!(caller.credential, Credential::Session(_)) => Err(ApiError::purpose_required()),
        reason => Ok(reason),
    }
}

/// What the organisation has decided.
struct Rule {
    required: bool,
    longest_h: u32,
}

async fn rule(ctx: &Context) -> Result<Rule, ApiError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, value FROM organisation_setting WHERE name IN ('log_purpose_required', 'log_case_hours')",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let value = |name: &str| rows.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let longest_h = value("log_case_hours").and_then(|hours| hours.parse().ok()).unwrap_or(LONGEST_H);
    Ok(Rule { required: value("log_purpose_required") == Some("1"), longest_h })
}
