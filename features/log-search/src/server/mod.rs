//! The server's side: saved questions and exports.

mod exports;
mod saved;

use std::path::PathBuf;

use utoipa_axum::routes;
use yagura_server_kit::{Migration, Parts, Permission as P, Routes, ServerFeature};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start: exports::start, ..ServerFeature::new("log_search") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_281_010,
    name: "log_search",
    sql: include_str!("../../migrations/202611281010_log_search.sql"),
}];

/// Puts what this feature needs into the context. `dir` is where exports are written; it is made when the first one is.
pub fn install(parts: &mut Parts, dir: PathBuf) {
    parts.insert(exports::Exports::new(dir));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::EventsRead, routes!(saved::list::list, saved::create::create))
        .api(P::EventsRead, routes!(saved::change::change, saved::remove::remove))
        .api(P::EventsRead, routes!(exports::list::list, exports::create::create))
        .api(P::EventsRead, routes!(exports::cancel::cancel))
        .api(P::EventsRead, routes!(exports::file::file))
}
