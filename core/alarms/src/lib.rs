//! Alarms: what somebody should look at, who does, and what came of it.
//!
//! An alarm has a [`Kind`] and a subject (an endpoint, or the server, and where a kind has many what it is [`About`]), and stands at most once for both while its cause lasts.
//! A cause that lasts (an endpoint is silent) is found by a [`Source`] at every look and its alarm ends by itself with it; a
//! cause that happens (events were lost) is told by [`happened`] and its alarm ends when a person has handled it. Each new
//! alarm goes by mail to those whom the settings name, all of one look in one mail.

mod api;
mod cause;
mod endpoints;
mod look;
mod mail;
mod raise;

use utoipa_axum::routes;
use yagura_server_kit::{Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    cause::{About, Cause, Kind, Source, Sources},
    endpoints::EndpointSource,
    look::{failing_since, look},
    raise::{all_happened, happened},
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("alarms") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_250_103,
    name: "alarms",
    sql: include_str!("../migrations/202611250103_alarms.sql"),
}];

/// Puts what lasting causes are found by into the context.
pub fn install(parts: &mut Parts, sources: Sources) {
    parts.insert(sources);
    parts.insert(look::Watch::default());
}

fn start(ctx: &Context) {
    ctx.spawn(look::watch(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::AlarmsRead, routes!(api::list::list))
        .api(P::AlarmsRead, routes!(api::read::read))
        .api(P::AlarmsWrite, routes!(api::update::update))
}
