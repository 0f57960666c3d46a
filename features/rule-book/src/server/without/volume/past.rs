//! What was counted, day by day, as it is kept.

use std::collections::HashMap;

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Weekday, date},
    tz::TimeZone,
};
use sqlx::AnyConnection;
use yagura_rules::calendar::japan;
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::{Time, id::EndpointId};

use super::Measure;
use crate::unusual::{self, DAYS_BACK};

const EPOCH: Date = date(1970, 1, 1);

/// Days by the organisation's clock, counted from 1970-01-01.
pub(super) struct Days {
    zone: TimeZone,
    pub(super) today: i64,
}

impl Days {
    pub(super) async fn load(connection: &mut AnyConnection, now: Time) -> Result<Self, ApiError> {
        let name: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'time_zone'")
            .fetch_optional(connection)
            .await?;
        let name = name.map_or_else(|| "Asia/Tokyo".to_owned(), |(name,)| name);
        Ok(Self::new(TimeZone::get(&name).unwrap_or(TimeZone::UTC), now))
    }

    fn new(zone: TimeZone, now: Time) -> Self {
        let mut days = Self { zone, today: 0 };
        days.today = days.of(now);
        days
    }

    /// The day of a time.
    pub(super) fn of(&self, at: Time) -> i64 {
        let at = Timestamp::from_microsecond(at.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
        let since = at.to_zoned(self.zone.clone()).date().since(EPOCH);
        since.map_or(0, |span| i64::from(span.get_days()))
    }

    /// The date of a day.
    pub(super) fn date(day: i64) -> Date {
        EPOCH.checked_add(day.days()).unwrap_or(EPOCH)
    }

    /// When a day begins.
    pub(super) fn begins(&self, day: i64) -> Time {
        let begins = Self::date(day).to_zoned(self.zone.clone());
        begins.map_or(Time::from_micros(0), |at| Time::from_micros(at.timestamp().as_microsecond()))
    }
}

/// Whether nobody is expected to work: Saturday, Sunday, a public holiday of Japan.
fn is_free(day: i64) -> bool {
    let date = Days::date(day);
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) || japan::holiday(date).is_some()
}

/// Since when each is known.
pub(super) async fn since(ctx: &Context) -> Result<HashMap<String, i64>, ApiError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT whose, first_at FROM rule_book_volume_since").fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().collect())
}

/// Somebody was there at this time already.
pub(super) async fn meet(tx: &mut Tx, whose: &str, at: Time) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO rule_book_volume_since (whose, first_at) VALUES ($1, $2) ON CONFLICT (whose) DO UPDATE SET first_at =
         CASE WHEN excluded.first_at < rule_book_volume_since.first_at THEN excluded.first_at
         ELSE rule_book_volume_since.first_at END",
    )
    .bind(whose)
    .bind(at.micros())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Forgets the days before one.
pub(super) async fn forget(tx: &mut Tx, before: i64) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM rule_book_volume WHERE day < $1").bind(before).execute(tx.on()).await?;
    Ok(())
}

/// What was told of a day.
pub(super) struct Told {
    /// The amount at that time; 0 for nothing.
    pub(super) amount: u64,
    pub(super) endpoint: Option<EndpointId>,
}

/// Adds to a day; what it comes to, and what was told of it.
pub(super) async fn add(
    tx: &mut Tx,
    whose: &str,
    measure: Measure,
    day: i64,
    amount: u64,
) -> Result<(u64, Told), ApiError> {
    sqlx::query(
        "INSERT INTO rule_book_volume (whose, measure, day, amount, told) VALUES ($1, $2, $3, $4, 0)
         ON CONFLICT (whose, measure, day) DO UPDATE SET amount = rule_book_volume.amount + excluded.amount",
    )
    .bind(whose)
    .bind(measure.as_str())
    .bind(day)
    .bind(i64::try_from(amount).unwrap_or(i64::MAX / 2))
    .execute(tx.on())
    .await?;
    let (amount, told, endpoint): (i64, i64, Option<String>) = sqlx::query_as(
        "SELECT amount, told, endpoint_id FROM rule_book_volume WHERE whose = $1 AND measure = $2 AND day = $3",
    )
    .bind(whose)
    .bind(measure.as_str())
    .bind(day)
    .fetch_one(tx.on())
    .await?;
    let endpoint = endpoint.and_then(|id| id.parse().ok());
    Ok((amount.unsigned_abs(), Told { amount: told.unsigned_abs(), endpoint }))
}

/// Writes down that it was told.
pub(super) async fn told(
    tx: &mut Tx,
    whose: &str,
    measure: Measure,
    day: i64,
    amount: u64,
    endpoint: EndpointId,
) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE rule_book_volume SET told = $1, endpoint_id = $2 WHERE whose = $3 AND measure = $4 AND day = $5",
    )
    .bind(i64::try_from(amount).unwrap_or(i64::MAX))
    .bind(endpoint.to_string())
    .bind(whose)
    .bind(measure.as_str())
    .bind(day)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The days before one that are of its kind.
pub(super) struct Past {
    pub(super) days: u32,
    amounts: Vec<u64>,
}

impl Past {
    pub(super) fn as_ref(&self) -> unusual::Past<'_> {
        unusual::Past { days: self.days, amounts: &self.amounts }
    }

    /// From the first day on which somebody is known, at most four weeks back. Days without an entry were days of nothing.
    fn new(first: i64, day: i64, amounts: &HashMap<i64, u64>) -> Self {
        let from = first.max(day - DAYS_BACK);
        let alike = (from..day).filter(|before| is_free(*before) == is_free(day));
        Self {
            days: u32::try_from((day - from).max(0)).unwrap_or_default(),
            amounts: alike.map(|day| amounts.get(&day).copied().unwrap_or_default()).collect(),
        }
    }
}

pub(super) async fn past(tx: &mut Tx, whose: &str, measure: Measure, day: i64, days: &Days) -> Result<Past, ApiError> {
    let first: Option<(i64,)> = sqlx::query_as("SELECT first_at FROM rule_book_volume_since WHERE whose = $1")
        .bind(whose)
        .fetch_optional(tx.on())
        .await?;
    let first = match first {
        Some((at,)) => days.of(Time::from_micros(at)),
        // Erased meanwhile: their past begins anew.
        None => {
            meet(tx, whose, days.begins(day)).await?;
            day
        }
    };
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT day, amount FROM rule_book_volume WHERE whose = $1 AND measure = $2 AND day >= $3 AND day < $4",
    )
    .bind(whose)
    .bind(measure.as_str())
    .bind(day - DAYS_BACK)
    .bind(day)
    .fetch_all(tx.on())
    .await?;
    let amounts = rows.into_iter().map(|(day, amount)| (day, amount.unsigned_abs())).collect();
    Ok(Past::new(first, day, &amounts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        Days::new(zone, format!("{text}T03:00:00Z").parse().unwrap()).today
    }

    #[test]
    fn a_day_begins_by_the_organisation_s_clock() {
        let days = Days::new(TimeZone::get("Asia/Tokyo").unwrap(), "2026-11-29T15:00:00Z".parse().unwrap());
        assert_eq!(Days::date(days.today), date(2026, 11, 30));
        assert_eq!(days.begins(days.today), "2026-11-29T15:00:00Z".parse().unwrap());
    }

    #[test]
    fn working_days_are_compared_with_working_days_and_days_of_nothing_count() {
        // Wednesday; the Monday before was a holiday.
        let amounts = HashMap::from([(day("2026-11-24"), 7), (day("2026-11-22"), 900)]);
        let past = Past::new(day("2026-11-18"), day("2026-11-25"), &amounts);
        assert_eq!((past.days, past.amounts), (7, vec![0, 0, 0, 7]));
        let past = Past::new(day("2026-01-01"), day("2026-11-28"), &amounts);
        assert_eq!((past.days, past.amounts.len()), (28, 10), "eight days of weekends and two holidays");
        assert!(past.amounts.contains(&900));
    }

    #[test]
    fn who_is_new_has_no_past() {
        let past = Past::new(day("2026-11-25"), day("2026-11-25"), &HashMap::new());
        assert_eq!((past.days, past.amounts.len()), (0, 0));
    }
}
