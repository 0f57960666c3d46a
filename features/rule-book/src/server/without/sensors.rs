//! Sensors that are silent: they fail, tell nothing while others of the same endpoint do, or lose what they see.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::FromRow;
use yagura_alarms::{About, Cause, Kind, Source};
use yagura_server_kit::{AgentHook, ApiError, Context, Settings as _};
use yagura_vocabulary::{Id, SensorHealth, SensorReport, Severity, Time, id::Endpoint};

use super::WithoutRules;

const FAILED: Kind = Kind {
    word: "sensor.failed",
    severity: Severity::Medium,
    title: ("記録のしくみが動いていません", "A sensor does not work"),
};
const STILL: Kind = Kind {
    word: "sensor.still",
    severity: Severity::Medium,
    title: ("記録のしくみが黙っています", "A sensor tells nothing while others do"),
};
const LOSING: Kind = Kind {
    word: "sensor.losing",
    severity: Severity::Low,
    title: ("記録の取りこぼしがあります", "A sensor loses what it sees"),
};
/// On a machine that runs, these always have something to tell. Nobody may print, sign in or use a window for days.
const ALWAYS: [&str; 2] = ["process", "file"];
/// So long after the last loss it still counts as losing.
const LOSING_FOR_US: i64 = 86_400_000_000;
const HOUR_US: i64 = 3_600_000_000;

/// A sensor as it was known.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Kept {
    sensor: String,
    health: String,
    reason: Option<String>,
    seen: i64,
    moved_at: i64,
    lost: i64,
    lost_at: i64,
    trouble: String,
}

/// What is kept after a report that came at `now`. Pure.
fn after(before: &BTreeMap<String, Kept>, reports: &[SensorReport], now: i64, still_after: i64) -> Vec<Kept> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let works = |health| matches!(health, SensorHealth::Ok | SensorHealth::Degraded);
    let mut kept: Vec<_> = reports
        .iter()
        .map(|report| {
            let known = before.get(&report.sensor);
            let (seen, lost) = (number(report.seen), number(report.lost));
            // A sensor that is off is not still, and begins anew.
            let still = known.filter(|known| known.seen == seen && works(report.health));
            let fresh = known.is_none_or(|known| known.lost >= lost);
            Kept {
                sensor: report.sensor.clone(),
                health: report.health.as_str().to_owned(),
                reason: report.reason.clone(),
                seen,
                moved_at: still.map_or(now, |known| known.moved_at),
                lost,
                lost_at: if fresh { known.map_or(0, |known| known.lost_at) } else { now },
                trouble: String::new(),
            }
        })
        .collect();
    let last = kept.iter().filter(|one| one.seen > 0).map(|one| one.moved_at).max().unwrap_or(i64::MIN);
    for (one, report) in kept.iter_mut().zip(reports) {
        let is_still = ALWAYS.contains(&one.sensor.as_str()) && last.saturating_sub(one.moved_at) >= still_after;
        one.trouble = match report.health {
            SensorHealth::Failed => "failed",
            health if works(health) && is_still => "still",
            _ => "",
        }
        .to_owned();
    }
    kept
}

/// Takes what endpoints tell of their sensors.
pub(super) struct Watch;

#[async_trait]
impl AgentHook for Watch {
    async fn state(&self, ctx: &Context, endpoint: Id<Endpoint>, section: &str, value: &Value) -> Result<(), ApiError> {
        if section != "sensors" {
            return Ok(());
        }
        let reports: Vec<SensorReport> = serde_json::from_value(value.clone()).unwrap_or_default();
        let id = endpoint.to_string();
        let mut tx = ctx.db().write_relaxed().await?;
        let wanted = WithoutRules::in_force(tx.on()).await?.sensors;
        let still_after = i64::try_from(wanted.still_after_hours).unwrap_or(i64::MAX / HOUR_US) * HOUR_US;
        let rows: Vec<Kept> = sqlx::query_as(
            "SELECT sensor, health, reason, seen, moved_at, lost, lost_at, trouble FROM rule_book_sensor
             WHERE endpoint_id = $1",
        )
        .bind(&id)
        .fetch_all(tx.on())
        .await?;
        let before: BTreeMap<_, _> = rows.into_iter().map(|row| (row.sensor.clone(), row)).collect();
        let kept = after(&before, &reports, ctx.now().micros(), still_after);
        sqlx::query("DELETE FROM rule_book_sensor WHERE endpoint_id = $1").bind(&id).execute(tx.on()).await?;
        for one in kept {
            sqlx::query(
                "INSERT INTO rule_book_sensor (endpoint_id, sensor, health, reason, seen, moved_at, lost, lost_at, trouble)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
            )
            .bind(&id)
            .bind(one.sensor)
            .bind(one.health)
            .bind(one.reason)
            .bind(one.seen)
            .bind(one.moved_at)
            .bind(one.lost)
            .bind(one.lost_at)
            .bind(one.trouble)
            .execute(tx.on())
            .await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Looks for sensors in trouble. An endpoint that is off keeps the alarm that it had: nobody has mended anything.
pub(super) struct SensorSource;

#[derive(FromRow)]
struct InTrouble {
    endpoint_id: String,
    sensor: String,
    reason: Option<String>,
    moved_at: i64,
    lost: i64,
    trouble: String,
}

#[async_trait]
impl Source for SensorSource {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&FAILED, &STILL, &LOSING]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let mut connection = ctx.db().read().acquire().await?;
        if !WithoutRules::in_force(&mut connection).await?.sensors.on {
            return Ok(Vec::new());
        }
        let rows: Vec<InTrouble> = sqlx::query_as(
            "SELECT s.endpoint_id AS endpoint_id, s.sensor AS sensor, s.reason AS reason, s.moved_at AS moved_at,
             s.lost AS lost, s.trouble AS trouble FROM rule_book_sensor s
             JOIN endpoints_endpoint e ON e.id = s.endpoint_id
             WHERE e.standing = 'active' AND (s.trouble <> '' OR (s.lost_at > $1 AND s.health IN ('ok', 'degraded')))",
        )
        .bind(ctx.now().micros() - LOSING_FOR_US)
        .fetch_all(&mut *connection)
        .await?;
        let cause = |row: InTrouble| {
            let endpoint = row.endpoint_id.parse().map_err(|error| ApiError::unavailable(&error))?;
            let mut detail =
                json!({"class": "sensor", "subject": row.sensor, "sensor": row.sensor, "reason": row.reason});
            let kind = match row.trouble.as_str() {
                "failed" => &FAILED,
                "still" => {
                    detail["since"] = json!(Time::from_micros(row.moved_at));
                    &STILL
                }
                _ => {
                    detail["lost"] = json!(row.lost);
                    &LOSING
                }
            };
            let (ja, en) = kind.title;
            let title = Some((format!("{ja}: {}", row.sensor), format!("{en}: {}", row.sensor)));
            let about = Some(About { id: row.sensor, title });
            Ok(Cause { kind, endpoint: Some(endpoint), about, detail })
        };
        rows.into_iter().map(cause).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * HOUR_US;

    /// Name, health, seen, lost.
    type Told<'a> = (&'a str, &'a str, u64, u64);

    /// Tells the reports one after another, each as (hours since the beginning, sensors); what is wrong after the last.
    #[track_caller]
    fn check(told: &[(i64, &[Told<'_>])], expected: &[(&str, &str)]) {
        let mut kept = BTreeMap::new();
        for (hours, sensors) in told {
            let report = |(sensor, health, seen, lost): &Told<'_>| {
                let report = json!({"sensor": sensor, "source": "a", "health": health, "seen": seen, "lost": lost});
                serde_json::from_value(report).unwrap()
            };
            let reports: Vec<SensorReport> = sensors.iter().map(report).collect();
            let now = hours * HOUR_US + 1;
            kept = after(&kept, &reports, now, DAY).into_iter().map(|one| (one.sensor.clone(), one)).collect();
        }
        let now = told.last().unwrap().0 * HOUR_US + 1;
        let losing = |one: &Kept| one.lost_at > now - LOSING_FOR_US && one.lost_at > 0;
        let word =
            |one: &Kept| if one.trouble.is_empty() && losing(one) { "losing".to_owned() } else { one.trouble.clone() };
        let wrong: Vec<_> = kept.values().map(|one| (one.sensor.clone(), word(one))).collect();
        let wrong: Vec<_> =
            wrong.iter().filter(|(_, word)| !word.is_empty()).map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(wrong, expected);
    }

    #[test]
    fn a_sensor_that_should_work_and_does_not_is_told_and_one_that_is_off_or_not_possible_is_not() {
        let sensors: &[_] = &[("file", "failed", 0, 0), ("print", "unsupported", 0, 0), ("window", "off", 0, 0)];
        check(&[(0, sensors)], &[("file", "failed")]);
        check(&[(0, sensors), (1, &[("file", "ok", 0, 0)])], &[]);
    }

    #[test]
    fn a_sensor_is_still_when_others_of_its_endpoint_went_on_for_a_day() {
        let at =
            |hours: i64, file: u64, process: u64| (hours, [("file", "ok", file, 0), ("process", "ok", process, 0)]);
        let tell = |told: &[(i64, [Told<'_>; 2])], expected: &[(&str, &str)]| {
            let told: Vec<_> = told.iter().map(|(hours, sensors)| (*hours, &sensors[..])).collect();
            check(&told, expected);
        };
        tell(&[at(0, 5, 1), at(6, 5, 2), at(18, 5, 3)], &[]);
        tell(&[at(0, 5, 1), at(6, 5, 2), at(24, 5, 3)], &[("file", "still")]);
        tell(&[at(0, 5, 1), at(24, 5, 3), at(30, 6, 4)], &[]);
        // The agent was started anew: both begin again.
        tell(&[at(0, 5, 1), at(24, 5, 3), at(25, 0, 1)], &[]);
        // A machine that slept: nothing went on at all.
        tell(&[at(0, 5, 1), at(90, 5, 1)], &[]);
    }

    #[test]
    fn a_sensor_that_is_switched_off_for_a_week_is_not_still_when_it_is_on_again() {
        let told: [(i64, &[_]); 3] = [
            (0, &[("file", "ok", 5, 0), ("process", "ok", 1, 0)]),
            (168, &[("file", "off", 5, 0), ("process", "ok", 9, 0)]),
            (170, &[("file", "ok", 5, 0), ("process", "ok", 10, 0)]),
        ];
        check(&told, &[]);
    }

    #[test]
    fn nobody_has_to_print_every_day() {
        let told: [(i64, &[_]); 2] = [
            (0, &[("print", "ok", 5, 0), ("process", "ok", 1, 0)]),
            (900, &[("print", "ok", 5, 0), ("process", "ok", 9, 0)]),
        ];
        check(&told, &[]);
    }

    #[test]
    fn a_sensor_that_loses_more_is_told_until_a_day_after_the_last_loss() {
        let told: [(i64, &[_]); 3] =
            [(0, &[("file", "ok", 5, 3)]), (1, &[("file", "ok", 6, 4)]), (26, &[("file", "ok", 7, 4)])];
        check(&told[..1], &[]);
        check(&told[..2], &[("file", "losing")]);
        check(&told, &[]);
    }
}
