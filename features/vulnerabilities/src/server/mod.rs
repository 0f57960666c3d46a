//! The server's side: feeds, what they claim of packages, and the board.

use yagura_server_kit::{Migration, Routes, ServerFeature};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, ..ServerFeature::new(crate::FEATURE) };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_301_100,
        name: "vulnerabilities feeds",
        sql: include_str!("../../migrations/202611301100_vulnerabilities_feeds.sql"),
    },
    Migration {
        version: 202_611_301_110,
        name: "vulnerabilities claims",
        sql: include_str!("../../migrations/202611301110_vulnerabilities_claims.sql"),
    },
];

fn routes() -> Routes {
    Routes::new()
}
