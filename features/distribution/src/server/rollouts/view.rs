//! How a rollout is shown: what was asked for, and how many endpoints of each ring are where.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{Id, Time};

use crate::{
    model::Rollout,
    rollout::{RingState, RolloutState},
    server::plan::{Plan, RolloutItem, RolloutNotice, RolloutWindow, RolloutWork},
};

/// Names of packages of a rollout in a list.
const NAMED: usize = 10;

/// A ring, and how far it has come. Only endpoints that the caller sees are counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutRing {
    name: String,
    state: RingState,
    wait_s: i64,
    most_failures: i64,
    in_percent: bool,
    enough_percent: i64,
    needs_go: bool,
    /// Who gave the word.
    gone_by: Option<String>,
    started_at: Option<Time>,
    good_at: Option<Time>,
    /// How many endpoints it has.
    endpoints: u64,
    /// How many of them are in which state.
    states: BTreeMap<String, u64>,
}

/// A rollout, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutShort {
    #[schema(value_type = String)]
    pub(super) id: Id<Rollout>,
    name: String,
    state: RolloutState,
    /// Who stopped it or took it back; absent where a ring failed.
    stopped_by: Option<String>,
    /// What is done. A list of rollouts has the first names of packages only.
    work: RolloutWork,
    /// How many packages it names.
    packages: u64,
    /// What it brings from the shelf, as it was then.
    items: Vec<RolloutItem>,
    dry_run: bool,
    starts_at: Time,
    deadline: Time,
    created_at: Time,
    created_by: String,
    ended_at: Option<Time>,
    rings: Vec<RolloutRing>,
}

/// A rollout, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutView {
    #[serde(flatten)]
    short: RolloutShort,
    windows: Vec<RolloutWindow>,
    notice: RolloutNotice,
    bytes_per_second: u64,
    roll_back: bool,
    timeout_s: u32,
    retries: u32,
    reason: String,
}

#[derive(Debug, FromRow)]
pub(super) struct Row {
    pub(super) id: String,
    name: String,
    plan: String,
    state: String,
    stopped_by: String,
    starts_at: i64,
    deadline: i64,
    created_at: i64,
    created_by: String,
    ended_at: Option<i64>,
}

/// The columns of [`Row`]; rollouts are `r`.
pub(super) const COLUMNS: &str =
    "r.id AS id, r.name AS name, r.plan AS plan, r.state AS state, r.stopped_by AS stopped_by, r.starts_at AS starts_at,
     r.deadline AS deadline, r.created_at AS created_at, r.created_by AS created_by, r.ended_at AS ended_at";

/// SQL that keeps the rollouts of which somebody whose limit is parameter `$n` sees an endpoint.
pub(super) fn seen(n: usize) -> String {
    format!(
        "r.state <> 'preparing' AND (${n} = '' OR EXISTS (SELECT 1 FROM distribution_part p
         JOIN endpoints_endpoint e ON e.id = p.endpoint_id WHERE p.rollout_id = r.id AND {}))",
        visible("e.group_id", n)
    )
}

#[derive(Debug, FromRow)]
struct RingRow {
    number: i64,
    name: String,
    wait_s: i64,
    most_failures: i64,
    in_percent: i64,
    enough_percent: i64,
    needs_go: i64,
    gone_by: String,
    state: String,
    started_at: Option<i64>,
    good_at: Option<i64>,
}

fn read<T: serde::de::DeserializeOwned>(word: String) -> Result<T, ApiError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| ApiError::unavailable(&error))
}

async fn rings(ctx: &Context, caller: &Caller, id: &str) -> Result<Vec<RolloutRing>, ApiError> {
    let rows: Vec<RingRow> = sqlx::query_as(
        "SELECT number, name, wait_s, most_failures, in_percent, enough_percent, needs_go, gone_by, state, started_at, good_at
         FROM distribution_ring WHERE rollout_id = $1 ORDER BY number",
    )
    .bind(id)
    .fetch_all(ctx.db().read())
    .await?;
    let limit = caller.limit();
    // Without a limit the index alone says it.
    let sql = if limit.is_empty() {
        "SELECT ring, state, COUNT(*) FROM distribution_part WHERE rollout_id = $1 AND $2 = '' GROUP BY ring, state"
            .to_owned()
    } else {
        format!(
            "SELECT p.ring, p.state, COUNT(*) FROM distribution_part p JOIN endpoints_endpoint e ON e.id = p.endpoint_id
             WHERE p.rollout_id = $1 AND {} GROUP BY p.ring, p.state",
            visible("e.group_id", 2)
        )
    };
    let counts: Vec<(i64, String, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(limit).fetch_all(ctx.db().read()).await?;
    let ring = |row: RingRow| {
        let states: BTreeMap<String, u64> = counts
            .iter()
            .filter(|(ring, ..)| *ring == row.number)
            .map(|(_, state, count)| (state.clone(), count.unsigned_abs()))
            .collect();
        Ok(RolloutRing {
            name: row.name,
            state: read(row.state)?,
            wait_s: row.wait_s,
            most_failures: row.most_failures,
            in_percent: row.in_percent != 0,
            enough_percent: row.enough_percent,
            needs_go: row.needs_go != 0,
            gone_by: Some(row.gone_by).filter(|by| !by.is_empty()),
            started_at: row.started_at.map(Time::from_micros),
            good_at: row.good_at.map(Time::from_micros),
            endpoints: states.values().sum(),
            states,
        })
    };
    rows.into_iter().map(ring).collect()
}

impl RolloutShort {
    /// Shows a rollout.
    pub(super) async fn new(ctx: &Context, caller: &Caller, row: Row) -> Result<(Self, Plan), ApiError> {
        let plan: Plan = serde_json::from_str(&row.plan).map_err(|error| ApiError::unavailable(&error))?;
        let short = Self {
            rings: rings(ctx, caller, &row.id).await?,
            id: row.id.parse().map_err(|error| ApiError::unavailable(&error))?,
            name: row.name,
            state: read(row.state)?,
            stopped_by: Some(row.stopped_by).filter(|by| !by.is_empty()),
            work: plan.work.clone(),
            packages: plan.work.packages() as u64,
            items: plan.items.clone(),
            dry_run: plan.dry_run,
            starts_at: Time::from_micros(row.starts_at),
            deadline: Time::from_micros(row.deadline),
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by,
            ended_at: row.ended_at.map(Time::from_micros),
        };
        Ok((short, plan))
    }

    /// The same for a list, in which names of packages would be most of it.
    pub(super) fn in_a_list(mut self) -> Self {
        self.work.name_at_most(NAMED);
        self
    }
}

/// A rollout, as the caller sees it.
pub(super) async fn find(ctx: &Context, caller: &Caller, id: &str) -> Result<RolloutView, ApiError> {
    let sql = format!("SELECT {COLUMNS} FROM distribution_rollout r WHERE r.id = $2 AND {}", seen(1));
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(id).fetch_optional(ctx.db().read()).await?;
    let row = row.ok_or_else(|| ApiError::not_found("rollout"))?;
    let (short, plan) = RolloutShort::new(ctx, caller, row).await?;
    Ok(RolloutView {
        short,
        windows: plan.windows,
        notice: plan.notice,
        bytes_per_second: plan.bytes_per_second,
        roll_back: plan.roll_back,
        timeout_s: plan.timeout_s,
        retries: plan.retries,
        reason: plan.reason,
    })
}
