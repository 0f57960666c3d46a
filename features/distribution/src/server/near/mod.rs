//! `POST /agent/v1/neighbours`: an endpoint tells what it does about the content of a rollout, and asks who on its segment has it. The answer is
//! signed, because it is the pass by which those that have it believe the asker.

mod choose;
pub(super) mod foretell;
mod rows;

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use axum::extract::State;
use tokio::sync::Mutex;
use yagura_channel::{
    server::Signer,
    wire::{
        neighbour::{Ask, Doing, MOST_NETWORKS, Named, Neighbour},
        sealed::Sealed,
    },
};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Context, Json};
use yagura_vocabulary::{Id, id::Endpoint};

use self::choose::{Choice, State as Does, choose, segment};
use crate::near::WORTH;

/// What an endpoint said of itself counts for so long, unless it says so again: a chunk comes well within.
const COUNTS: Duration = Duration::from_secs(180);
/// A pass is shown at once.
const PASS: Duration = Duration::from_secs(900);
/// Longest that content is told to be kept.
const HELD: Duration = Duration::from_secs(7 * 86_400);
/// Content that an endpoint does not want from more neighbours than this is the server's to give.
const MOST_NOT: usize = 64;

/// One endpoint of a segment asks at a time: of two that begin together one fetches and one waits. Several servers may take two.
pub(super) struct Turns(Vec<Mutex<()>>);

impl Default for Turns {
    fn default() -> Self {
        Self(std::iter::repeat_with(Mutex::default).take(64).collect())
    }
}

impl Turns {
    fn of(&self, text: &str) -> Option<&Mutex<()>> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let at = hasher.finish() % self.0.len().max(1) as u64;
        self.0.get(usize::try_from(at).unwrap_or(0))
    }
}

pub(super) async fn neighbours(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<Named>>> {
    request.approved()?;
    let ask: Ask = request.read(&ctx)?;
    let (named, wait_s) = answer(&ctx, &request, &ask).await?;
    let named = Named {
        server: ctx.server(),
        endpoint: request.endpoint,
        key: ask.key,
        blob: ask.blob,
        until: ctx.now() + PASS,
        neighbours: named,
        wait_s,
    };
    Ok(Json(ctx.part::<Signer>().respond(&named)))
}

/// Whom the asker is told of, and after how many seconds it is to ask again.
async fn answer(ctx: &Context, request: &AgentRequest, ask: &Ask) -> Result<(Vec<Neighbour>, u32), ApiError> {
    let none = (Vec::new(), 0);
    let (endpoint, now) = (request.endpoint, ctx.now());
    if ask.doing == Doing::Over {
        let mut tx = ctx.db().write_relaxed().await?;
        rows::forget(&mut tx, ask.blob, endpoint).await?;
        tx.commit().await?;
        return Ok(none);
    }
    let size = given(ctx, endpoint, ask).await?.ok_or_else(|| ApiError::not_found("content given to this endpoint"))?;
    let segments = segments(ask, request.ip.as_deref());
    if size < WORTH || segments.is_empty() || ask.not.len() > MOST_NOT {
        return Ok(none);
    }
    let first = segments.first().map(|(segment, _)| segment.as_str()).unwrap_or_default();
    let _turn = match ctx.part::<Turns>().of(first) {
        Some(turn) => Some(turn.lock().await),
        None => None,
    };
    // What is told is told again, so it need not wait for the disk.
    let mut tx = ctx.db().write_relaxed().await?;
    rows::forget_old(&mut tx, now).await?;
    let counts = now + COUNTS;
    let (does, until, answer) = match ask.doing {
        Doing::Wants => {
            let others = rows::others(ctx, &mut tx, (ask.blob, size), &segments, endpoint).await?;
            let (near, how): (Vec<_>, Vec<_>) = others.into_iter().unzip();
            match choose(&near, &ask.not) {
                Choice::From(some) => {
                    let named: Vec<Neighbour> = some.into_iter().filter_map(|at| how.get(at).cloned()).collect();
                    let giver = named.first().map_or(endpoint, |first| first.endpoint);
                    (Does::Takes(giver), counts, (named, 0))
                }
                Choice::Wait(seconds) => (Does::Waits, counts, (Vec::new(), seconds)),
                Choice::Server => (Does::Fetches, counts, none),
            }
        }
        Doing::Fetches => (Does::Fetches, counts, none),
        Doing::Takes(giver) => (Does::Takes(giver), counts, none),
        Doing::Holds(until) => (Does::Holds, until.min(now + HELD), none),
        Doing::Over => return Ok(none),
    };
    rows::write(&mut tx, endpoint, ask, &segments, does, until).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The size of the content, where a rollout has given it to this endpoint.
async fn given(ctx: &Context, endpoint: Id<Endpoint>, ask: &Ask) -> Result<Option<u64>, ApiError> {
    let (size,): (Option<i64>,) = sqlx::query_as(
        "SELECT MAX(i.size) FROM distribution_part p JOIN distribution_use u ON u.rollout_id = p.rollout_id
         JOIN distribution_item i ON i.id = u.item_id
         WHERE p.endpoint_id = $1 AND p.rollout_id = $2 AND i.hash = $3 AND p.attempt > 0",
    )
    .bind(endpoint.to_string())
    .bind(&ask.given_for)
    .bind(ask.blob.to_string())
    .fetch_one(ctx.db().read())
    .await?;
    Ok(size.map(i64::unsigned_abs))
}

/// The segments that the asker is on, each with its address there.
fn segments(ask: &Ask, seen_from: Option<&str>) -> Vec<(String, Ipv4Addr)> {
    let Some(seen_from) = seen_from.and_then(|ip| ip.parse::<IpAddr>().ok()) else { return Vec::new() };
    let mine = ask.networks.iter().take(MOST_NETWORKS).filter(|at| at.network.holds(at.address));
    let mut found: Vec<_> = mine.map(|at| (segment(at, seen_from), at.address)).collect();
    found.sort();
    found.dedup_by(|one, other| one.0 == other.0);
    found
}
