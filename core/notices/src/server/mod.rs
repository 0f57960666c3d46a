//! The server's side: send notices and list them with how they go.

mod create;
mod delivery;
mod list;
mod seen;
mod send;
mod target;

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use utoipa_axum::routes;
use yagura_events::server::follow;
use yagura_server_kit::{Context, Migration, Permission as P, Routes, ServerFeature};
use yagura_vocabulary::Time;

use self::delivery::Delivery;
pub use self::{
    send::{Action, Message, Recipient, Sent, send},
    target::{by_ids, in_groups},
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("notices") };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_230_600,
        name: "notices",
        sql: include_str!("../../migrations/202611230600_notices.sql"),
    },
    Migration {
        version: 202_611_250_203,
        name: "notices_seen",
        sql: include_str!("../../migrations/202611250203_notices_seen.sql"),
    },
];

fn start(ctx: &Context) {
    ctx.spawn(follow(ctx.clone(), seen::Reader));
}

fn routes() -> Routes {
    Routes::new().api(P::NoticesWrite, routes!(list::list, create::create))
}

/// A message to people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Notice {
    id: String,
    title: String,
    text: String,
    created_at: Time,
    created_by: String,
    /// Not shown after this.
    expires_at: Time,
    /// How many endpoints have shown it, of those that the caller may see.
    delivery: Delivery,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    id: String,
    title: String,
    text: String,
    created_at: i64,
    created_by: String,
    expires_at: i64,
}

impl Row {
    fn with(self, delivery: Delivery) -> Notice {
        Notice {
            id: self.id,
            title: self.title,
            text: self.text,
            created_at: Time::from_micros(self.created_at),
            created_by: self.created_by,
            expires_at: Time::from_micros(self.expires_at),
            delivery,
        }
    }
}
