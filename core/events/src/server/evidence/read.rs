//! `GET /api/v1/events/evidence`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Context, Etag, Json, error::Problem};
use yagura_vocabulary::Time;

use super::{
    heads::{HeadView, latest},
    settings::{self, Settings},
    standing::{EvidenceStanding, evidence_standing, last_left},
};
use crate::{
    embedded::Seal,
    server::{asked::clock, retention::next_hour, store},
};

/// What shows afterwards that nothing was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(super) struct EvidenceView {
    /// Whether this store keeps a journal; without one nothing here can be set.
    journal: bool,
    settings: Settings,
    /// The number of the journal's last manifest.
    position: Option<u64>,
    /// Its hash, hex.
    hash: Option<String>,
    /// The journal's key.
    key: Option<String>,
    /// When a head is sent next; null while it goes nowhere.
    next_at: Option<Time>,
    /// When a head last left the machine.
    last_left_at: Option<Time>,
    /// Since when none has left, if that is two days and more.
    stuck_since: Option<Time>,
    /// The newest heads first, 30 at most.
    heads: Vec<HeadView>,
    etag: String,
}

/// Show where the journal's head goes, and what left the machine
#[utoipa::path(get, path = "/api/v1/events/evidence", tag = "events",
    responses((status = 200, body = EvidenceView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn read(State(ctx): State<Context>) -> ApiResult<Json<EvidenceView>> {
    Ok(Json(view(&ctx).await?))
}

pub(super) async fn view(ctx: &Context) -> Result<EvidenceView, ApiError> {
    let evidence = store(ctx).evidence();
    let head = match evidence {
        Some(evidence) => Some(evidence.head().await?),
        None => None,
    };
    let stuck_since = match evidence_standing(ctx).await? {
        EvidenceStanding::Stuck { since, .. } => Some(since),
        _ => None,
    };
    let mut connection = ctx.db().read().acquire().await?;
    let kept = settings::load(&mut connection).await?;
    let (last_left_at, heads) = (last_left(&mut connection).await?, latest(&mut connection).await?);
    drop(connection);
    let goes = head.is_some() && !kept.settings.destinations.is_empty();
    let zone = clock(ctx).await?.zone;
    Ok(EvidenceView {
        journal: head.is_some(),
        next_at: goes.then(|| next_hour(ctx.now(), &zone, kept.settings.hour)),
        settings: kept.settings,
        position: head.map(|head| head.number),
        hash: head.map(|head| hex::encode(head.hash)),
        key: evidence.and_then(|evidence| evidence.seal()).map(Seal::key),
        last_left_at,
        stuck_since,
        heads,
        etag: Etag(kept.version).to_string(),
    })
}
