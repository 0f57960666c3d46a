//! The server's side: the ledger, what changes in it, and the policy of the inventory.

mod api;
mod bulk;
mod export;
mod hook;
mod import;
mod intake;
mod ledger;
mod osquery;
mod paper;
mod photos;
mod place;
mod rounds;
mod snmp;
mod views;
mod watch;

use serde_json::Value;
use utoipa_axum::routes;
use yagura_channel::wire::policy::ItemError;
use yagura_policy::PolicySpec;
use yagura_server_kit::{AgentHook, Migration, Permission as P, Routes, ServerFeature};

pub use self::{intake::Intake, watch::alarm_source};

use crate::AssetsPolicy;

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start: snmp::start, ..ServerFeature::new("assets") };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_290_600,
        name: "assets_ledger",
        sql: include_str!("../../migrations/202611290600_assets_ledger.sql"),
    },
    Migration {
        version: 202_611_290_650,
        name: "assets_intake",
        sql: include_str!("../../migrations/202611290650_assets_intake.sql"),
    },
    Migration {
        version: 202_611_290_660,
        name: "assets_import",
        sql: include_str!("../../migrations/202611290660_assets_import.sql"),
    },
    Migration {
        version: 202_611_290_670,
        name: "assets_kept_counts",
        sql: include_str!("../../migrations/202611290670_assets_kept_counts.sql"),
    },
    Migration {
        version: 202_611_290_680,
        name: "assets_whereabouts",
        sql: include_str!("../../migrations/202611290680_assets_whereabouts.sql"),
    },
    Migration {
        version: 202_611_290_750,
        name: "assets_snmp",
        sql: include_str!("../../migrations/202611290750_assets_snmp.sql"),
    },
    Migration {
        version: 202_611_290_760,
        name: "assets_discovery",
        sql: include_str!("../../migrations/202611290760_assets_discovery.sql"),
    },
    Migration {
        version: 202_611_290_900,
        name: "assets_osquery",
        sql: include_str!("../../migrations/202611290900_assets_osquery.sql"),
    },
    Migration {
        version: 202_611_290_930,
        name: "assets_rounds",
        sql: include_str!("../../migrations/202611290930_assets_rounds.sql"),
    },
    Migration {
        version: 202_611_290_940,
        name: "assets_photos",
        sql: include_str!("../../migrations/202611290940_assets_photos.sql"),
    },
    Migration {
        version: 202_611_290_950,
        name: "assets_views",
        sql: include_str!("../../migrations/202611290950_assets_views.sql"),
    },
    Migration {
        version: 202_611_301_010,
        name: "assets_built_from",
        sql: include_str!("../../migrations/202611301010_assets_built_from.sql"),
    },
];

/// Takes the inventories that our agents tell.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(hook::Intake)
}

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("資産", "Assets"),
    default: || serde_json::to_value(AssetsPolicy::default()).unwrap_or_default(),
    check,
    recorded,
    viewed_with: P::AssetsRead,
    schema: include_str!("../../policy.schema.json"),
};

fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsRead, routes!(api::list::list))
        .api(P::AssetsWrite, routes!(api::create::create))
        .api(P::AssetsRead, routes!(api::read::read))
        .api(P::AssetsWrite, routes!(api::update::update, api::remove::remove))
        .api(P::AssetsWrite, routes!(api::split::split))
        .api(P::AssetsWrite, routes!(api::merge::merge))
        .api(P::AssetsRead, routes!(api::changes::changes))
        .api(P::AssetsRead, routes!(api::packages::packages))
        .api(P::AssetsRead, routes!(watch::read_watch))
        .api(P::AssetsWrite, routes!(watch::change_watch))
        .api(P::AssetsRead, routes!(api::inventory::read))
        .api(P::AssetsRead, routes!(paper::labels::labels))
        .api(P::AssetsRead, routes!(api::statistics::statistics))
        .and(bulk::routes())
        .and(export::routes())
        .and(intake::routes())
        .and(photos::routes())
        .and(rounds::routes())
        .and(views::routes())
        .and(import::routes())
        .and(snmp::routes())
        .and(osquery::routes())
}

/// The inventory has no switch: whatever the policy, these are looked at. Where the machine is only where offices are named. The words
/// stand in `console/*.json`.
fn recorded(value: &Value) -> Vec<&'static str> {
    let mut recorded = vec!["hardware", "system", "software", "accounts"];
    if value["offices"].as_array().is_some_and(|offices| !offices.is_empty()) {
        recorded.push("whereabouts");
    }
    recorded
}

fn check(value: &Value) -> Vec<ItemError> {
    match serde_json::from_value::<AssetsPolicy>(value.clone()) {
        Ok(policy) => policy
            .faults()
            .into_iter()
            .map(|(pointer, message)| ItemError { pointer, message: message.to_owned() })
            .collect(),
        Err(error) => vec![ItemError { pointer: String::new(), message: error.to_string() }],
    }
}
