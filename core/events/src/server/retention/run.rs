//! Each night, what has been kept long enough is taken away.

use std::time::Duration;

use jiff::{Span, Timestamp, tz::TimeZone};
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context, error::Chain};
use yagura_vocabulary::Time;

use super::{
    preview::removal,
    versions::{self, Version},
};
use crate::{
    retention::{GRACE, Policy, Rule},
    server::{
        asked::clock,
        removing::{Basis, End, RemovedView, drive},
    },
};

/// The hour of the night, by the organisation's clock.
const HOUR: i8 = 2;
/// A run that failed is tried again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// What came of a night's removal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RetentionRun)]
pub(super) struct RunView {
    started_at: Time,
    /// Null while it is under way.
    ended_at: Option<Time>,
    /// `running`, `done`, `failed`, or `interrupted` by a stop of the server.
    state: String,
    /// The version of the rules.
    version: i64,
    /// What went; null unless it is done.
    result: Option<RemovedView>,
    /// Why it failed.
    error: Option<String>,
    #[serde(skip)]
    night: i64,
    #[serde(skip)]
    attempt: i64,
}

type Row = (i64, i64, i64, i64, Option<i64>, String, Option<String>, Option<String>);

/// The last run, under way or over.
pub(super) async fn last_run(connection: &mut AnyConnection) -> Result<Option<RunView>, ApiError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT night, attempt, version, started_at, ended_at, state, result, error FROM events_retention_run
         ORDER BY night DESC, attempt DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(night, attempt, version, started_at, ended_at, state, result, error)| RunView {
        started_at: Time::from_micros(started_at),
        ended_at: ended_at.map(Time::from_micros),
        state,
        version,
        result: result.and_then(|json| serde_json::from_str(&json).ok()),
        error,
        night,
        attempt,
    }))
}

/// Why the last run failed, if it did.
pub(in super::super) async fn last_failure(ctx: &Context) -> Result<Option<String>, ApiError> {
    let mut connection = ctx.db().read().acquire().await?;
    let last = last_run(&mut connection).await?;
    Ok(last.filter(|run| run.state == "failed").map(|run| run.error.unwrap_or_default()))
}

/// Puts the usual rules in force on a server that has none, a day from now, and gives up what an earlier run left.
pub(in super::super) async fn begin(ctx: &Context) -> Result<(), ApiError> {
    let now = ctx.now();
    let mut tx = ctx.db().write().await?;
    if versions::last(tx.on()).await? == 0 {
        versions::add(tx.on(), &Policy::default(), ("server", now, now + GRACE)).await?;
    }
    sqlx::query("UPDATE events_retention_run SET state = 'interrupted', ended_at = $1 WHERE state = 'running'")
        .bind(now.micros())
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// Takes away what is due, if this night's removal has not been done yet. Nothing goes while a change of the rules waits.
///
/// # Errors
/// When the database is away. That a removal failed is written down.
pub async fn run_due(ctx: &Context) -> Result<(), ApiError> {
    let now = ctx.now();
    let night = last_night(now, &clock(ctx).await?.zone);
    let mut connection = ctx.db().read().acquire().await?;
    // Before the rules are read: what is decided meanwhile stops this removal, also if it keeps events for longer.
    let decided = versions::last(&mut connection).await?;
    if versions::waiting(&mut connection, now).await?.is_some() {
        return Ok(());
    }
    let Some(version) = versions::in_force(&mut connection, now).await? else { return Ok(()) };
    let last = last_run(&mut connection).await?;
    drop(connection);
    let Some(attempt) = attempt(last.as_ref(), night, now) else { return Ok(()) };
    if !enter(ctx, (night, attempt), &version).await? {
        return Ok(());
    }
    let (reason, policy) = (reason(&version), version.policy());
    let still = |_| async move {
        let mut connection = ctx.db().read().acquire().await?;
        Ok(versions::last(&mut connection).await? == decided)
    };
    let outcome = drive(ctx, Basis::Rules(decided), || removal(ctx, &policy, now, &reason), still).await;
    let (state, result, error) = match outcome {
        Ok(End::Stopped | End::Cancelled) => ("interrupted", None, None),
        Ok(End::Done(removed)) => {
            tracing::info!(?removed, version = version.version, "what was kept long enough has been taken away");
            ("done", serde_json::to_string(&removed).ok(), None)
        }
        Ok(End::Failed(error)) => {
            tracing::error!(error = %Chain(&error), "what has been kept long enough could not be taken away");
            ("failed", None, Some(Chain(&error).to_string()))
        }
        Err(error) => {
            tracing::error!(?error, "what has been kept long enough could not be taken away");
            ("failed", None, Some(format!("{error:?}")))
        }
    };
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "UPDATE events_retention_run SET state = $1, result = $2, error = $3, ended_at = $4
         WHERE night = $5 AND attempt = $6",
    )
    .bind(state)
    .bind(result)
    .bind(error)
    .bind(ctx.now().micros())
    .bind(night.micros())
    .bind(attempt)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}

/// Whether to run now, and as which attempt of this night.
fn attempt(last: Option<&RunView>, night: Time, now: Time) -> Option<i64> {
    match last.filter(|run| run.night >= night.micros()) {
        None => Some(1),
        Some(run) => match run.state.as_str() {
            "interrupted" => Some(run.attempt + 1),
            "failed" if run.ended_at.is_none_or(|at| at + AGAIN_AFTER <= now) => Some(run.attempt + 1),
            _ => None,
        },
    }
}

/// Writes the run down before it begins; false if somebody else has begun it.
async fn enter(ctx: &Context, (night, attempt): (Time, i64), version: &Version) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    let entered = sqlx::query(
        "INSERT INTO events_retention_run (night, attempt, version, started_at, state)
         VALUES ($1, $2, $3, $4, 'running') ON CONFLICT DO NOTHING",
    )
    .bind(night.micros())
    .bind(attempt)
    .bind(version.version)
    .bind(ctx.now().micros())
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok(entered.rows_affected() == 1)
}

/// What stands in the journal: the rules, in words.
fn reason(version: &Version) -> String {
    let rule = |rule: &Rule| {
        let kind = rule.kind.as_deref().unwrap_or("all kinds");
        let place = rule.group.map_or(String::new(), |group| format!(" in group {group}"));
        let days = rule.days.map_or("for ever".to_owned(), |days| format!("{days} days"));
        format!("{kind}{place} {days}")
    };
    let rules: Vec<_> = version.rules.iter().map(rule).collect();
    format!("retention rules, version {}: {}", version.version, rules.join("; "))
}

/// The night's hour that was last.
fn last_night(now: Time, zone: &TimeZone) -> Time {
    last_hour(now, zone, HOUR)
}

/// When it was last this hour.
pub(in super::super) fn last_hour(now: Time, zone: &TimeZone, hour: i8) -> Time {
    at_hour(now, zone, hour, -1..=0).into_iter().rfind(|at| *at <= now).unwrap_or(now)
}

/// When it is this hour next.
pub(in super::super) fn next_hour(now: Time, zone: &TimeZone, hour: i8) -> Time {
    at_hour(now, zone, hour, 0..=2).into_iter().find(|at| *at > now).unwrap_or(now)
}

/// The night's hour that comes next.
pub(super) fn next_night(now: Time, zone: &TimeZone) -> Time {
    next_hour(now, zone, HOUR)
}

fn at_hour(now: Time, zone: &TimeZone, hour: i8, days: std::ops::RangeInclusive<i64>) -> Vec<Time> {
    let now = Timestamp::from_microsecond(now.micros()).unwrap_or(Timestamp::MAX);
    let today = zone.to_datetime(now).date();
    let at = |day: i64| {
        let date = today.checked_add(Span::new().days(day)).ok()?;
        let zoned = date.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?;
        Some(Time::from_micros(zoned.timestamp().as_microsecond()))
    };
    days.filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn check(zone: &str, now: &str, last: &str, next: &str) {
        let zone = TimeZone::get(zone).unwrap();
        assert_eq!(last_night(time(now), &zone), time(last), "before {now}");
        assert_eq!(next_night(time(now), &zone), time(next), "after {now}");
    }

    #[test]
    fn the_night_is_that_of_the_organisation() {
        check("Asia/Tokyo", "2026-11-28T16:59:59Z", "2026-11-27T17:00:00Z", "2026-11-28T17:00:00Z");
        check("Asia/Tokyo", "2026-11-28T17:00:00Z", "2026-11-28T17:00:00Z", "2026-11-29T17:00:00Z");
        // The hour that a change of clocks leaves out.
        check("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
    }

    fn run(night: &str, state: &str, ended_at: &str) -> RunView {
        RunView {
            started_at: time(night),
            ended_at: Some(time(ended_at)),
            state: state.to_owned(),
            version: 1,
            result: None,
            error: None,
            night: time(night).micros(),
            attempt: 1,
        }
    }

    #[test]
    fn a_night_s_removal_is_done_once_and_tried_again_if_it_failed() {
        let (before, night, now) = ("2026-11-27T17:00:00Z", "2026-11-28T17:00:00Z", "2026-11-28T18:00:00Z");
        let check =
            |last: Option<RunView>, expected| assert_eq!(attempt(last.as_ref(), time(night), time(now)), expected);
        check(None, Some(1));
        check(Some(run(before, "done", before)), Some(1));
        check(Some(run(night, "done", night)), None);
        check(Some(run(night, "running", night)), None);
        check(Some(run(night, "interrupted", now)), Some(2));
        check(Some(run(night, "failed", night)), Some(2));
        check(Some(run(night, "failed", "2026-11-28T17:30:00Z")), None);
    }
}
