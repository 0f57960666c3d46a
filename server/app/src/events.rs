//! The event store that the configuration names.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use uuid::Uuid;
use yagura_dial::{Trust, client_config};
use yagura_events::{ClickHouse, ClickHouseOptions, Embedded, server::Store};
use yagura_server_kit::Db;
use yagura_vocabulary::SystemClock;

use crate::{
    certificates,
    config::{self, Config},
    journal,
};

/// Where this server's events are.
#[derive(Clone)]
pub(crate) enum Events {
    /// In the data folder.
    Embedded(Arc<Embedded>),
    /// In ClickHouse.
    ClickHouse(Arc<ClickHouse>),
}

impl Events {
    /// Opens the store. `db` is the control plane's database, up to date.
    pub(crate) async fn open(config: &Config, db: &Db) -> anyhow::Result<Self> {
        Ok(match &config.events {
            config::Events::Embedded => Self::Embedded(Arc::new(open_embedded(config).await?)),
            config::Events::ClickHouse(named) => Self::ClickHouse(Arc::new(open_clickhouse(config, named, db).await?)),
        })
    }

    /// The store as features see it.
    pub(crate) fn store(&self) -> Store {
        match self {
            Self::Embedded(store) => Arc::clone(store) as Store,
            Self::ClickHouse(store) => Arc::clone(store) as Store,
        }
    }

    /// The store, if it is in the data folder: then a backup of this server takes it.
    pub(crate) fn embedded(&self) -> Option<Arc<Embedded>> {
        match self {
            Self::Embedded(store) => Some(Arc::clone(store)),
            Self::ClickHouse(_) => None,
        }
    }

    /// Closes it.
    pub(crate) async fn close(&self) {
        match self {
            Self::Embedded(store) => {
                if let Err(error) = store.close().await {
                    tracing::error!(%error, "the event store could not be closed in order; its log keeps what is missing");
                }
            }
            Self::ClickHouse(store) => store.close().await,
        }
    }
}

async fn open_embedded(config: &Config) -> anyhow::Result<Embedded> {
    Embedded::open(journal::options(config)?).await.context("failed to open the event store")
}

/// Opens the store in ClickHouse that `named` tells of.
pub(crate) async fn open_clickhouse(
    config: &Config,
    named: &config::ClickHouse,
    db: &Db,
) -> anyhow::Result<ClickHouse> {
    let read =
        |file: &Path| std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()));
    let owner = owner(&config.data)?;
    let mut options = ClickHouseOptions::new(&named.url, &named.database, &owner, Arc::new(SystemClock));
    options.user.clone_from(&named.user);
    if let Some(file) = &named.password_file {
        read(file)?.trim().clone_into(&mut options.password);
    }
    options.cluster.clone_from(&named.cluster);
    options.quorum.clone_from(&named.quorum);
    options.cold_after_days = named.cold_after_days;
    if named.url.starts_with("https://") {
        let pem = named.authority.as_deref().map(read).transpose()?.unwrap_or_default();
        let trust = Trust::Authorities { pem, system: true };
        options.tls = Some(client_config(&trust).context("failed to set TLS up for ClickHouse")?);
    }
    ClickHouse::open(options, db.clone()).await.context("failed to open the event store in ClickHouse")
}

/// The name of this process among those that write events: its data folder's own, made when it is needed for the first time.
fn owner(data: &Path) -> anyhow::Result<String> {
    let file = data.join("events-writer");
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = Uuid::new_v4().to_string();
            certificates::write(&file, format!("{name}\n"), false)
                .with_context(|| format!("failed to write {}", file.display()))?;
            Ok(name)
        }
        Err(error) => Err(error).with_context(|| format!("failed to read {}", file.display())),
    }
}
