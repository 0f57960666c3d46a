//! Devices without an agent: printers, switches, storage, power supplies. The server asks them by SNMP (v2c, v3), those that an
//! administrator registered and no others.

mod ask;
mod credentials;
mod devices;
mod discovery;
mod keep;
mod poll;
mod session;

use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Caller, Context, Permission as P, Routes};

pub(super) use self::keep::Level;

/// The usual port.
const PORT: u16 = 161;
/// How often a device is asked unless somebody says otherwise, in seconds.
const INTERVAL_S: u64 = 300;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsRead, routes!(credentials::list::list))
        .api(P::AssetsWrite, routes!(credentials::create::create))
        .api(P::AssetsWrite, routes!(credentials::remove::remove))
        .api(P::AssetsRead, routes!(devices::list::list))
        .api(P::AssetsWrite, routes!(devices::create::create))
        .api(P::AssetsRead, routes!(devices::read::read))
        .api(P::AssetsWrite, routes!(devices::update::update, devices::remove::remove))
        .api(P::AssetsWrite, routes!(devices::test::test))
        .api(P::AssetsWrite, routes!(discovery::preview::preview))
        .api(P::AssetsRead, routes!(discovery::list::list))
        .api(P::AssetsWrite, routes!(discovery::start::start))
        .api(P::AssetsRead, routes!(discovery::list::read))
        .api(P::AssetsWrite, routes!(discovery::cancel::cancel))
}

/// Begins to ask devices.
pub(super) fn start(ctx: &Context) {
    ctx.spawn(poll::run(ctx.clone()));
}

/// What concerns devices of all groups is nothing for somebody who sees only some.
fn for_all(caller: &Caller) -> Result<(), ApiError> {
    if caller.limited {
        return Err(ApiError::forbidden(
            "this concerns the devices of the whole organisation, and you see only some groups",
        ));
    }
    Ok(())
}
