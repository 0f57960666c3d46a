//! The server's side: the inventory as the endpoint last told it, and the policy.

mod read;

use serde_json::Value;
use utoipa_axum::routes;
use yagura_channel::wire::policy::ItemError;
use yagura_policy::PolicySpec;
use yagura_server_kit::{Permission, Routes, ServerFeature};

use crate::AssetsPolicy;

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature { routes, ..ServerFeature::new("assets") };

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("資産", "Assets"),
    default: || serde_json::to_value(AssetsPolicy::default()).unwrap_or_default(),
    check,
    // The inventory has no switch: whatever the policy, these are looked at. The words stand in `console/*.json`.
    recorded: |_| vec!["hardware", "system", "software", "accounts"],
    viewed_with: Permission::AssetsRead,
    schema: include_str!("../../policy.schema.json"),
};

fn routes() -> Routes {
    Routes::new().api(Permission::AssetsRead, routes!(read::read))
}

fn check(value: &Value) -> Vec<ItemError> {
    match serde_json::from_value::<AssetsPolicy>(value.clone()) {
        Ok(policy) => policy
            .faults()
            .into_iter()
            .map(|(pointer, message)| ItemError { pointer: pointer.to_owned(), message: message.to_owned() })
            .collect(),
        Err(error) => vec![ItemError { pointer: String::new(), message: error.to_string() }],
    }
}
