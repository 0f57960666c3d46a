//! What the database knows of a segment.

use std::net::{Ipv4Addr, SocketAddrV4};

use sqlx::FromRow;
use yagura_channel::wire::{
    blob::BlobHash,
    neighbour::{Ask, Gives, Neighbour},
};
use yagura_endpoints::is_here;
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::{Id, Time, id::Endpoint};

use super::choose::{Near, State};

#[derive(FromRow)]
struct Row {
    endpoint_id: String,
    state: String,
    address: String,
    port: i64,
    public_key: String,
    at_once: i64,
    keeps: i64,
    giver: String,
    last_seen: Option<i64>,
}

impl Row {
    /// The endpoint, and how it is reached. What a newer server wrote otherwise is left out.
    fn read(self, ctx: &Context, size: u64) -> Option<(Near, Neighbour)> {
        let endpoint = self.endpoint_id.parse().ok()?;
        if !is_here(ctx, endpoint, self.last_seen) {
            return None;
        }
        let state = match self.state.as_str() {
            "waits" => State::Waits,
            "takes" => State::Takes(self.giver.parse().ok()?),
            "fetches" => State::Fetches,
            "holds" => State::Holds,
            _ => return None,
        };
        let address = SocketAddrV4::new(self.address.parse().ok()?, u16::try_from(self.port).ok()?);
        let gives = address.port() != 0 && self.keeps.unsigned_abs() >= size;
        let at_once = usize::try_from(self.at_once).unwrap_or(0);
        let near = Near { endpoint, state, gives, at_once };
        Some((near, Neighbour { endpoint, address, key: self.public_key.parse().ok()? }))
    }
}

/// The others of these segments that are there now. Who is on two of them with the asker counts once.
pub(super) async fn others(
    ctx: &Context,
    tx: &mut Tx,
    (blob, size): (BlobHash, u64),
    segments: &[(String, Ipv4Addr)],
    asker: Id<Endpoint>,
) -> Result<Vec<(Near, Neighbour)>, ApiError> {
    let mut found: Vec<(Near, Neighbour)> = Vec::new();
    for (segment, _) in segments {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT n.endpoint_id AS endpoint_id, n.state AS state, n.address AS address, n.port AS port,
             n.public_key AS public_key, n.at_once AS at_once, n.keeps AS keeps, n.giver AS giver, e.last_seen AS last_seen
             FROM distribution_near n JOIN endpoints_endpoint e ON e.id = n.endpoint_id
             WHERE n.hash = $1 AND n.segment = $2 AND n.endpoint_id <> $3 AND n.until > $4 AND e.standing = 'active'",
        )
        .bind(blob.to_string())
        .bind(segment)
        .bind(asker.to_string())
        .bind(ctx.now().micros())
        .fetch_all(tx.on())
        .await?;
        let new = rows.into_iter().filter_map(|row| row.read(ctx, size)).collect::<Vec<_>>();
        found.extend(new);
    }
    found.sort_by_key(|(near, _)| near.endpoint);
    found.dedup_by_key(|(near, _)| near.endpoint);
    Ok(found)
}

/// Forgets what an endpoint said of this content.
pub(super) async fn forget(tx: &mut Tx, blob: BlobHash, endpoint: Id<Endpoint>) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM distribution_near WHERE hash = $1 AND endpoint_id = $2")
        .bind(blob.to_string())
        .bind(endpoint.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Forgets what counts no more.
pub(super) async fn forget_old(tx: &mut Tx, now: Time) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM distribution_near WHERE until <= $1").bind(now.micros()).execute(tx.on()).await?;
    Ok(())
}

/// Writes down what an endpoint does about some content.
pub(super) async fn write(
    tx: &mut Tx,
    endpoint: Id<Endpoint>,
    ask: &Ask,
    segments: &[(String, Ipv4Addr)],
    state: State,
    until: Time,
) -> Result<(), ApiError> {
    forget(tx, ask.blob, endpoint).await?;
    let (word, giver) = match state {
        State::Waits => ("waits", String::new()),
        State::Takes(giver) => ("takes", giver.to_string()),
        State::Fetches => ("fetches", String::new()),
        State::Holds => ("holds", String::new()),
    };
    let Gives { port, at_once, keeps } = ask.gives.unwrap_or(Gives { port: 0, at_once: 0, keeps: 0 });
    for (segment, address) in segments {
        sqlx::query(
            "INSERT INTO distribution_near
             (hash, segment, endpoint_id, state, address, port, public_key, at_once, keeps, giver, until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (hash, segment, endpoint_id) DO UPDATE SET address = excluded.address",
        )
        .bind(ask.blob.to_string())
        .bind(segment)
        .bind(endpoint.to_string())
        .bind(word)
        .bind(address.to_string())
        .bind(i64::from(port))
        .bind(ask.key.to_string())
        .bind(i64::from(at_once))
        .bind(i64::try_from(keeps).unwrap_or(i64::MAX))
        .bind(&giver)
        .bind(until.micros())
        .execute(tx.on())
        .await?;
    }
    Ok(())
}
