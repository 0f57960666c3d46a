//! Where ClickHouse is, and how it is spoken to.

use std::{fmt, sync::Arc, time::Duration};

use rustls::ClientConfig;
use yagura_vocabulary::Clock;

/// Where ClickHouse is.
#[derive(Clone)]
pub struct ClickHouseOptions {
    /// `http://host:8123` or `https://host:8443`; a balancer in front of several servers will do.
    pub url: String,
    /// The database that holds the tables. It is made, unless there is a cluster.
    pub database: String,
    /// Who we are there.
    pub user: String,
    /// The password; empty for none.
    pub password: String,
    /// The cluster, as the servers' configuration calls it. `None` for one server.
    pub cluster: Option<String>,
    /// How many replicas must have an insert before it counts as stored; `auto` for most of them. Only with a cluster.
    pub quorum: String,
    /// After so many days an event moves to the volume `cold` of the storage policy `tiered`; `None` for one kind of disk.
    pub cold_after_days: Option<u32>,
    /// Whom to trust, for `https`.
    pub tls: Option<Arc<ClientConfig>>,
    /// The name of this process among those that write. What it left unfinished, the next one of this name finishes at once.
    pub owner: String,
    /// How long to wait for others who append at the same time, once there were some.
    pub linger: Duration,
    /// How long one attempt to insert may take.
    pub insert_timeout: Duration,
    /// How long to wait between two attempts.
    pub retry: Duration,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl ClickHouseOptions {
    /// One server without a password.
    #[must_use]
    pub fn new(url: &str, database: &str, owner: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            url: url.to_owned(),
            database: database.to_owned(),
            user: "default".to_owned(),
            password: String::new(),
            cluster: None,
            quorum: "auto".to_owned(),
            cold_after_days: None,
            tls: None,
            owner: owner.to_owned(),
            linger: Duration::from_millis(100),
            insert_timeout: Duration::from_secs(20),
            retry: Duration::from_secs(1),
            clock,
        }
    }
}

impl fmt::Debug for ClickHouseOptions {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, database, user, cluster, .. } = self;
        f.debug_struct("ClickHouseOptions")
            .field("url", url)
            .field("database", database)
            .field("user", user)
            .field("cluster", cluster)
            .finish_non_exhaustive()
    }
}
