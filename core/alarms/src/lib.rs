//! Alarms: what somebody should look at, who does, and what came of it.
//!
//! An alarm has a [`Kind`] and a subject (an endpoint, or the server, and where a kind has many what it is [`About`]), and stands at most once for both while its cause lasts.
//! A cause that lasts (an endpoint is silent) is found by a [`Source`] at every look and its alarm ends by itself with it; a
//! cause that happens (events were lost) is told by [`happened`] and its alarm ends when a person has handled it. Each new
//! alarm goes out on every route that wants it: mail, chat, log collector.

mod api;
mod cause;
mod endpoints;
mod look;
mod raise;
mod routes;

use utoipa_axum::routes;
use yagura_server_kit::{Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    cause::{About, Cause, Kind, Source, Sources},
    endpoints::EndpointSource,
    look::{failing_since, look},
    raise::{all_happened, amend, happened},
    routes::AlarmRoads,
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("alarms") };

const MIGRATIONS: &[Migration] = &[
    Migration { version: 202_611_250_103, name: "alarms", sql: include_str!("../migrations/202611250103_alarms.sql") },
    Migration {
        version: 202_611_290_210,
        name: "alarm_routes",
        sql: include_str!("../migrations/202611290210_alarm_routes.sql"),
    },
    Migration {
        version: 202_611_290_220,
        name: "alarm_changes",
        sql: include_str!("../migrations/202611290220_alarm_changes.sql"),
    },
];

/// Puts what lasting causes are found by, and how alarms leave, into the context.
pub fn install(parts: &mut Parts, sources: Sources, roads: AlarmRoads) {
    parts.insert(sources);
    parts.insert(roads);
    parts.insert(routes::Bell::default());
    parts.insert(look::Watch::default());
}

fn start(ctx: &Context) {
    ctx.spawn(look::watch(ctx.clone()));
    ctx.spawn(routes::watch(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::AlarmsRead, routes!(api::list::list))
        .api(P::AlarmsRead, routes!(api::news::news))
        .api(P::AlarmsRead, routes!(api::read::read))
        .api(P::AlarmsWrite, routes!(api::update::update))
        .api(P::SettingsRead, routes!(routes::api::list::list))
        .api(P::SettingsWrite, routes!(routes::api::create::create))
        .api(P::SettingsWrite, routes!(routes::api::update::update))
        .api(P::SettingsWrite, routes!(routes::api::remove::remove))
        .api(P::SettingsWrite, routes!(routes::api::try_out::try_out))
}
