//! Notes new alarms for the routes that want them.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::{Id, Time};

use super::{
    Bell,
    route::{Facts, Route, When},
    store,
};
use crate::Cause;

/// What could not be told for so long is no news any more.
pub(super) const LIFETIME: Duration = Duration::from_secs(2 * 86_400);

/// The kind of ids of what waits to go out.
enum Delivery {}

/// Notes new alarms, by their ids, for the routes that want them, within the transaction that raises them.
pub(crate) async fn note(ctx: &Context, tx: &mut Tx, new: &[(String, &Cause)]) -> Result<(), ApiError> {
    if new.is_empty() {
        return Ok(());
    }
    let routes = store::in_use(tx.on()).await?;
    if routes.is_empty() {
        return Ok(());
    }
    let zone = zone(tx.on()).await?;
    let now = ctx.now();
    for (id, cause) in new {
        let groups = groups(tx.on(), cause).await?;
        let class = cause.detail.get("class").and_then(serde_json::Value::as_str);
        let (kind, severity) = (cause.kind.word, cause.kind.severity);
        let facts = Facts { kind, severity, class, groups: groups.as_deref() };
        for kept in routes.iter().filter(|kept| kept.route.wants(facts)) {
            let due = due(&kept.route, now, &zone);
            sqlx::query(
                "INSERT INTO alarms_delivery (id, route_id, alarm_id, state, attempts, created_at, next_at, expires_at)
                 VALUES ($1, $2, $3, 'queued', 0, $4, $5, $6) ON CONFLICT DO NOTHING",
            )
            .bind(Id::<Delivery>::new().to_string())
            .bind(&kept.id)
            .bind(id)
            .bind(now.micros())
            .bind(due.micros())
            .bind((due + LIFETIME).micros())
            .execute(tx.on())
            .await?;
        }
    }
    tx.ring(&ctx.part::<Bell>().0);
    Ok(())
}

async fn groups(connection: &mut AnyConnection, cause: &Cause) -> Result<Option<String>, ApiError> {
    let Some(endpoint) = cause.endpoint else { return Ok(None) };
    let found: Option<(String,)> = sqlx::query_as(
        "SELECT g.id_path FROM endpoints_endpoint e JOIN endpoints_group g ON g.id = e.group_id WHERE e.id = $1",
    )
    .bind(endpoint.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(path,)| path))
}

/// The organisation's clock.
pub(super) async fn zone(connection: &mut AnyConnection) -> Result<TimeZone, ApiError> {
    let name: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'time_zone'")
        .fetch_optional(connection)
        .await?;
    let name = name.map_or_else(|| "Asia/Tokyo".to_owned(), |(name,)| name);
    // The setting was checked when it was made.
    Ok(TimeZone::get(&name).unwrap_or(TimeZone::UTC))
}

/// When an alarm that is raised now goes out. Pure.
fn due(route: &Route, now: Time, zone: &TimeZone) -> Time {
    let after = now + Duration::from_secs(60 * u64::from(route.open_for_min.unwrap_or_default()));
    match route.when {
        When::AtOnce => after,
        When::Daily { hour } => next_hour(after, hour, zone).unwrap_or(after),
    }
}

/// The next time from `from` on at which it is so late by this clock.
fn next_hour(from: Time, hour: i8, zone: &TimeZone) -> Option<Time> {
    let from = Timestamp::from_microsecond(from.micros()).ok()?.to_zoned(zone.clone());
    let today = from.datetime().date().at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    let next = if today >= from {
        today
    } else {
        // By days of the calendar, not by 24 hours: clocks change.
        from.datetime().date().checked_add(1.day()).ok()?.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?
    };
    Some(Time::from_micros(next.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(when: When, open_for_min: Option<u32>, zone: &str, now: &str, expected: &str) {
        let route = Route { when, open_for_min, ..Route::mail(Vec::new()) };
        let due = due(&route, now.parse().unwrap(), &TimeZone::get(zone).unwrap());
        assert_eq!(due, expected.parse().unwrap(), "{when:?} {open_for_min:?} {now}");
    }

    #[test]
    fn an_alarm_goes_at_once_or_when_nobody_looked_or_at_the_next_hour_of_the_day() {
        let (nine, at_once) = (When::Daily { hour: 9 }, When::AtOnce);
        check(at_once, None, "Asia/Tokyo", "2026-11-29T01:00:00Z", "2026-11-29T01:00:00Z");
        check(at_once, Some(30), "Asia/Tokyo", "2026-11-29T01:00:00Z", "2026-11-29T01:30:00Z");
        check(nine, None, "Asia/Tokyo", "2026-11-28T23:59:00Z", "2026-11-29T00:00:00Z");
        check(nine, None, "Asia/Tokyo", "2026-11-29T00:00:00Z", "2026-11-29T00:00:00Z");
        check(nine, None, "Asia/Tokyo", "2026-11-29T00:00:01Z", "2026-11-30T00:00:00Z");
        check(nine, Some(60), "Asia/Tokyo", "2026-11-28T23:30:00Z", "2026-11-30T00:00:00Z");
        // The night in which clocks go forward is an hour shorter.
        check(nine, None, "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T07:00:00Z");
    }
}
