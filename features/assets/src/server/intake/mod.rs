//! The intake of foreign inventory agents: FusionInventory, GLPI Agent, OCS Inventory, unmodified.
//!
//! They post to `/inventory` at the agents' listener, as the HTTP user of a credential that an administrator made. Without one
//! there is no intake at all.

mod answer;
mod believe;
pub(super) mod credentials;
mod keep;
mod receive;

use std::net::IpAddr;

use axum::routing::post;
use tokio::sync::Semaphore;
use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Context, Permission as P, Routes};

use self::believe::Wrong;
pub(super) use self::{
    believe::{by_secret, is_open},
    keep::{count, machine, refusal},
    receive::{Received, received},
};

/// How many messages are unpacked at once. One may have 30 MB, and its tree several times as much.
const AT_ONCE: usize = 2;
/// How many messages are held in memory, waiting to be unpacked. They take no turns of our own agents.
const WAITING: usize = 32;

/// What the intake keeps in memory.
#[derive(Debug)]
pub struct Intake {
    places: Semaphore,
    turns: Semaphore,
    wrong: Wrong,
}

impl Default for Intake {
    fn default() -> Self {
        Self { places: Semaphore::new(WAITING), turns: Semaphore::new(AT_ONCE), wrong: Wrong::default() }
    }
}

/// Does something that needs much memory, off the threads that answer others, and with few others at a time.
pub(super) async fn in_turn<T: Send + 'static>(
    ctx: &Context,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let _turn = ctx.part::<Intake>().turns.acquire().await.map_err(|error| ApiError::unavailable(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::unavailable(&error))
}

/// Counts a wrong secret from an address; gives the seconds to wait when there were too many.
pub(super) fn wrong(ctx: &Context, from: IpAddr) -> Option<u64> {
    ctx.part::<Intake>().wrong.again(from, ctx.now())
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .stranger("/inventory", post(receive::receive))
        .stranger("/inventory/", post(receive::receive))
        .api(P::EnrolmentWrite, routes!(credentials::list::list, credentials::create::create))
        .api(P::EnrolmentWrite, routes!(credentials::revoke::revoke))
}
