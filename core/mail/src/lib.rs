//! Mail to people: how the organisation's mail server is reached, and an outbox that keeps a mail until it was handed over.
//!
//! Whoever has something to say puts it into the outbox within its own transaction ([`enqueue`]): either both happen or
//! neither. Delivery tries again with growing pauses, gives up after two days, and says so on the health page.

mod deliver;
mod outbox;
mod settings;
mod smtp;
mod standing;
mod test;
mod token;

use std::sync::Arc;

use utoipa_axum::routes;
use yagura_dial::Dial;
use yagura_server_kit::{Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    outbox::{Mail, Whereabouts, enqueue, enqueue_followed, whereabouts},
    settings::{MailChange, MailOauth, MailSettings, address, load, store},
    smtp::Authorities,
    standing::{Standing, standing},
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("mail") };

const MIGRATIONS: &[Migration] = &[
    Migration { version: 202_611_250_102, name: "mail", sql: include_str!("../migrations/202611250102_mail.sql") },
    Migration {
        version: 202_611_290_510,
        name: "mail_oauth",
        sql: include_str!("../migrations/202611290510_mail_oauth.sql"),
    },
];

/// Puts what this part offers into the context. `authorities` are believed beside the system's when the mail server shows
/// its certificate; `dial` reaches token endpoints.
pub fn install(parts: &mut Parts, authorities: Authorities, dial: Arc<dyn Dial>) {
    parts.insert(token::Tokens::new(dial));
    parts.insert(authorities);
    parts.insert(outbox::Bell::default());
}

fn start(ctx: &Context) {
    ctx.spawn(deliver::run(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new().api(P::SettingsWrite, routes!(test::send))
}
