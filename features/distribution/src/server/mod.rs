//! The server's side: the store of packages and scripts, rollouts and their rings.

use yagura_server_kit::{Routes, ServerFeature};

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature { routes, ..ServerFeature::new(crate::FEATURE) };

fn routes() -> Routes {
    Routes::new()
}
