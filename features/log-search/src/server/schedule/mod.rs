//! Saved searches that run at set times and tell by mail how much they found.

pub(super) mod remove;
mod run;
pub(super) mod set;
mod tell;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

pub use self::run::run_due;
use crate::times::{Day, Times};

/// More recipients than a person could have meant.
const MOST_RECIPIENTS: usize = 20;

/// When a saved search runs, and whom it tells.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(super) struct Schedule {
    /// The days of the week; none means every day.
    #[serde(default)]
    days: Vec<Day>,
    /// The time of the day in the organisation's zone: `08:30`.
    at: String,
    /// Mail addresses.
    recipients: Vec<String>,
    /// Whether to send a mail when nothing was found, too.
    #[serde(default)]
    even_if_none: bool,
}

/// A schedule, and what came of its last run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ScheduleView {
    #[serde(flatten)]
    schedule: Schedule,
    next_at: Time,
    /// Null before the first run.
    last: Option<LastRun>,
    /// Why the last run failed: `owner` (who may no longer read the log), `question` or `log` (which could not be read).
    failure: Option<String>,
}

/// What a run found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct LastRun {
    at: Time,
    /// How many rows there were, or at least were, if not `exact`.
    count: u64,
    exact: bool,
    /// How many of them the server received since the run before; null at the first.
    new: Option<u64>,
}

#[derive(Debug, FromRow)]
struct Row {
    saved_id: String,
    days: String,
    minute: i64,
    recipients: String,
    even_if_none: i64,
    next_at: i64,
    last_at: Option<i64>,
    last_count: Option<i64>,
    last_exact: Option<i64>,
    last_new: Option<i64>,
    failure: Option<String>,
}

const COLUMNS: &str =
    "saved_id, days, minute, recipients, even_if_none, next_at, last_at, last_count, last_exact, last_new, failure";

impl Row {
    fn times(&self) -> Times {
        Times {
            days: serde_json::from_str(&self.days).unwrap_or_default(),
            minute: u16::try_from(self.minute).unwrap_or_default(),
        }
    }

    fn recipients(&self) -> Vec<String> {
        self.recipients.lines().map(str::to_owned).collect()
    }

    fn view(self) -> ScheduleView {
        let number = |number: i64| u64::try_from(number).unwrap_or(0);
        let last = self.last_at.zip(self.last_count).map(|(at, count)| LastRun {
            at: Time::from_micros(at),
            count: number(count),
            exact: self.last_exact != Some(0),
            new: self.last_new.map(number),
        });
        let (times, recipients) = (self.times(), self.recipients());
        let schedule = Schedule {
            days: times.days,
            at: Times::text(times.minute),
            recipients,
            even_if_none: self.even_if_none != 0,
        };
        ScheduleView { schedule, next_at: Time::from_micros(self.next_at), last, failure: self.failure }
    }
}

/// The schedule of a saved search, if it has one.
pub(super) async fn of(connection: &mut AnyConnection, saved: &str) -> Result<Option<ScheduleView>, ApiError> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM log_search_schedule WHERE saved_id = $1"));
    let row: Option<Row> = sqlx::query_as(sql).bind(saved).fetch_optional(connection).await?;
    Ok(row.map(Row::view))
}

/// Takes the schedule of a saved search away; whether there was one.
pub(super) async fn drop_of(connection: &mut AnyConnection, saved: &str) -> Result<bool, ApiError> {
    let done = sqlx::query("DELETE FROM log_search_schedule WHERE saved_id = $1").bind(saved).execute(connection);
    Ok(done.await?.rows_affected() > 0)
}

/// Runs what is due, until the server stops.
pub(super) fn start(ctx: &Context) {
    ctx.spawn(run::watch(ctx.clone()));
}
