//! Heads that were written down, and what became of each delivery.

use serde::Serialize;
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Id, Time};

use super::settings::Destination;
use crate::{Evidence, embedded::WrittenHead};

/// The kind of ids of deliveries.
enum DeliveryKind {}

/// So many heads are shown.
const SHOWN: i64 = 30;

/// One delivery.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = EvidenceDelivery)]
pub(super) struct Delivery {
    destination: Destination,
    /// `queued`, `done` or `failed`. Done says: the mail server has taken the mail, the message was sent, or the file is
    /// written.
    state: String,
    attempts: i64,
    /// When it was done or given up.
    ended_at: Option<Time>,
    /// When it is tried again.
    next_at: Option<Time>,
    /// Why it was not taken the last time.
    error: Option<String>,
}

/// A head that was written down.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = EvidenceHead)]
pub(super) struct HeadView {
    /// The number of the last manifest.
    position: i64,
    /// Its hash, hex.
    hash: String,
    written_at: Time,
    /// Who asked for it; null for the daily one.
    asked_by: Option<String>,
    deliveries: Vec<Delivery>,
}

/// Writes the head of the journal down and queues it for every place, once for each `id`; false if that was done before.
pub(super) async fn write_down(
    ctx: &Context,
    connection: &mut AnyConnection,
    evidence: &dyn Evidence,
    (id, asked_by): (&str, Option<&str>),
    destinations: &[Destination],
) -> Result<bool, ApiError> {
    let seal = evidence.seal().ok_or_else(|| ApiError::conflict("this server's journal is not signed"))?;
    let now = ctx.now();
    let name: Option<(String,)> =
        sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'organisation_name'")
            .fetch_optional(&mut *connection)
            .await?;
    let organisation = name.map_or_else(String::new, |(name,)| name);
    let head = evidence.head().await?;
    let written = WrittenHead::sign(seal, head, (&ctx.server().to_string(), &organisation), now);
    let inserted = sqlx::query(
        "INSERT INTO events_head (id, position, hash, document, written_at, asked_by) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(i64::try_from(head.number).unwrap_or(i64::MAX))
    .bind(&written.hash)
    .bind(written.to_text())
    .bind(now.micros())
    .bind(asked_by)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    for destination in destinations {
        sqlx::query(
            "INSERT INTO events_head_delivery (id, head, destination, state, attempts, next_at)
             VALUES ($1, $2, $3, 'queued', 0, $4)",
        )
        .bind(Id::<DeliveryKind>::new().to_string())
        .bind(id)
        .bind(serde_json::to_string(destination).map_err(|error| ApiError::unavailable(&error))?)
        .bind(now.micros())
        .execute(&mut *connection)
        .await?;
    }
    Ok(true)
}

#[derive(FromRow)]
struct DeliveryRow {
    head: String,
    destination: String,
    state: String,
    attempts: i64,
    next_at: i64,
    ended_at: Option<i64>,
    error: Option<String>,
}

/// The newest heads first.
pub(super) async fn latest(connection: &mut AnyConnection) -> Result<Vec<HeadView>, ApiError> {
    let rows: Vec<(String, i64, String, i64, Option<String>)> = sqlx::query_as(
        "SELECT id, position, hash, written_at, asked_by FROM events_head ORDER BY written_at DESC, id DESC LIMIT $1",
    )
    .bind(SHOWN)
    .fetch_all(&mut *connection)
    .await?;
    let oldest = rows.last().map_or(0, |row| row.3);
    let deliveries: Vec<DeliveryRow> = sqlx::query_as(
        "SELECT d.head, d.destination, d.state, d.attempts, d.next_at, d.ended_at, d.error FROM events_head_delivery d
         JOIN events_head h ON h.id = d.head WHERE h.written_at >= $1 ORDER BY d.id",
    )
    .bind(oldest)
    .fetch_all(connection)
    .await?;
    let view = |(id, position, hash, written_at, asked_by): (String, i64, String, i64, Option<String>)| {
        let own = deliveries.iter().filter(|row| row.head == id);
        let deliveries = own.filter_map(delivery).collect();
        HeadView { position, hash, written_at: Time::from_micros(written_at), asked_by, deliveries }
    };
    Ok(rows.into_iter().map(view).collect())
}

fn delivery(row: &DeliveryRow) -> Option<Delivery> {
    Some(Delivery {
        // A place of a kind that is known no more is not shown.
        destination: serde_json::from_str(&row.destination).ok()?,
        state: row.state.clone(),
        attempts: row.attempts,
        ended_at: row.ended_at.map(Time::from_micros),
        next_at: (row.state == "queued").then(|| Time::from_micros(row.next_at)),
        error: row.error.clone(),
    })
}
