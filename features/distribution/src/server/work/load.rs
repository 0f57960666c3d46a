//! A rollout as [`crate::rollout`] reasons about it, from the database.

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use crate::{
    part::{Kind, PartState},
    rollout::{Most, Ring, RingState, Rollout, RolloutState},
    server::plan::Plan,
};

/// What the steps need besides.
pub(super) struct Known {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) plan: Plan,
    pub(super) state: RolloutState,
    pub(super) deadline: Time,
    pub(super) created_by: String,
    pub(super) rings: Vec<String>,
}

/// Rollouts of which something is to be done, or may be.
pub(super) async fn live(ctx: &Context) -> Result<Vec<String>, ApiError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM distribution_rollout WHERE state IN ('running', 'recalling') OR (state = 'stopped' AND settled = 0) ORDER BY id",
    )
    .fetch_all(ctx.db().read())
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[derive(FromRow)]
struct Row {
    name: String,
    plan: String,
    state: String,
    starts_at: i64,
    deadline: i64,
    created_by: String,
}

#[derive(FromRow)]
struct RingRow {
    name: String,
    wait_s: i64,
    most_failures: i64,
    in_percent: i64,
    enough_percent: i64,
    needs_go: i64,
    gone_by: String,
    state: String,
    forgiven: i64,
    good_at: Option<i64>,
}

fn word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, ApiError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| ApiError::unavailable(&error))
}

/// The rollout with this id; `None` when it is gone or not ready.
pub(super) async fn rollout(ctx: &Context, id: &str) -> Result<Option<(Rollout, Known)>, ApiError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT name, plan, state, starts_at, deadline, created_by FROM distribution_rollout WHERE id = $1 AND state <> 'preparing'",
    )
    .bind(id)
    .fetch_optional(ctx.db().read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let rows: Vec<RingRow> = sqlx::query_as(
        "SELECT name, wait_s, most_failures, in_percent, enough_percent, needs_go, gone_by, state, forgiven, good_at
         FROM distribution_ring WHERE rollout_id = $1 ORDER BY number",
    )
    .bind(id)
    .fetch_all(ctx.db().read())
    .await?;
    let mut rings = Vec::with_capacity(rows.len());
    let mut names = Vec::with_capacity(rows.len());
    for ring in rows {
        let most = ring.most_failures.unsigned_abs();
        names.push(ring.name);
        rings.push(Ring {
            state: word::<RingState>(ring.state)?,
            wait_s: ring.wait_s,
            most: if ring.in_percent != 0 { Most::Percent(most) } else { Most::Number(most) },
            enough_percent: ring.enough_percent.unsigned_abs(),
            needs_go: ring.needs_go != 0,
            gone: !ring.gone_by.is_empty(),
            forgiven: ring.forgiven.unsigned_abs(),
            good_at: ring.good_at.map(Time::from_micros),
            tally: crate::rollout::Tally::default(),
        });
    }
    tally(ctx, id, &mut rings).await?;
    let state = word::<RolloutState>(row.state)?;
    let (starts_at, deadline) = (Time::from_micros(row.starts_at), Time::from_micros(row.deadline));
    let plan = serde_json::from_str(&row.plan).map_err(|error| ApiError::unavailable(&error))?;
    let known =
        Known { id: id.to_owned(), name: row.name, plan, state, deadline, created_by: row.created_by, rings: names };
    Ok(Some((Rollout { state, starts_at, deadline, rings }, known)))
}

/// Counts the endpoints of each ring by where they are.
async fn tally(ctx: &Context, id: &str, rings: &mut [Ring]) -> Result<(), ApiError> {
    let rows: Vec<(i64, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT ring, state, COUNT(*), CAST(SUM(CASE WHEN next_at > $2 THEN 1 ELSE 0 END) AS BIGINT),
         CAST(SUM(CASE WHEN recalled < attempt THEN 1 ELSE 0 END) AS BIGINT)
         FROM distribution_part WHERE rollout_id = $1 GROUP BY ring, state",
    )
    .bind(id)
    .bind(ctx.now().micros())
    .fetch_all(ctx.db().read())
    .await?;
    for (ring, state, count, later, open) in rows {
        let Some(ring) = usize::try_from(ring).ok().and_then(|at| rings.get_mut(at)) else { continue };
        let (count, later, open) = (count.unsigned_abs(), later.unsigned_abs(), open.unsigned_abs());
        let tally = &mut ring.tally;
        match PartState::parse(&state).map(PartState::kind) {
            Some(Kind::Ahead) => {
                tally.due += count - later;
                tally.paused += later;
            }
            Some(Kind::Queued) => {
                tally.queued += count;
                tally.open += open;
            }
            Some(Kind::Taken) => {
                tally.taken += count;
                tally.open += open;
            }
            Some(Kind::Good) => tally.good += count,
            Some(Kind::Bad) => tally.bad += count,
            // A word of a newer server's: it is somewhere, and nothing is to be done about it.
            Some(Kind::Other) | None => tally.other += count,
        }
    }
    Ok(())
}
