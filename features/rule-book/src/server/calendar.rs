//! `GET /api/v1/rule-book/calendar`: what rules answered to on each day of a month. An untouched day is a calm one.

use std::collections::{BTreeMap, HashSet};

use axum::extract::State;
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, date},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_rules::calendar::japan;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};
use yagura_vocabulary::{Level, StoredEvent, Time};

use super::{
    counted::{VIOLATIONS, each_violation},
    rowless::rowless,
};

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CalendarQuery {
    /// `2026-11`.
    month: String,
    /// In which time zone days begin, by its name in the IANA database; `Asia/Tokyo` if left out.
    time_zone: Option<String>,
    /// Only what this rule answered to.
    rule: Option<String>,
}

/// What happened of one class on a day.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ClassView {
    class: String,
    /// How many events.
    count: u64,
    /// How many alarms behind which stands no event, as those about assets: the list of alarms shows them.
    alarms: u64,
    /// Of both, how many nobody has dealt with yet.
    open: u64,
    /// Of the events, how many were stopped.
    prohibited: u64,
}

/// A day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayView {
    /// `2026-11-17`.
    date: String,
    /// When it begins.
    begins_at: Time,
    /// When the next one begins.
    ends_at: Time,
    /// The name of Japan's public holiday, if it is one.
    holiday: Option<&'static str>,
    /// What happened, the most frequent first.
    classes: Vec<ClassView>,
}

/// A month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarView {
    days: Vec<DayView>,
    /// Everything was counted. Otherwise the earliest days of the month lack some.
    complete: bool,
    /// What was counted, as a question for the log search; add the day's beginning and end.
    q: String,
}

/// Count violations by day
#[utoipa::path(get, path = "/api/v1/rule-book/calendar", tag = "rule-book", params(CalendarQuery),
    responses((status = 200, body = CalendarView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn calendar(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<CalendarQuery>,
) -> ApiResult<Json<CalendarView>> {
    let zone = params.time_zone.as_deref().unwrap_or("Asia/Tokyo");
    let zone = TimeZone::get(zone)
        .map_err(|_| ApiError::invalid("?time_zone", "unknown", "write the zone's name, as Asia/Tokyo".to_owned()))?;
    let first = month(&params.month).ok_or_else(|| {
        ApiError::invalid("?month", "malformed", "write the month as 2026-11, from the year 1970 on".to_owned())
    })?;
    let mut days = days(first, &zone).map_err(|error| ApiError::unavailable(&error))?;
    let (Some(since), Some(until)) = (days.first().map(|day| day.begins_at), days.last().map(|day| day.ends_at)) else {
        return Ok(Json(CalendarView { days, complete: true, q: VIOLATIONS.to_owned() }));
    };
    let q = params.rule.as_deref().map_or_else(|| Ok(VIOLATIONS.to_owned()), of_rule)?;
    let open = open(&ctx).await?;
    let mut counts: Vec<BTreeMap<String, ClassView>> = days.iter().map(|_| BTreeMap::new()).collect();
    let complete = each_violation(&ctx, &caller, &q, (since, until), |stored| {
        let at = stored.event.occurred_at;
        let day = days.partition_point(|day| day.ends_at <= at);
        if let Some(counts) = counts.get_mut(day) {
            count(counts, stored, &open);
        }
    });
    let complete = complete.await?;
    if params.rule.is_none() {
        for alarm in rowless(&ctx, &caller, (since, until)).await? {
            let day = days.partition_point(|day| day.ends_at <= alarm.raised_at);
            let Some(counts) = counts.get_mut(day) else { continue };
            let view = entry(counts, alarm.class);
            view.alarms += 1;
            view.open += u64::from(alarm.open);
        }
    }
    for (day, counts) in days.iter_mut().zip(counts) {
        day.classes = counts.into_values().collect();
        let total = |one: &ClassView| one.count + one.alarms;
        day.classes.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.class.cmp(&b.class)));
    }
    Ok(Json(CalendarView { days, complete, q }))
}

fn count(counts: &mut BTreeMap<String, ClassView>, stored: &StoredEvent, open: &HashSet<String>) {
    let event = &stored.event;
    let view = entry(counts, event.class.clone().unwrap_or_default());
    view.count += 1;
    view.prohibited += u64::from(event.level == Level::Prohibited);
    view.open += u64::from(open.contains(&super::violations::subject(stored)));
}

fn entry(counts: &mut BTreeMap<String, ClassView>, class: String) -> &mut ClassView {
    counts.entry(class.clone()).or_insert_with(|| ClassView { class, ..ClassView::default() })
}

/// What has an alarm that nobody has dealt with.
pub(super) async fn open(ctx: &Context) -> Result<HashSet<String>, ApiError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT subject FROM alarms_alarm WHERE kind IN ('rule.alarm', 'rule.prohibited') AND state <> 'handled'",
    )
    .fetch_all(ctx.db().read())
    .await?;
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}

/// What one rule answered to.
fn of_rule(rule: &str) -> Result<String, ApiError> {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if rule.is_empty() || !rule.chars().all(known) {
        return Err(ApiError::invalid("?rule", "unknown", "write the rule's id".to_owned()));
    }
    Ok(format!("({VIOLATIONS}) rule={rule}"))
}

/// Reads `2026-11`.
fn month(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
    let (year, month): (i16, i8) = (year.parse().ok()?, month.parse().ok()?);
    (1970..9999).contains(&year).then(|| Date::new(year, month, 1).ok()).flatten()
}

fn days(first: Date, zone: &TimeZone) -> Result<Vec<DayView>, jiff::Error> {
    let begin = |day: Date| -> Result<Time, jiff::Error> {
        let stamp: Timestamp = day.to_zoned(zone.clone())?.timestamp();
        Ok(Time::from_micros(stamp.as_microsecond()))
    };
    let of_month = date(first.year(), first.month(), 1).series(1.day()).take_while(|day| day.month() == first.month());
    let view = |day: Date| {
        let (begins_at, ends_at) = (begin(day)?, begin(day.tomorrow()?)?);
        Ok(DayView { date: day.to_string(), begins_at, ends_at, holiday: japan::holiday(day), classes: Vec::new() })
    };
    of_month.map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_days_also_where_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let days = days(month("2026-03").unwrap(), &berlin).unwrap();
        assert_eq!((days.len(), days[0].date.as_str()), (31, "2026-03-01"));
        let hours: Vec<_> = days.iter().map(|day| day.ends_at.since(day.begins_at).as_secs() / 3600).collect();
        assert_eq!(hours.iter().filter(|hours| **hours != 24).collect::<Vec<_>>(), [&23]);
        assert!(days.windows(2).all(|pair| pair[0].ends_at == pair[1].begins_at));
    }

    #[test]
    fn months_are_written_with_year_and_number() {
        for (text, expected) in
            [("2026-11", true), ("2026-13", false), ("26-11", false), ("2026-1", false), ("9999-12", false)]
        {
            assert_eq!(month(text).is_some(), expected, "{text}");
        }
    }
}
