//! Commands: one order to one endpoint, kept until it is carried out, has run out of time or is taken back.
//!
//! An order is signed when it is given and stored as it was signed. Its state only moves forward (see
//! [`CommandState`](yagura_vocabulary::CommandState)), and every step is written down with its time.

mod agent;
mod api;
mod carrier;
mod enqueue;
mod expire;
mod hello;
mod names;
mod notes;
mod state;
mod withdraw;

use axum::routing::{get, post};
use utoipa_axum::routes;
use yagura_server_kit::{Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    carrier::{Carrier, Carriers, Channel},
    enqueue::{Addressee, Lifetime, Order, Queued, enqueue},
    hello::count_waiting,
    names::{CommandNames, INVENTORY_REFRESH, KEY_RENEW, NOTICE_SHOW},
    withdraw::withdraw,
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("commands") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_230_500,
    name: "commands",
    sql: include_str!("../migrations/202611230500_commands.sql"),
}];

/// Puts what this part offers into the context: the names of commands, those of core and `more` from features, and who takes
/// them to the endpoints.
pub fn install(parts: &mut Parts, more: &[&'static str]) {
    parts.insert(CommandNames::with(more));
    parts.insert(Carriers::default());
    parts.insert(notes::Notes::default());
}

fn start(ctx: &Context) {
    ctx.spawn(expire::watch(ctx.clone()));
    ctx.spawn(notes::watch(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .agent("/agent/v1/commands", get(agent::waiting::waiting))
        .agent("/agent/v1/commands/{id}", post(agent::progress::progress))
        .api(P::CommandsRead, routes!(api::list::list))
        .api(P::CommandsRead, routes!(api::read::read))
        .api(P::CommandsRun, routes!(api::create::create))
        .api(P::CommandsRun, routes!(api::cancel::cancel))
}
