//! The intake of foreign inventory agents: FusionInventory, GLPI Agent, OCS Inventory, unmodified.
//!
//! They post to `/inventory` at the agents' listener, as the HTTP user of a credential that an administrator made. Without one
//! there is no intake at all.

mod answer;
mod believe;
pub(super) mod credentials;
mod keep;
mod receive;

use axum::routing::post;
use tokio::sync::Semaphore;
use utoipa_axum::routes;
use yagura_server_kit::{Permission as P, Routes};

use self::believe::Wrong;

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

pub(super) fn routes() -> Routes {
    Routes::new()
        .stranger("/inventory", post(receive::receive))
        .stranger("/inventory/", post(receive::receive))
        .api(P::EnrolmentWrite, routes!(credentials::list::list, credentials::create::create))
        .api(P::EnrolmentWrite, routes!(credentials::revoke::revoke))
}
