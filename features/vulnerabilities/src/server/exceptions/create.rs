//! `POST /api/v1/vulnerabilities/exceptions`: something is lived with from now on.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::{Id, Time};

use super::{Exception, ExceptionAbout, ExceptionScope, WeaknessException, find};
use crate::{ends::DAY_US, server::board::changed_rules};

/// At most so many days: whoever still lives with it then says so again.
const MOST_DAYS: i64 = 366;
/// Letters of a reason.
const LONGEST: usize = 1000;

/// What is to be lived with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionBody {
    weakness: String,
    /// Only what is called this.
    #[serde(default)]
    subject: Option<String>,
    scope: ExceptionScope,
    /// Why.
    reason: String,
    /// At most a year from now.
    until: Time,
}

/// Add an exception
#[utoipa::path(post, path = "/api/v1/vulnerabilities/exceptions", tag = "vulnerabilities", request_body = ExceptionBody,
    responses((status = 201, body = WeaknessException), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<ExceptionBody>,
) -> ApiResult<(StatusCode, Json<WeaknessException>)> {
    let reason = body.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > LONGEST {
        let message = format!("say why, in at most {LONGEST} letters");
        return Err(ApiError::invalid("/reason", "required", message));
    }
    let now = ctx.now().micros();
    if !(now + 1..=now + MOST_DAYS * DAY_US).contains(&body.until.micros()) {
        return Err(ApiError::invalid("/until", "out_of_range", "after now, and within a year"));
    }
    let about = ExceptionAbout { weakness: body.weakness, subject: body.subject, scope: body.scope };
    let placed = about.check(&ctx, &caller).await?;
    let touched = about.touches(&ctx, &caller, placed.scope).await?;
    let (id, weakness, subject) = (Id::<Exception>::new().to_string(), about.weakness.trim(), about.subject());
    let mut change = Change::begin(&ctx, &caller, "weakness_exception.create").await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO vulnerabilities_exception (id, weakness, subject, group_id, asset_id, reason, until_at, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&id)
    .bind(weakness)
    .bind(&subject)
    .bind(&placed.group)
    .bind(&placed.machine)
    .bind(&reason)
    .bind(body.until.micros())
    .bind(at)
    .bind(&caller.name)
    .execute(change.on())
    .await?;
    let after = json!({"weakness": weakness, "subject": subject, "scope": about.scope, "until": body.until,
        "findings": touched.findings, "machines": touched.machines});
    let audit = Audit::created(Object::new("weakness_exception", &id, weakness), &after).because(Some(reason));
    change.commit(audit).await?;
    changed_rules(&ctx).await?;
    let made = find(&ctx, &id).await?.ok_or_else(|| ApiError::not_found("exception"))?;
    Ok((
        StatusCode::CREATED,
        Json(WeaknessException { findings: touched.findings, machines: touched.machines, ..made }),
    ))
}
