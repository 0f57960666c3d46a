//! `GET /api/v1/assets/statistics`: the ledger in numbers, under the same filters as the list. Each number says by which filters the list
//! shows exactly those assets.

use axum::extract::State;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, Row as _, any::AnyRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{
    list::{Filters, LedgerQuery, filtered, hits},
    which::{WhichQuery, span},
};
use crate::server::{
    ledger::{AssetKind, AssetStanding, Source},
    place::organisation,
};

const GIB: i64 = 1 << 30;
const GB: i64 = 1_000_000_000;
/// Where the bands of memory begin: what is sold, a little below, as the firmware keeps some for itself.
const MEMORY: &[i64] = &[0, 1, 3 * GIB + GIB / 2, 7 * GIB, 14 * GIB, 30 * GIB, 60 * GIB];
/// Where the bands of disks begin.
const DISK: &[i64] = &[0, 1, 200 * GB, 450 * GB, 900 * GB, 1800 * GB];
/// Where the bands of the fullest volume begin, in percent.
const FULLEST: &[i64] = &[0, 50, 80, 90, 95];
/// Where the bands of age begin, in years.
const YEARS: &[i64] = &[0, 1, 2, 3, 4, 5, 7];
/// So many months ahead, this one too.
const MONTHS: i64 = 12;
/// Most operating systems that are named.
const MOST_SYSTEMS: usize = 100;

/// The ledger in numbers.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct AssetStatistics {
    /// All assets under these filters.
    total: i64,
    kinds: Vec<WordCount>,
    standings: Vec<WordCount>,
    /// By who tells of them; one of which several tell counts for each.
    sources: Vec<WordCount>,
    /// By name and version of the operating system, the most first; `unknown` where nobody told.
    systems: Vec<WordCount>,
    /// By how long the organisation has had them: from when they were bought, or came into the ledger. The newest first.
    ages: Vec<TimeCount>,
    /// In bytes; the first band is where it is not known.
    memory: Vec<AmountCount>,
    /// In bytes; the first band is where it is not known.
    disk: Vec<AmountCount>,
    /// How full the fullest volume is, in percent, of those whose disks are known.
    fullest: Vec<AmountCount>,
    /// Leases by the month in which they end; the first band is what has ended.
    lease: Vec<TimeCount>,
    /// Warranties likewise.
    warranty: Vec<TimeCount>,
}

/// How many there are of a word.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WordCount {
    word: String,
    count: i64,
}

/// How many there are in a span of amounts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AmountCount {
    from: i64,
    /// Absent in the last.
    below: Option<i64>,
    count: i64,
}

/// How many there are in a span of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TimeCount {
    /// Absent where the span has no beginning.
    from: Option<Time>,
    /// Absent where it has no end.
    before: Option<Time>,
    count: i64,
}

/// A row of nothing but numbers.
struct Counts(Vec<i64>);

impl FromRow<'_, AnyRow> for Counts {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        (0..row.len()).map(|at| row.try_get(at)).collect::<Result<_, _>>().map(Self)
    }
}

/// Count assets
#[utoipa::path(get, path = "/api/v1/assets/statistics", tag = "assets", params(LedgerQuery, WhichQuery),
    responses((status = 200, body = AssetStatistics), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn statistics(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Query(which): Query<WhichQuery>,
) -> ApiResult<Json<AssetStatistics>> {
    let filters = Filters::read(&ctx, &caller, &query, &which).await?;
    let hits = hits(&filters);
    let bands = Bands::at(ctx.now(), &organisation(&ctx).await?.zone);
    // One pass over the assets for all bands; another for the operating systems, whose number nobody knows before.
    let sql = format!("SELECT COUNT(*){} {hits}", bands.columns());
    let counts: Counts = filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters).fetch_one(ctx.db().read()).await?;
    let sql = format!(
        "SELECT CASE WHEN a.os_name = '' THEN 'unknown' ELSE trim(a.os_name || ' ' || a.os_version) END, COUNT(*)
         {hits} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_SYSTEMS}"
    );
    let systems: Vec<(String, i64)> =
        filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters).fetch_all(ctx.db().read()).await?;
    let mut statistics = bands.filled(counts.0);
    statistics.systems = systems.into_iter().map(|(word, count)| WordCount { word, count }).collect();
    Ok(Json(statistics))
}

/// A span of time, without a beginning or an end.
type TimeSpan = (Option<i64>, Option<i64>);

/// What is counted, at this time.
struct Bands {
    ages: Vec<TimeSpan>,
    months: Vec<TimeSpan>,
}

impl Bands {
    fn at(now: Time, zone: &TimeZone) -> Self {
        let today = Timestamp::from_microsecond(now.micros()).map_or(Date::MIN, |now| zone.to_datetime(now).date());
        let begin = |day: Date| day.to_zoned(zone.clone()).map(|at| at.timestamp().as_microsecond()).ok();
        let ago = |years: i64| today.checked_sub(years.years()).ok().and_then(begin);
        // Of one age are those that were had after the day so many years ago, until the next younger.
        let ages = YEARS.iter().enumerate().map(|(nth, years)| {
            let from = YEARS.get(nth + 1).and_then(|older| ago(*older));
            (from, if *years == 0 { None } else { ago(*years) })
        });
        let first = today.first_of_month();
        let month = |n: i64| first.checked_add(n.months()).ok().and_then(begin);
        let months = (-1..MONTHS).map(|n| (if n < 0 { None } else { month(n) }, month(n + 1)));
        Self { ages: ages.collect(), months: months.collect() }
    }

    /// Columns of SQL, each with a comma before it, in the order of [`Self::filled`].
    fn columns(&self) -> String {
        let mut sql = String::new();
        let mut count = |condition: String| sql.push_str(&format!(", COUNT(CASE WHEN {condition} THEN 1 END)"));
        // Words of our own, none of a caller.
        AssetKind::ALL.iter().for_each(|kind| count(format!("a.kind = '{kind}'")));
        AssetStanding::ALL.iter().for_each(|standing| count(format!("a.standing = '{standing}'")));
        Source::ALL.iter().for_each(|source| count(format!("a.sources LIKE '%,{source},%'")));
        for (from, before) in &self.ages {
            count(format!("1 = 1{}", span("COALESCE(a.bought_at, a.first_at)", *from, *before)));
        }
        for (column, more, bounds) in [
            ("a.memory_bytes", "", MEMORY),
            ("a.disk_bytes", "", DISK),
            ("a.fullest", " AND a.disk_bytes > 0", FULLEST),
        ] {
            for (from, below) in amounts(bounds) {
                count(format!("1 = 1{}{more}", span(column, Some(from), below)));
            }
        }
        for column in ["a.lease_until", "a.warranty_until"] {
            for (from, before) in &self.months {
                count(format!("1 = 1{}", span(column, *from, *before)));
            }
        }
        sql
    }

    /// The numbers under their names.
    fn filled(&self, counts: Vec<i64>) -> AssetStatistics {
        let mut counts = counts.into_iter();
        let mut next = || counts.next().unwrap_or_default();
        let total = next();
        let mut words = |words: &mut dyn Iterator<Item = String>| -> Vec<WordCount> {
            words.map(|word| WordCount { word, count: next() }).collect()
        };
        let kinds = words(&mut AssetKind::ALL.iter().map(ToString::to_string));
        let standings = words(&mut AssetStanding::ALL.iter().map(ToString::to_string));
        let sources = words(&mut Source::ALL.iter().map(ToString::to_string));
        let time = |micros: Option<i64>| micros.map(Time::from_micros);
        let times = |spans: &[TimeSpan], next: &mut dyn FnMut() -> i64| -> Vec<TimeCount> {
            spans
                .iter()
                .map(|(from, before)| TimeCount { from: time(*from), before: time(*before), count: next() })
                .collect()
        };
        let bytes = |bounds: &[i64], next: &mut dyn FnMut() -> i64| -> Vec<AmountCount> {
            amounts(bounds).map(|(from, below)| AmountCount { from, below, count: next() }).collect()
        };
        AssetStatistics {
            total,
            kinds,
            standings,
            sources,
            systems: Vec::new(),
            ages: times(&self.ages, &mut next),
            memory: bytes(MEMORY, &mut next),
            disk: bytes(DISK, &mut next),
            fullest: bytes(FULLEST, &mut next),
            lease: times(&self.months, &mut next),
            warranty: times(&self.months, &mut next),
        }
    }
}

fn amounts(bounds: &[i64]) -> impl Iterator<Item = (i64, Option<i64>)> {
    bounds.iter().enumerate().map(|(nth, from)| (*from, bounds.get(nth + 1).copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_months_lie_side_by_side_without_gaps() {
        let tokyo = TimeZone::fixed(jiff::tz::offset(9));
        // 2024-02-29 12:00 in Tokyo: the day that most years do not have.
        let bands = Bands::at(Time::from_micros(1_709_175_600_000_000), &tokyo);
        for pair in bands.ages.windows(2) {
            assert_eq!(pair[0].0, pair[1].1);
        }
        for pair in bands.months.windows(2) {
            assert_eq!(pair[0].1, pair[1].0);
        }
        assert_eq!(bands.months.len(), 13);
        assert_eq!(bands.months[1].0, Some(1_706_713_200_000_000), "1 February, in Tokyo");
        assert_eq!((bands.ages[0].1, bands.ages[6].0), (None, None));
    }

    #[test]
    fn every_count_gets_its_place() {
        let bands = Bands::at(Time::from_micros(0), &TimeZone::UTC);
        let columns = bands.columns().matches("COUNT").count();
        let filled = bands.filled((0..=i64::try_from(columns).unwrap()).collect());
        assert_eq!(filled.total, 0);
        assert_eq!(filled.kinds[0].count, 1);
        assert_eq!(filled.warranty.last().unwrap().count, i64::try_from(columns).unwrap());
    }
}
