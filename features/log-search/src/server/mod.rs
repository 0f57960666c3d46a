//! The server's side: saved questions and exports.

mod exports;
mod saved;
mod schedule;

use std::path::PathBuf;

use utoipa_axum::routes;
use yagura_server_kit::{Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::schedule::run_due;

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("log_search") };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_281_010,
        name: "log_search",
        sql: include_str!("../../migrations/202611281010_log_search.sql"),
    },
    Migration {
        version: 202_611_281_100,
        name: "log_search_schedule",
        sql: include_str!("../../migrations/202611281100_log_search_schedule.sql"),
    },
    Migration {
        version: 202_611_290_310,
        name: "log_search_export_alive",
        sql: include_str!("../../migrations/202611290310_log_search_export_alive.sql"),
    },
];

fn start(ctx: &Context) {
    exports::start(ctx);
    schedule::start(ctx);
}

/// Puts what this feature needs into the context. `dir` is where exports are written; it is made when the first one is.
pub fn install(parts: &mut Parts, dir: PathBuf) {
    parts.insert(exports::Exports::new(dir));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::EventsRead, routes!(saved::list::list, saved::create::create))
        .api(P::EventsRead, routes!(saved::change::change, saved::remove::remove))
        .api(P::EventsRead, routes!(schedule::set::set, schedule::remove::remove))
        .api(P::EventsRead, routes!(exports::list::list, exports::create::create))
        .api(P::EventsRead, routes!(exports::cancel::cancel))
        .api(P::EventsRead, routes!(exports::file::file))
}
