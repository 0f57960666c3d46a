//! Roll-out: how far a version has come, moving it on, pausing it.

use std::{collections::HashMap, time::Duration};

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use yagura_channel::wire::policy::{Applied, DocumentHash};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    manifest::nudge,
    outlook::{self, Outlook, VersionRow},
    policies::{PolicyVersion, object, place},
};
use crate::ring::{Ring, within};

const LOOKS_EVERY: Duration = Duration::from_secs(5);

/// Where a roll-out stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RolloutState {
    Running,
    Paused,
    Done,
    Superseded,
}

/// How far a version has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rollout {
    state: RolloutState,
    /// The step that it is in, from 0.
    ring: i64,
    rings: Vec<Ring>,
    /// Endpoints that should have it by now.
    wanted: usize,
    applied: usize,
    failed: usize,
    pending: usize,
}

pub(crate) async fn rollout(
    ctx: &Context,
    outlook: &Outlook,
    row: &VersionRow,
    newest: bool,
) -> Result<Rollout, ApiError> {
    let rings = row.rings();
    let last = i64::try_from(rings.len()).unwrap_or(1) - 1;
    let mut rollout = Rollout {
        state: RolloutState::Superseded,
        ring: row.ring,
        rings,
        wanted: 0,
        applied: 0,
        failed: 0,
        pending: 0,
    };
    if !newest {
        return Ok(rollout);
    }
    rollout.state = match (row.paused != 0, row.ring >= last) {
        (true, _) => RolloutState::Paused,
        (false, true) => RolloutState::Done,
        (false, false) => RolloutState::Running,
    };
    let wanted = wanted_hashes(ctx, &row.feature).await?;
    let applied = applied(ctx).await?;
    for endpoint in outlook::endpoints(ctx).await? {
        let member = outlook.chain(&endpoint).iter().any(|group| group.id == row.group_id);
        if !member || !within(row.percent(), &endpoint.id, &row.id) {
            continue;
        }
        rollout.wanted += 1;
        match applied.get(&endpoint.id).and_then(|policies| policies.get(&row.feature)) {
            Some(state) if state.refused.is_some() => rollout.failed += 1,
            Some(state) if wanted.get(&endpoint.id) == Some(&state.hash) => rollout.applied += 1,
            _ => rollout.pending += 1,
        }
    }
    Ok(rollout)
}

/// The document of a feature that each endpoint was last told to have.
async fn wanted_hashes(ctx: &Context, feature: &str) -> Result<HashMap<String, DocumentHash>, ApiError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT endpoint_id, documents FROM policy_manifest").fetch_all(ctx.db().read()).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(endpoint, documents)| {
            let documents: HashMap<String, DocumentHash> = serde_json::from_str(&documents).ok()?;
            Some((endpoint, documents.get(feature)?.clone()))
        })
        .collect())
}

/// What each endpoint says of its policies.
async fn applied(ctx: &Context) -> Result<HashMap<String, HashMap<String, Applied>>, ApiError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT endpoint_id, value FROM endpoints_state WHERE section = 'policies'")
            .fetch_all(ctx.db().read())
            .await?;
    let read = |text: &str| {
        let sections: HashMap<String, Value> = serde_json::from_str(text).unwrap_or_default();
        sections.into_iter().filter_map(|(f, v)| Some((f, serde_json::from_value(v).ok()?))).collect()
    };
    Ok(rows.into_iter().map(|(endpoint, text)| (endpoint, read(&text))).collect())
}

/// What to do with a roll-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Steer {
    Pause,
    Resume,
    /// To everybody, now.
    Finish,
}

/// What to do with a roll-out.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SteerRollout {
    action: Steer,
}

/// Pause, resume or finish a roll-out
#[utoipa::path(post, path = "/api/v1/policies/{feature}/{group}/rollout", tag = "policies",
    params(("feature" = String, Path), ("group" = String, Path)), request_body = SteerRollout,
    responses((status = 200, body = PolicyVersion), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn steer(
    State(ctx): State<Context>,
    caller: Caller,
    Path((feature, group)): Path<(String, String)>,
    Json(body): Json<SteerRollout>,
) -> ApiResult<Json<PolicyVersion>> {
    let outlook = Outlook::load(&ctx).await?;
    let (_, group) = place(&ctx, &caller, &outlook.tree, &feature, &group).await?;
    let row = outlook.newest(&feature, &group.id).ok_or_else(|| ApiError::not_found("policy"))?;
    let last = i64::try_from(row.rings().len()).unwrap_or(1) - 1;
    let (ring, paused) = match body.action {
        Steer::Pause => (row.ring, 1),
        Steer::Resume => (row.ring, 0),
        Steer::Finish => (last, 0),
    };
    let mut change = Change::begin(&ctx, &caller, "policy.rollout").await?;
    sqlx::query("UPDATE policy_version SET ring = $1, ring_since = $2, paused = $3 WHERE id = $4")
        .bind(ring)
        .bind(change.at().micros())
        .bind(paused)
        .bind(&row.id)
        .execute(change.on())
        .await?;
    let (before, after) = (json!({"ring": row.ring, "paused": row.paused}), json!({"ring": ring, "paused": paused}));
    change.commit(Audit::changed(object(&feature, &group), &before, &after)).await?;
    nudge(&ctx, None);
    let outlook = Outlook::load(&ctx).await?;
    let row = outlook.newest(&feature, &group.id).ok_or_else(|| ApiError::not_found("policy"))?;
    Ok(Json(PolicyVersion::new(&ctx, &outlook, row, true).await?))
}

/// Moves roll-outs on whose step is over, until the server stops.
pub(crate) async fn advance(ctx: Context) {
    let stop = ctx.stopping();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOKS_EVERY) => {}
        }
        if let Err(error) = advance_once(&ctx).await {
            tracing::warn!(?error, "roll-outs could not be moved on");
        }
    }
}

async fn advance_once(ctx: &Context) -> Result<(), ApiError> {
    let rows: Vec<(String, String, i64, i64)> =
        sqlx::query_as("SELECT id, rings, ring, ring_since FROM policy_version WHERE paused = 0 AND removed = 0")
            .fetch_all(ctx.db().read())
            .await?;
    for (id, rings, ring, since) in rows {
        let rings: Vec<Ring> = serde_json::from_str(&rings).unwrap_or_default();
        let Some(step) = usize::try_from(ring).ok().filter(|n| n + 1 < rings.len()).map(|n| rings[n]) else { continue };
        if ctx.now().since(Time::from_micros(since)) < Duration::from_secs(step.wait_s) {
            continue;
        }
        let mut tx = ctx.db().write().await?;
        sqlx::query("UPDATE policy_version SET ring = ring + 1, ring_since = $1 WHERE id = $2 AND ring = $3")
            .bind(ctx.now().micros())
            .bind(&id)
            .bind(ring)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        nudge(ctx, None);
    }
    Ok(())
}
