//! Endpoints: how machines enrol, who they are, how they are grouped, and whether they are there.

mod agent;
mod endpoints;
mod groups;
mod known;
mod presence;
mod tokens;

use axum::routing::{get, post};
use utoipa_axum::routes;
use yagura_channel::server::Hub;
use yagura_server_kit::{Context, Endpoints, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    endpoints::{
        find::id_by_name_or_id,
        members::{LastHeard, Member, members},
        sensors::each_with_sensors,
        view::EndpointSummary,
    },
    groups::{
        query::{Facts, Query},
        tree::{GroupRow, Tree, ensure_root},
    },
    presence::{is_here, silent_after_days},
    tokens::create::{AgentAddress, issue as issue_token},
};

/// Certificate authorities that agents need for TLS with this server, PEM; empty when the system's are enough.
#[derive(Debug, Clone, Default)]
pub struct TlsAuthorities(pub String);

/// After how many days without contact an endpoint is silent. Read from the settings at each use.
pub const SILENT_AFTER_DAYS: &str = "silent_after_days";

/// SQL that keeps the rows whose group (column `group`) the caller whose [`limit`](yagura_server_kit::Caller::limit) is
/// parameter `$n` may see.
#[must_use]
pub fn visible(group: &str, n: usize) -> String {
    format!(
        "(${n} = '' OR EXISTS (SELECT 1 FROM admins_group ag JOIN endpoints_group top ON top.id = ag.group_id
         JOIN endpoints_group own ON own.id_path LIKE top.id_path || '%' WHERE ag.admin_id = ${n} AND own.id = {group}))"
    )
}

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("endpoints") };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_230_200,
        name: "endpoints",
        sql: include_str!("../migrations/202611230200_endpoints.sql"),
    },
    Migration {
        version: 202_611_250_202,
        name: "endpoints_channel",
        sql: include_str!("../migrations/202611250202_endpoints_channel.sql"),
    },
];

/// Puts what this part offers into the context.
pub fn install(parts: &mut Parts, authorities: TlsAuthorities) {
    parts.insert(Box::new(known::Keys::default()) as Box<dyn Endpoints>);
    parts.insert(Hub::default());
    parts.insert(presence::Presence::default());
    parts.insert(authorities);
}

fn start(ctx: &Context) {
    ctx.spawn(presence::write_down(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .stranger("/agent/v1/enrol", post(agent::enrol::enrol))
        .stranger("/agent/v1/keys", get(agent::keys::keys))
        .agent("/agent/v1/hello", post(agent::hello::hello))
        .agent("/agent/v1/key", post(agent::key::key))
        .agent("/agent/v1/state", post(agent::state::state))
        .standing("/agent/v1/link", get(agent::link::link))
        .standing("/agent/v1/nudges", get(agent::link::poll))
        .api(P::EndpointsRead, routes!(endpoints::list::list))
        .api(P::EndpointsRead, routes!(endpoints::summary::summary))
        .api(P::EndpointsRead, routes!(endpoints::read::read))
        .api(P::EndpointsWrite, routes!(endpoints::update::update))
        .api(P::EndpointsWrite, routes!(endpoints::standing::approve))
        .api(P::EndpointsWrite, routes!(endpoints::standing::retire))
        .api(P::EndpointsRead, routes!(groups::list::list))
        .api(P::GroupsWrite, routes!(groups::create::create))
        .api(P::GroupsWrite, routes!(groups::update::update, groups::remove::remove))
        .api(P::EndpointsRead, routes!(tokens::list::list))
        .api(P::EnrolmentWrite, routes!(tokens::create::create))
        .api(P::EnrolmentWrite, routes!(tokens::revoke::revoke))
}
