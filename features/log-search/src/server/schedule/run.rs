//! Running what is due.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};
use tokio::time::{MissedTickBehavior, interval};
use yagura_events::server::{Store, clock, question};
use yagura_mail::Mail;
use yagura_server_kit::{ApiError, Audit, Authenticator, Caller, Change, Context, Permission};
use yagura_vocabulary::Time;

use super::{COLUMNS, LastRun, Row, tell};
use crate::server::saved::object;

/// How often is looked for searches that are due.
const EVERY: Duration = Duration::from_secs(20);
/// Counting stops here: "100,000 and more" is told then.
const COUNTED: u64 = 100_000;

/// Runs what is due, until the server stops.
pub(super) async fn watch(ctx: Context) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = async { ctx.stopping().cancelled().await } => return,
        }
        tokio::select! {
            outcome = run_due(&ctx) => if let Err(error) = outcome {
                tracing::warn!(?error, "saved searches that are due could not be run");
            },
            () = async { ctx.stopping().cancelled().await } => return,
        }
    }
}

/// Why a search could not be run.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// Its owner may no longer read the log.
    Owner,
    /// Its question cannot be asked, or not now.
    Question,
    /// The log could not be read.
    Log,
}

impl Failure {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Question => "question",
            Self::Log => "log",
        }
    }
}

#[derive(FromRow)]
struct Due {
    #[sqlx(flatten)]
    row: Row,
    owner: String,
    name: String,
    q: String,
    purpose: Option<String>,
}

/// Runs every saved search whose time has come. A run that a stop of the server cut off is done at the next start.
///
/// # Errors
/// When the database is away. What is wrong with one search is written down with it.
pub async fn run_due(ctx: &Context) -> Result<(), ApiError> {
    let columns = COLUMNS.replace("saved_id, ", "s.saved_id AS saved_id, ");
    let sql = format!(
        "SELECT {columns}, purpose, k.owner AS owner, k.name AS name, k.q AS q
         FROM log_search_schedule s JOIN log_search_saved k ON k.id = s.saved_id WHERE next_at <= $1 ORDER BY next_at"
    );
    let due: Vec<Due> = sqlx::query_as(AssertSqlSafe(sql)).bind(ctx.now().micros()).fetch_all(ctx.db().read()).await?;
    for one in due {
        run(ctx, one).await?;
    }
    Ok(())
}

async fn run(ctx: &Context, due: Due) -> Result<(), ApiError> {
    let at = ctx.now();
    let authenticator = ctx.part::<Box<dyn Authenticator>>();
    let owner = match due.owner.parse() {
        Ok(owner) => authenticator.in_the_name_of(ctx, owner).await?,
        Err(_) => None,
    };
    let Some(owner) = owner.filter(|owner| owner.may(Permission::EventsRead)) else {
        return failed(ctx, &due, Failure::Owner).await;
    };
    let found = match find(ctx, &owner, &due, at).await {
        Ok(found) => found,
        Err(failure) => return failed(ctx, &due, failure).await,
    };
    let next_at = next(ctx, &due, at).await?;
    let mut change = Change::begin(ctx, &owner, "saved_search.run").await?;
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let taken = sqlx::query(
        "UPDATE log_search_schedule SET next_at = $1, last_at = $2, last_count = $3, last_exact = $4, last_new = $5,
         failure = NULL WHERE saved_id = $6 AND next_at = $7",
    )
    .bind(next_at)
    .bind(at.micros())
    .bind(number(found.count))
    .bind(i64::from(found.exact))
    .bind(found.new.map(number))
    .bind(&due.row.saved_id)
    .bind(due.row.next_at)
    .execute(change.on())
    .await?;
    // Changed or run by somebody else meanwhile.
    if taken.rows_affected() == 0 {
        return Ok(());
    }
    if found.count > 0 || due.row.even_if_none != 0 {
        let url: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'public_url'")
            .fetch_optional(change.on())
            .await?;
        let url = url.map(|(url,)| url).unwrap_or_default();
        let (subject, text) = tell::write(&due.name, &due.q, &found, url.trim_end_matches('/'));
        for to in due.row.recipients() {
            let mail = Mail { to, subject: subject.clone(), text: text.clone() };
            yagura_mail::enqueue(ctx, change.tx(), &mail).await?;
        }
    }
    change.commit(Audit::created(object(&due.row.saved_id, &due.name), &found).because(due.purpose)).await
}

async fn find(ctx: &Context, owner: &Caller, due: &Due, at: Time) -> Result<LastRun, Failure> {
    let misread = |error: ApiError| {
        tracing::warn!(saved_search = due.row.saved_id, ?error, "the question of a saved search cannot be asked");
        Failure::Question
    };
    let unread = |error: yagura_events::StoreError| {
        tracing::warn!(saved_search = due.row.saved_id, %error, "the log could not be read for a saved search");
        Failure::Log
    };
    let store = ctx.part::<Store>();
    let query = question(ctx, owner, &due.q, None).await.map_err(misread)?;
    let all = store.count(&query, COUNTED).await.map_err(unread)?;
    let new = match due.row.last_at {
        Some(last) => {
            let query = question(ctx, owner, &due.q, Some(Time::from_micros(last))).await.map_err(misread)?;
            Some(store.count(&query, COUNTED).await.map_err(unread)?.value)
        }
        None => None,
    };
    Ok(LastRun { at, count: all.value, exact: all.exact, new })
}

async fn next(ctx: &Context, due: &Due, at: Time) -> Result<i64, ApiError> {
    let now = Timestamp::from_microsecond(at.micros()).unwrap_or(Timestamp::MAX);
    Ok(due.row.times().next(now, &clock(ctx).await?.zone).as_microsecond())
}

/// Writes down why a run failed. It is tried again at its next time.
async fn failed(ctx: &Context, due: &Due, failure: Failure) -> Result<(), ApiError> {
    let next_at = next(ctx, due, ctx.now()).await?;
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE log_search_schedule SET next_at = $1, failure = $2 WHERE saved_id = $3 AND next_at = $4")
        .bind(next_at)
        .bind(failure.as_str())
        .bind(&due.row.saved_id)
        .bind(due.row.next_at)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}
