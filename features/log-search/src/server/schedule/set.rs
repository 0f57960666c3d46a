//! `PUT /api/v1/log-search/saved/{id}/schedule`.

use axum::extract::State;
use jiff::Timestamp;
use yagura_events::server::{clock, reason_to_take};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{MOST_RECIPIENTS, Schedule, ScheduleView, drop_of, of};
use crate::{
    server::saved::{object, own},
    times::Times,
};

/// Run a saved search at set times
#[utoipa::path(put, path = "/api/v1/log-search/saved/{id}/schedule", tag = "log-search", request_body = Schedule,
    params(("id" = String, Path)),
    responses((status = 200, body = ScheduleView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<Schedule>,
) -> ApiResult<Json<ScheduleView>> {
    let minute = Times::minute(&body.at)
        .ok_or_else(|| ApiError::invalid("/at", "bad_time", "give the time of the day as 08:30"))?;
    let recipients = recipients(&body.recipients)?;
    // It runs in the name of an account of the console, also after the token or session that ordered it has ended.
    caller.admin()?;
    let purpose = reason_to_take(&ctx, &caller).await?.map(|reason| reason.purpose);
    let mut days = body.days.clone();
    days.sort_unstable();
    days.dedup();
    let zone = clock(&ctx).await?.zone;
    let mut change = Change::begin(&ctx, &caller, "saved_search.schedule").await?;
    let now = Timestamp::from_microsecond(change.at().micros()).unwrap_or(Timestamp::MAX);
    let times = Times { days, minute };
    let next = times.next(now, &zone).as_microsecond();
    let saved = own(change.on(), &caller, &id).await?;
    let before = of(change.on(), &id).await?;
    drop_of(change.on(), &id).await?;
    sqlx::query(
        "INSERT INTO log_search_schedule (saved_id, days, minute, recipients, even_if_none, purpose, next_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(serde_json::json!(times.days).to_string())
    .bind(i64::from(minute))
    .bind(recipients.join("\n"))
    .bind(i64::from(body.even_if_none))
    .bind(&purpose)
    .bind(next)
    .execute(change.on())
    .await?;
    let Some(after) = of(change.on(), &id).await? else { return Err(ApiError::not_found("schedule")) };
    change.commit(Audit::changed(object(&id, &saved.name), &before, &after).because(purpose)).await?;
    Ok(Json(after))
}

fn recipients(given: &[String]) -> Result<Vec<String>, ApiError> {
    let mut known: Vec<String> = Vec::new();
    for (at, address) in given.iter().enumerate() {
        yagura_mail::address(&format!("/recipients/{at}"), address)?;
        let address = address.trim();
        if !known.iter().any(|one| one == address) {
            known.push(address.to_owned());
        }
    }
    match known.len() {
        0 => Err(ApiError::invalid("/recipients", "required", "say whom to tell")),
        many if many > MOST_RECIPIENTS => Err(ApiError::invalid(
            "/recipients",
            "too_many",
            format!("a search tells at most {MOST_RECIPIENTS} addresses"),
        )),
        _ => Ok(known),
    }
}
