//! The server's side: says what would come of a request, gives the commands, and sees who woke.

mod create;
mod hook;
mod list;
mod look;
mod outlook;
mod preview;

use serde_json::Value;
use utoipa_axum::routes;
use yagura_channel::wire::policy::ItemError;
use yagura_policy::PolicySpec;
use yagura_server_kit::{AgentHook, Migration, Permission as P, Routes, ServerFeature};

use crate::PowerPolicy;

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature { migrations: MIGRATIONS, routes, ..ServerFeature::new("power") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_291_000,
    name: "power",
    sql: include_str!("../../migrations/202611291000_power.sql"),
}];

/// Sees who says hello after somebody was to wake them.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(hook::Woken)
}

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("電源", "Power"),
    default: || serde_json::to_value(PowerPolicy::default()).unwrap_or_default(),
    check,
    // What people answer is recorded only where a machine may be restarted.
    recorded: |value| {
        let policy: PowerPolicy = serde_json::from_value(value.clone()).unwrap_or_default();
        if policy.allowed.is_empty() { Vec::new() } else { vec!["answers"] }
    },
    viewed_with: P::CommandsRead,
    schema: include_str!("../../policy.schema.json"),
};

fn routes() -> Routes {
    Routes::new()
        .api(P::CommandsRead, routes!(list::list))
        .api(P::PowerRun, routes!(create::create))
        .api(P::PowerRun, routes!(preview::preview))
}

fn check(value: &Value) -> Vec<ItemError> {
    match serde_json::from_value::<PowerPolicy>(value.clone()) {
        Ok(policy) => policy
            .faults()
            .into_iter()
            .map(|(pointer, message)| ItemError { pointer: pointer.to_owned(), message: message.to_owned() })
            .collect(),
        Err(error) => vec![ItemError { pointer: String::new(), message: error.to_string() }],
    }
}
