//! The server's side: feeds, what they claim of packages, and the board.

mod api;
mod appliances;
mod board;
mod claims;
mod ends;
mod exceptions;
mod feeds;
mod hook;
mod watch;
mod windows;

use std::{path::PathBuf, sync::Arc};

use utoipa_axum::routes;
use yagura_dial::Dial;
use yagura_server_kit::{AgentHook, Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    board::{Looked, look},
    claims::{Judged, look as judge},
    watch::alarm_source,
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new(crate::FEATURE) };

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
    Migration {
        version: 202_611_301_120,
        name: "vulnerabilities board",
        sql: include_str!("../../migrations/202611301120_vulnerabilities_board.sql"),
    },
    Migration {
        version: 202_611_301_130,
        name: "vulnerabilities decided",
        sql: include_str!("../../migrations/202611301130_vulnerabilities_decided.sql"),
    },
    Migration {
        version: 202_611_301_140,
        name: "vulnerabilities feed key",
        sql: include_str!("../../migrations/202611301140_vulnerabilities_feed_key.sql"),
    },
    Migration {
        version: 202_611_301_150,
        name: "vulnerabilities windows",
        sql: include_str!("../../migrations/202611301150_vulnerabilities_windows.sql"),
    },
    Migration {
        version: 202_611_301_160,
        name: "vulnerabilities statements",
        sql: include_str!("../../migrations/202611301160_vulnerabilities_statements.sql"),
    },
];

/// Puts what fetching and judging need, and the board, into the context. `dir` is where feeds' files lie while they are imported; it is made
/// when the first one comes.
pub fn install(parts: &mut Parts, dir: PathBuf, dial: Arc<dyn Dial>) {
    parts.insert(feeds::Feeds::new(dir, dial));
    parts.insert(claims::Claims::default());
    parts.insert(board::Store::default());
}

/// Has what machines tell judged.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(hook::Told)
}

fn start(ctx: &Context) {
    feeds::start(ctx);
    ctx.spawn(board::watch(ctx.clone()));
    ctx.spawn(board::follow(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::VulnerabilitiesRead, routes!(api::board::board))
        .api(P::VulnerabilitiesRead, routes!(api::weaknesses::list))
        .api(P::VulnerabilitiesRead, routes!(api::weakness::read))
        .api(P::VulnerabilitiesRead, routes!(api::machines::list))
        .api(P::VulnerabilitiesRead, routes!(api::machine::read))
        .api(P::VulnerabilitiesRead, routes!(api::findings::list))
        .api(P::VulnerabilitiesRead, routes!(api::remedy::remedy))
        .api(P::VulnerabilitiesRead, routes!(exceptions::list::list))
        .api(P::VulnerabilitiesWrite, routes!(exceptions::create::create))
        .api(P::VulnerabilitiesWrite, routes!(exceptions::preview::preview))
        .api(P::VulnerabilitiesWrite, routes!(exceptions::remove::remove))
        .api(P::VulnerabilitiesRead, routes!(appliances::list::list))
        .api(P::VulnerabilitiesWrite, routes!(appliances::create::create))
        .api(P::VulnerabilitiesWrite, routes!(appliances::update::update, appliances::remove::remove))
        .api(P::VulnerabilitiesWrite, routes!(appliances::banners::preview))
        .api(P::VulnerabilitiesWrite, routes!(appliances::banners::import))
        .api(P::VulnerabilitiesRead, routes!(watch::read_settings))
        .api(P::VulnerabilitiesWrite, routes!(watch::change_settings))
        .and(feeds::routes())
}
