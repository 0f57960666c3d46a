//! What the control plane's database knows of the events: marks, positions, and inserts that are under way.
//!
//! An insert is announced there before it is made (an *intent*) and settled after it. Positions are given in the transaction
//! that announces, so a crash anywhere leaves an intent whose rows are there or not. Whoever finds it later judges it: all
//! rows are there, and it is settled; or not, and its positions are *void*: nobody ever sees a row there, not even one of an
//! insert that arrives late.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe};
use uuid::Uuid;
use yagura_server_kit::{Db, db::DbError};
use yagura_vocabulary::{Id, Lane, Time, id::Endpoint};

use crate::{FeedCursor, Mark, StoreError};

/// (endpoint, epoch, lane).
pub(super) type Stream = (Id<Endpoint>, Uuid, Lane);

/// An announced insert.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) first: u64,
    pub(super) last: u64,
}

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// Its rows count.
    Stored,
    /// Its positions are void.
    Void,
}

/// What can be seen: positions up to `head`, except those in `voids`.
#[derive(Debug, Clone, Default)]
pub(super) struct Visible {
    pub(super) head: u64,
    pub(super) voids: Vec<(u64, u64)>,
}

/// A failure of the control plane's database.
pub(super) fn failed(action: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| StoreError::Control { action, reason: error.to_string() }
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        Self::Control { action: "begin or commit", reason: error.to_string() }
    }
}

/// Positions are far below 2^63, and never negative.
pub(super) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn unsigned(position: i64) -> u64 {
    u64::try_from(position).unwrap_or(0)
}

/// The next position, locked until the transaction ends: who announces an insert does so one after the other.
pub(super) async fn lock_position(on: &mut AnyConnection) -> Result<u64, sqlx::Error> {
    sqlx::query("UPDATE events_position SET next_position = next_position WHERE one = 1").execute(&mut *on).await?;
    let (next,): (i64,) =
        sqlx::query_as("SELECT next_position FROM events_position WHERE one = 1").fetch_one(on).await?;
    Ok(unsigned(next))
}

pub(super) async fn set_position(on: &mut AnyConnection, next: u64) -> Result<(), sqlx::Error> {
    let set = sqlx::query("UPDATE events_position SET next_position = $1 WHERE one = 1").bind(signed(next));
    set.execute(on).await.map(drop)
}

type MarkRow = (String, String, String, i64, String);

fn mark((endpoint, epoch, lane, last_seq, hash): MarkRow) -> Option<(Stream, Mark)> {
    let (epoch, lane) = (epoch.parse().ok()?, lane.parse().ok()?);
    let last_sha256 = hex::decode(hash).ok()?.try_into().ok()?;
    let stream = (endpoint.parse().ok()?, epoch, lane);
    Some((stream, Mark { epoch, lane, last_seq: unsigned(last_seq), last_sha256 }))
}

/// So many endpoints stand in one question.
const AT_ONCE: usize = 500;

async fn rows_of(on: &mut AnyConnection, table: &str, endpoints: &[String]) -> Result<Vec<MarkRow>, sqlx::Error> {
    let mut rows = Vec::new();
    for some in endpoints.chunks(AT_ONCE) {
        let places = (1..=some.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        // Only the names of tables that stand below, and numbers.
        let sql =
            format!("SELECT endpoint, epoch, lane, last_seq, last_sha256 FROM {table} WHERE endpoint IN ({places})");
        let query =
            some.iter().fold(sqlx::query_as(AssertSqlSafe(sql)), |query, endpoint| query.bind(endpoint.clone()));
        rows.extend(query.fetch_all(&mut *on).await?);
    }
    Ok(rows)
}

/// How far the streams of these endpoints are stored, and which of them are in an insert under way.
///
/// What is under way is read first. Each statement sees what was committed before it: an insert that another server ends between the two
/// is seen as under way, and tried later; the other way round it would be seen as neither, and stored twice.
pub(super) async fn streams(
    on: &mut AnyConnection,
    endpoints: &[String],
) -> Result<(HashMap<Stream, Mark>, HashMap<Stream, Mark>), sqlx::Error> {
    let under_way = rows_of(&mut *on, "events_intent_mark", endpoints).await?.into_iter().filter_map(mark).collect();
    let stored = rows_of(on, "events_stream", endpoints).await?.into_iter().filter_map(mark).collect();
    Ok((stored, under_way))
}

/// Writes an intent down, with the marks as they will be.
pub(super) async fn announce(
    on: &mut AnyConnection,
    intent: &Intent,
    owner: &str,
    expires_at: Time,
    marks: &HashMap<Stream, Mark>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO events_intent (id, owner, first_position, last_position, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&intent.id)
    .bind(owner)
    .bind(signed(intent.first))
    .bind(signed(intent.last))
    .bind(expires_at.micros())
    .execute(&mut *on)
    .await?;
    for ((endpoint, epoch, lane), mark) in marks {
        sqlx::query(
            "INSERT INTO events_intent_mark (endpoint, epoch, lane, intent, last_seq, last_sha256)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(endpoint.to_string())
        .bind(epoch.to_string())
        .bind(lane.as_str())
        .bind(&intent.id)
        .bind(signed(mark.last_seq))
        .bind(hex::encode(mark.last_sha256))
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

/// Ends an intent: its marks advance, or its positions are void. If somebody else ended it, says how.
pub(super) async fn end(db: &Db, intent: &Intent, how: Settled, now: Time) -> Result<Settled, StoreError> {
    let mut tx = db.write().await?;
    let work = async {
        let on = tx.on();
        let gone = sqlx::query("DELETE FROM events_intent WHERE id = $1").bind(&intent.id).execute(&mut *on).await?;
        if gone.rows_affected() == 0 {
            let void: Option<(i64,)> =
                sqlx::query_as("SELECT last_position FROM events_void WHERE first_position = $1")
                    .bind(signed(intent.first))
                    .fetch_optional(on)
                    .await?;
            return Ok(if void.is_some() { Settled::Void } else { Settled::Stored });
        }
        match how {
            Settled::Stored => {
                sqlx::query(
                    "INSERT INTO events_stream (endpoint, epoch, lane, last_seq, last_sha256)
                     SELECT endpoint, epoch, lane, last_seq, last_sha256 FROM events_intent_mark WHERE intent = $1
                     ON CONFLICT (endpoint, epoch, lane)
                     DO UPDATE SET last_seq = excluded.last_seq, last_sha256 = excluded.last_sha256",
                )
                .bind(&intent.id)
                .execute(&mut *on)
                .await?;
            }
            Settled::Void => {
                sqlx::query("INSERT INTO events_void (first_position, last_position, voided_at) VALUES ($1, $2, $3)")
                    .bind(signed(intent.first))
                    .bind(signed(intent.last))
                    .bind(now.micros())
                    .execute(&mut *on)
                    .await?;
            }
        }
        sqlx::query("DELETE FROM events_intent_mark WHERE intent = $1").bind(&intent.id).execute(on).await?;
        Ok(how)
    };
    let settled = work.await.map_err(failed("settle an insert"))?;
    tx.commit().await?;
    Ok(settled)
}

/// Intents that are to be judged: those of `owner`, if one is given, and those whose time is over.
pub(super) async fn left_over(db: &Db, owner: Option<&str>, now: Time) -> Result<Vec<Intent>, StoreError> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT id, first_position, last_position FROM events_intent WHERE owner = $1 OR expires_at < $2
         ORDER BY first_position",
    )
    .bind(owner.unwrap_or_default())
    .bind(now.micros())
    .fetch_all(db.read())
    .await
    .map_err(failed("read which inserts are under way"))?;
    Ok(rows.into_iter().map(|(id, first, last)| Intent { id, first: unsigned(first), last: unsigned(last) }).collect())
}

/// What can be seen now.
pub(super) async fn visible(db: &Db) -> Result<Visible, StoreError> {
    // The voids after the head: each position below the head that is void was so before.
    let (head,): (i64,) = sqlx::query_as(
        "SELECT COALESCE((SELECT MIN(first_position) FROM events_intent), next_position) - 1 FROM events_position",
    )
    .fetch_one(db.read())
    .await
    .map_err(failed("read up to where events can be seen"))?;
    let voids: Vec<(i64, i64)> =
        sqlx::query_as("SELECT first_position, last_position FROM events_void ORDER BY first_position")
            .fetch_all(db.read())
            .await
            .map_err(failed("read which positions are void"))?;
    let voids = voids.into_iter().map(|(first, last)| (unsigned(first), unsigned(last))).collect();
    Ok(Visible { head: unsigned(head), voids })
}

pub(super) async fn marks(db: &Db, endpoint: Id<Endpoint>) -> Result<Vec<Mark>, StoreError> {
    let rows: Vec<MarkRow> =
        sqlx::query_as("SELECT endpoint, epoch, lane, last_seq, last_sha256 FROM events_stream WHERE endpoint = $1")
            .bind(endpoint.to_string())
            .fetch_all(db.read())
            .await
            .map_err(failed("read marks"))?;
    let mut marks: Vec<_> = rows.into_iter().filter_map(mark).map(|(_, mark)| mark).collect();
    marks.sort_by_key(|mark| (mark.epoch, mark.lane));
    Ok(marks)
}

/// Moves a stream's mark.
pub(super) async fn set_mark(on: &mut AnyConnection, endpoint: Id<Endpoint>, mark: &Mark) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO events_stream (endpoint, epoch, lane, last_seq, last_sha256) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (endpoint, epoch, lane)
         DO UPDATE SET last_seq = excluded.last_seq, last_sha256 = excluded.last_sha256",
    )
    .bind(endpoint.to_string())
    .bind(mark.epoch.to_string())
    .bind(mark.lane.as_str())
    .bind(signed(mark.last_seq))
    .bind(hex::encode(mark.last_sha256))
    .execute(on)
    .await
    .map(drop)
}

/// How many streams have a mark.
pub(super) async fn count_streams(db: &Db) -> Result<u64, StoreError> {
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM events_stream")
        .fetch_one(db.read())
        .await
        .map_err(failed("count streams"))?;
    Ok(unsigned(count))
}

impl Visible {
    pub(super) const fn cursor(&self) -> FeedCursor {
        FeedCursor(self.head)
    }
}
