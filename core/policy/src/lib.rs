//! Policies: what an administrator decided for a group, what comes of it on an endpoint, and why.
//!
//! [`resolve()`] is pure: layers in, value and origins out. The server side keeps versions, rolls them out in rings, hands
//! out signed manifests and says how each endpoint took them. A feature brings a [`PolicySpec`] and nothing else.

pub mod resolve;
pub mod ring;
mod server;
mod spec;

use axum::routing::get;
use utoipa_axum::routes;
use yagura_server_kit::{AgentHook, Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    resolve::{Effective, Inherit, Layer, Origin, resolve},
    server::value::{value_for, values},
    spec::{PolicySpec, PolicySpecs},
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("policy") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_230_400,
    name: "policy",
    sql: include_str!("../migrations/202611230400_policy.sql"),
}];

/// Puts the features' policies into the context.
pub fn install(parts: &mut Parts, specs: PolicySpecs) {
    parts.insert(specs);
    parts.insert(server::outlook::Cache::default());
}

/// Tells agents which manifest is theirs, and follows their groups.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(server::manifest::Manifests)
}

fn start(ctx: &Context) {
    ctx.spawn(server::rollout::advance(ctx.clone()));
}

fn routes() -> Routes {
    use server::{agent, effective, features, grants, policies, recorded};
    Routes::new()
        .agent("/agent/v1/manifest", get(agent::manifest))
        .agent("/agent/v1/policies/{hash}", get(agent::document))
        .api(P::PoliciesRead, routes!(features::list))
        .api(P::PoliciesRead, routes!(policies::list::list))
        .api(P::PoliciesRead, routes!(policies::read::read))
        .api(P::PoliciesRead, routes!(policies::read::versions))
        .api(P::PoliciesWrite, routes!(policies::put::put, policies::remove::remove))
        .api(P::PoliciesRead, routes!(policies::preview::preview))
        .api(P::PoliciesWrite, routes!(server::rollout::steer))
        .api(P::PoliciesRead, routes!(effective::list))
        .api(P::OwnRead, routes!(recorded::read))
        .api(P::PoliciesRead, routes!(grants::list))
        .api(P::PoliciesWrite, routes!(grants::create))
        .api(P::PoliciesWrite, routes!(grants::revoke))
}
