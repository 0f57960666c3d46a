//! The server's side: the shelf of packages and scripts, rollouts ring by ring, and what came of them at each endpoint.

mod alarm;
mod audience;
mod near;
mod parts;
mod plan;
mod rollouts;
mod settings;
mod shelf;
mod work;

use std::path::PathBuf;

use axum::routing::post;
use serde_json::Value;
use utoipa_axum::routes;
use yagura_channel::wire::{neighbour, policy::ItemError};
use yagura_policy::PolicySpec;
use yagura_server_kit::{AgentHook, Context, Migration, Parts, Permission as P, Routes, ServerFeature};

use crate::DistributionPolicy;

pub use self::{alarm::alarm_source, work::look};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new(crate::FEATURE) };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_301_200,
        name: "distribution",
        sql: include_str!("../../migrations/202611301200_distribution.sql"),
    },
    Migration {
        version: 202_611_301_220,
        name: "distribution_near",
        sql: include_str!("../../migrations/202611301220_near.sql"),
    },
    Migration {
        version: 202_611_301_230,
        name: "distribution_failures",
        sql: include_str!("../../migrations/202611301230_distribution_failures.sql"),
    },
];

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("配布", "Distribution"),
    default: || serde_json::to_value(DistributionPolicy::default()).unwrap_or_default(),
    check,
    // Who put it off is not told by name: only how often.
    recorded: |_| Vec::new(),
    viewed_with: P::DistributionRead,
    schema: include_str!("../../policy.schema.json"),
};

/// Puts what rollouts need into the context. `uploads` is a folder for what is being handed in.
pub fn install(parts: &mut Parts, uploads: PathBuf) {
    parts.insert(shelf::Uploads(uploads));
    parts.insert(work::Bell::default());
    parts.insert(near::Turns::default());
}

/// Sees where endpoints are with what they were given.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(work::Stages)
}

fn start(ctx: &Context) {
    shelf::forget_unfinished(ctx);
    ctx.spawn(work::watch(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .agent(neighbour::PATH, post(near::neighbours))
        .api(P::DistributionRead, routes!(shelf::list::list))
        .api(P::DistributionRead, routes!(shelf::read::read))
        .api(P::DistributionWrite, routes!(shelf::package::hand_in))
        .api(P::DistributionWrite, routes!(shelf::script::write))
        .api(P::DistributionWrite, routes!(shelf::remove::remove))
        .api(P::DistributionRead, routes!(settings::read_settings))
        .api(P::DistributionWrite, routes!(settings::change_settings))
        .api(P::DistributionWrite, routes!(rollouts::preview::preview))
        .api(P::DistributionWrite, routes!(rollouts::create::create))
        .api(P::DistributionRead, routes!(rollouts::list::list))
        .api(P::DistributionRead, routes!(rollouts::read::read))
        .api(P::DistributionWrite, routes!(rollouts::stop::stop))
        .api(P::DistributionWrite, routes!(rollouts::go_on::go_on))
        .api(P::DistributionWrite, routes!(rollouts::take_back::take_back))
        .api(P::DistributionWrite, routes!(rollouts::again::again))
        .api(P::DistributionRead, routes!(parts::list::list))
        .api(P::DistributionRead, routes!(parts::read::read))
        .api(P::DistributionRead, routes!(parts::export::export))
}

fn check(value: &Value) -> Vec<ItemError> {
    match serde_json::from_value::<DistributionPolicy>(value.clone()) {
        Ok(policy) => policy
            .faults()
            .into_iter()
            .map(|(pointer, message)| ItemError { pointer, message: message.to_owned() })
            .collect(),
        Err(error) => vec![ItemError { pointer: String::new(), message: error.to_string() }],
    }
}
