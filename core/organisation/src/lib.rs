//! The organisation that this server serves: its settings, the first steps, and how the server is.

mod first_run;
mod health;
mod lifetimes;
mod settings;

use axum::routing::get;
use utoipa_axum::routes;
use yagura_server_kit::{Migration, Permission as P, Routes, ServerFeature};

pub use self::{
    health::Started,
    lifetimes::{CertificateFile, alarm_source, keys_end},
    settings::ensure,
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, ..ServerFeature::new("organisation") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_230_050,
    name: "organisation",
    sql: include_str!("../migrations/202611230050_organisation.sql"),
}];

fn routes() -> Routes {
    Routes::new()
        .plain("/healthz", get(health::alive))
        .plain("/readyz", get(health::ready))
        .api(P::SettingsRead, routes!(settings::read))
        .api(P::SettingsWrite, routes!(settings::change))
        .api(P::SettingsRead, routes!(first_run::read))
        .api(P::SettingsWrite, routes!(first_run::skip))
        .api(P::SettingsRead, routes!(health::health))
}
