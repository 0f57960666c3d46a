//! Backup and restore of the whole server while it runs: control plane, events, blobs, keys, configuration.
//!
//! A backup is a folder with a manifest of every file's SHA-256, written last: a folder without one is no backup. Everything
//! that was acknowledged before it began is in it. What agents were told later is told to be missing when they come back to
//! the restored server: a gap is recorded and they go on.

mod api;
mod copy;
mod error;
mod job;
mod make;
mod manifest;
mod plan;
mod postgres;
mod restore;
mod sqlite;

use utoipa_axum::routes;
use yagura_server_kit::{Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    error::BackupError,
    job::{Job, JobState, ask, cancel, find, last},
    make::{Made, make},
    manifest::Manifest,
    plan::{Plan, Progress},
    restore::{Restored, restore},
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("backup") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_250_104,
    name: "backup",
    sql: include_str!("../migrations/202611250104_backup.sql"),
}];

/// Puts what is to be backed up into the context.
pub fn install(parts: &mut Parts, plan: Plan) {
    parts.insert(plan);
    parts.insert(job::Bell::default());
}

fn start(ctx: &Context) {
    ctx.spawn(job::run(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::SettingsRead, routes!(api::list::list))
        .api(P::SettingsWrite, routes!(api::create::create))
        .api(P::SettingsWrite, routes!(api::cancel::cancel))
}
