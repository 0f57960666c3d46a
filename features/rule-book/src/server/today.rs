//! `GET /api/v1/rule-book/today`: what happened today by class, against the same weekday's usual.

use std::collections::{BTreeMap, HashSet};

use axum::extract::State;
use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_events::server::{Store, question};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};
use yagura_vocabulary::{Level, Time};

use super::counted::{VIOLATIONS, each_violation};

/// So many weeks back is what is usual.
const WEEKS: usize = 4;

/// Where the day begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TodayQuery {
    /// In which time zone days begin, by its name in the IANA database; `Asia/Tokyo` if left out.
    time_zone: Option<String>,
}

/// A class today.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct TodayClassView {
    /// The class; empty for what has none.
    class: String,
    /// How many acts were told of and went through.
    alarms: u64,
    /// How many were stopped.
    prohibited: u64,
    /// How many there were by this time of the day on the same weekday, in the middle of the last four; null before there were four.
    usual: Option<f64>,
    /// Alarms of this class that nobody has looked at, whenever they were raised.
    open: u64,
    /// Alarms of this class that are in somebody's hands.
    handling: u64,
    /// Alarms of this class that were handled today.
    handled: u64,
}

/// Today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TodayView {
    /// When it began.
    begins_at: Time,
    /// Up to when was counted.
    until: Time,
    /// Every class of which something happened or waits, open ones first, then by how much happened.
    classes: Vec<TodayClassView>,
    /// Everything was counted. Otherwise the earliest acts are missing.
    complete: bool,
    /// What was counted, as a question for the log search; add class, level and time.
    q: &'static str,
}

/// Count today's violations by class
#[utoipa::path(get, path = "/api/v1/rule-book/today", tag = "rule-book", params(TodayQuery),
    responses((status = 200, body = TodayView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn today(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<TodayQuery>,
) -> ApiResult<Json<TodayView>> {
    let zone = TimeZone::get(params.time_zone.as_deref().unwrap_or("Asia/Tokyo"))
        .map_err(|_| ApiError::invalid("?time_zone", "unknown", "write the zone's name, as Asia/Tokyo".to_owned()))?;
    let until = ctx.now();
    let stretches = stretches(until, &zone).map_err(|error| ApiError::unavailable(&error))?;
    let mut complete = true;
    let mut classes: BTreeMap<String, TodayClassView> = BTreeMap::new();
    let mut before: BTreeMap<String, [u64; WEEKS]> = BTreeMap::new();
    for (week, stretch) in stretches.iter().enumerate() {
        complete &= each_violation(&ctx, &caller, VIOLATIONS, *stretch, |stored| {
            let class = stored.event.class.clone().unwrap_or_default();
            match week.checked_sub(1) {
                None => {
                    let today = classes.entry(class).or_default();
                    let prohibited = stored.event.level == Level::Prohibited;
                    *(if prohibited { &mut today.prohibited } else { &mut today.alarms }) += 1;
                }
                Some(week) => before.entry(class).or_default()[week] += 1,
            }
        })
        .await?;
    }
    let known = was_recorded(&ctx, &caller, stretches.last().map(|(_, until)| *until)).await?;
    for (class, state, count) in alarms(&ctx, &caller, stretches[0].0).await? {
        let view = classes.entry(class).or_default();
        *(match state.as_str() {
            "open" => &mut view.open,
            "handling" => &mut view.handling,
            _ => &mut view.handled,
        }) += count;
    }
    let names: HashSet<_> = classes.keys().chain(before.keys()).cloned().collect();
    let mut classes: Vec<_> = names
        .into_iter()
        .map(|class| {
            let view = classes.remove(&class).unwrap_or_default();
            let usual = known.then(|| median(before.get(&class).copied().unwrap_or_default()));
            TodayClassView { class, usual, ..view }
        })
        .collect();
    classes.sort_by(|a, b| {
        let rank = |one: &TodayClassView| (one.open > 0, one.alarms + one.prohibited);
        rank(b).cmp(&rank(a)).then_with(|| a.class.cmp(&b.class))
    });
    Ok(Json(TodayView { begins_at: stretches[0].0, until, classes, complete, q: VIOLATIONS }))
}

/// Whether something was recorded before a time already: what was not is not what is usual.
async fn was_recorded(ctx: &Context, caller: &Caller, until: Option<Time>) -> Result<bool, ApiError> {
    let mut query = question(ctx, caller, "", None).await?;
    (query.until, query.limit) = (until, 1);
    Ok(!ctx.part::<Store>().search(&query).await?.items.is_empty())
}

/// Today up to now, then the same stretch of the day a week, two, three and four weeks before. Pure.
fn stretches(now: Time, zone: &TimeZone) -> Result<Vec<(Time, Time)>, jiff::Error> {
    let now = Timestamp::from_microsecond(now.micros())?.to_zoned(zone.clone());
    let time = |at: &Zoned| Time::from_micros(at.timestamp().as_microsecond());
    (0..=WEEKS)
        .map(|weeks| {
            let weeks = i64::try_from(weeks).unwrap_or_default();
            // By the calendar: clocks change.
            let until = now.checked_sub(weeks.weeks())?;
            Ok((time(&until.start_of_day()?), time(&until)))
        })
        .collect()
}

fn median(mut counts: [u64; WEEKS]) -> f64 {
    counts.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "counts of a day are far below 2^53")]
    let [low, high] = [counts[WEEKS / 2 - 1] as f64, counts[WEEKS / 2] as f64];
    f64::midpoint(low, high)
}

/// How many alarms wait, are in somebody's hands, or were handled from a time on, by class.
async fn alarms(ctx: &Context, caller: &Caller, since: Time) -> Result<Vec<(String, String, u64)>, ApiError> {
    let sql = format!(
        "SELECT a.detail, a.state FROM alarms_alarm a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         WHERE {} AND a.detail LIKE '%\"class\":\"%' AND (a.state <> 'handled' OR a.handled_at >= $2)",
        visible("e.group_id", 1)
    );
    let rows: Vec<(String, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(since.micros()).fetch_all(ctx.db().read()).await?;
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (detail, state) in rows {
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
        if let Some(class) = detail["class"].as_str() {
            *counts.entry((class.to_owned(), state)).or_default() += 1;
        }
    }
    Ok(counts.into_iter().map(|((class, state), count)| (class, state, count)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_compared_with_the_same_weekday_up_to_the_same_hour_also_where_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let found = stretches("2026-03-31T08:00:00Z".parse().unwrap(), &berlin).unwrap();
        let text: Vec<_> =
            found.iter().map(|(a, b)| format!("{} {}", &a.to_string()[..16], &b.to_string()[..16])).collect();
        assert_eq!(text[0], "2026-03-30T22:00 2026-03-31T08:00");
        assert_eq!(text[1], "2026-03-23T23:00 2026-03-24T09:00");
        assert_eq!(text.len(), 5);
    }

    #[test]
    fn what_is_usual_is_in_the_middle_of_the_last_four() {
        assert!((median([900, 4, 2, 3]) - 3.5).abs() < f64::EPSILON);
    }
}
