//! What a feature's server side consists of.

use crate::{Context, db::Migration, routes::Routes};

/// The server side of one feature or core part. The registry in `server/app` has one line for each.
pub struct ServerFeature {
    /// Its name, also the prefix of its tables.
    pub name: &'static str,
    /// Its tables, in order of version.
    pub migrations: &'static [Migration],
    /// Its endpoints.
    pub routes: fn() -> Routes,
    /// Its background work, started once the database is ready.
    pub start: fn(&Context),
}

impl ServerFeature {
    /// A feature with nothing yet.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, migrations: &[], routes: Routes::new, start: |_| {} }
    }
}
