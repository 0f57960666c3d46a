//! `POST /api/v1/distribution/rollouts/preview`: who would be in which ring, and who cannot have it. Nothing is changed.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};
use yagura_vocabulary::id::EndpointId;

use crate::{
    near::NearOutlook,
    server::{
        audience::{Member, RolloutObstacle, audience, obstacles},
        near::foretell::RolloutNear,
        plan::{NewRollout, RolloutItem},
    },
};

/// Endpoints of each ring that are named.
const FIRST: usize = 50;

/// What a rollout would reach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutPreview {
    endpoints: u64,
    /// How many cannot have it.
    cannot: u64,
    obstacles: Vec<RolloutObstacles>,
    rings: Vec<RolloutPreviewRing>,
    /// What would come from neighbours; absent where it brings nothing from the shelf.
    near: Option<RolloutNear>,
    /// What it brings from the shelf.
    items: Vec<RolloutItem>,
}

/// How many are hindered by the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutObstacles {
    why: RolloutObstacle,
    endpoints: u64,
}

/// A ring, as it would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutPreviewRing {
    name: String,
    endpoints: u64,
    cannot: u64,
    /// The first 50, those that cannot before the others.
    first: Vec<RolloutPreviewEndpoint>,
}

/// An endpoint of a ring.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutPreviewEndpoint {
    id: EndpointId,
    hostname: String,
    cannot: Option<RolloutObstacle>,
    /// Whether it would take the content from neighbours, and give it to them.
    near: NearOutlook,
}

fn ring(name: String, members: &[Member]) -> RolloutPreviewRing {
    let cannot = members.iter().filter(|member| member.cannot.is_some());
    let can = members.iter().filter(|member| member.cannot.is_none());
    let first = cannot.clone().chain(can).take(FIRST).map(|member| RolloutPreviewEndpoint {
        id: member.endpoint,
        hostname: member.hostname.clone(),
        cannot: member.cannot,
        near: member.near,
    });
    RolloutPreviewRing {
        name,
        endpoints: members.len() as u64,
        cannot: cannot.clone().count() as u64,
        first: first.collect(),
    }
}

/// Preview a rollout
#[utoipa::path(post, path = "/api/v1/distribution/rollouts/preview", tag = "distribution", request_body = NewRollout,
    responses((status = 200, body = RolloutPreview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewRollout>,
) -> ApiResult<Json<RolloutPreview>> {
    body.check(ctx.now())?;
    let plan = body.plan(&ctx).await?;
    let rings = audience(&ctx, &caller, &body, &plan).await?;
    let obstacles = obstacles(&rings);
    let near = rings.iter().flatten().filter(|member| member.cannot.is_none()).map(|member| member.near);
    let near = (!plan.items.is_empty()).then(|| RolloutNear::of(near));
    Ok(Json(RolloutPreview {
        endpoints: rings.iter().map(|ring| ring.len() as u64).sum(),
        cannot: obstacles.values().sum(),
        obstacles: obstacles.into_iter().map(|(why, endpoints)| RolloutObstacles { why, endpoints }).collect(),
        rings: body.rings.iter().zip(&rings).map(|(asked, members)| ring(asked.name.clone(), members)).collect(),
        items: plan.items,
        near,
    }))
}
