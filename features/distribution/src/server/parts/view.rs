//! How an endpoint's part in a rollout is shown.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Id, Time, id::EndpointId};

use crate::{
    model::{Rollout, Told},
    part::PartState,
};

/// An endpoint's part in a rollout.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::server) struct RolloutPart {
    #[schema(value_type = String)]
    pub(super) rollout_id: Id<Rollout>,
    pub(super) rollout_name: String,
    pub(super) endpoint_id: EndpointId,
    pub(super) hostname: String,
    /// Its ring, from 0, and what that is called.
    pub(super) ring: i64,
    pub(super) ring_name: String,
    pub(super) state: PartState,
    /// How often it was given.
    pub(super) attempt: i64,
    pub(super) changed_at: Time,
    /// When it is given again, where it waits for that.
    pub(super) next_at: Option<Time>,
    /// Until when its endpoint waits, as it last told.
    pub(super) until: Option<Time>,
    /// How much of what it needs it has fetched, in percent, as it last told.
    pub(super) percent: Option<u8>,
    /// Why; empty where it is well.
    pub(super) why: String,
    /// Whether the machine must be started anew for it.
    pub(super) restart: bool,
    /// How many bytes of content it has had from the server, and from neighbours on its segment, over all ended attempts.
    pub(super) from_server: u64,
    pub(super) from_neighbours: u64,
}

#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub(super) rollout_id: String,
    rollout_name: String,
    pub(super) endpoint_id: String,
    pub(super) hostname: String,
    ring: i64,
    ring_name: String,
    state: String,
    attempt: i64,
    changed_at: i64,
    next_at: i64,
    why: String,
    restart: i64,
    from_server: i64,
    from_neighbours: i64,
    told: Option<String>,
}

/// The columns of [`Row`] and where they come from: parts are `p`, endpoints `e`, rollouts `r`.
pub(super) const SELECT: &str =
    "SELECT p.rollout_id AS rollout_id, r.name AS rollout_name, p.endpoint_id AS endpoint_id, e.hostname AS hostname,
     p.ring AS ring, g.name AS ring_name, p.state AS state, p.attempt AS attempt, p.changed_at AS changed_at,
     p.next_at AS next_at, p.why AS why, p.restart AS restart, p.from_server AS from_server,
     p.from_neighbours AS from_neighbours, s.value AS told";
pub(super) const FROM: &str = "distribution_part p JOIN distribution_rollout r ON r.id = p.rollout_id
     JOIN endpoints_endpoint e ON e.id = p.endpoint_id
     JOIN distribution_ring g ON g.rollout_id = p.rollout_id AND g.number = p.ring
     LEFT JOIN endpoints_state s ON s.endpoint_id = p.endpoint_id AND s.section = 'distribution'";

impl TryFrom<Row> for RolloutPart {
    type Error = ApiError;

    fn try_from(row: Row) -> Result<Self, ApiError> {
        let rollout_id = row.rollout_id.parse().map_err(|error| ApiError::unavailable(&error))?;
        let state = PartState::parse(&row.state).ok_or_else(|| ApiError::unavailable(&UnknownState(row.state)))?;
        let told: Vec<Told> = row.told.as_deref().and_then(|told| serde_json::from_str(told).ok()).unwrap_or_default();
        let told = told
            .into_iter()
            .find(|told| told.rollout_id == rollout_id && i64::from(told.attempt) == row.attempt)
            .filter(|_| !state.is_final());
        let waits = state == PartState::Waiting && row.attempt > 0;
        Ok(Self {
            rollout_id,
            rollout_name: row.rollout_name,
            endpoint_id: row.endpoint_id.parse().map_err(|error| ApiError::unavailable(&error))?,
            hostname: row.hostname,
            ring: row.ring,
            ring_name: row.ring_name,
            state,
            attempt: row.attempt,
            changed_at: Time::from_micros(row.changed_at),
            next_at: Some(row.next_at).filter(|_| waits).map(Time::from_micros),
            until: told.as_ref().and_then(|told| told.until),
            percent: told.as_ref().and_then(|told| told.percent),
            why: row.why,
            restart: row.restart != 0,
            from_server: row.from_server.unsigned_abs(),
            from_neighbours: row.from_neighbours.unsigned_abs(),
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a part of a rollout in the database is in the state `{0}`, which does not exist")]
struct UnknownState(String);
