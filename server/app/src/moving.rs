//! Moving events between stores on the command line.

#![expect(clippy::print_stdout, reason = "what a command answers goes to standard output")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context as _, bail, ensure};
use yagura_events::{ClickHouse, Copied, Embedded, EventStore, Import, Options, compare, copy};
use yagura_server_kit::Db;
use yagura_vocabulary::{Id, id::Endpoint};

use crate::{
    assemble::database,
    config::{self, Config},
    events::open_clickhouse,
    journal,
};

/// A store as it is named on the command line.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// `embedded:FOLDER`.
    Embedded(PathBuf),
    /// `clickhouse`: where the configuration says.
    ClickHouse,
}

impl Place {
    fn parse(text: &str) -> anyhow::Result<Self> {
        match text.split_once(':') {
            Some(("embedded", folder)) if !folder.is_empty() => Ok(Self::Embedded(PathBuf::from(folder))),
            None if text == "clickhouse" => Ok(Self::ClickHouse),
            _ => bail!("`{text}` names no event store: expected embedded:FOLDER or clickhouse"),
        }
    }
}

/// A store that was opened for a copy.
enum Store {
    Embedded(Embedded),
    ClickHouse(ClickHouse),
}

impl Store {
    /// Opens it; the source must be there already.
    async fn open(place: &Place, is_source: bool, config: &Config, db: &Db) -> anyhow::Result<Self> {
        match place {
            Place::Embedded(folder) => {
                ensure!(
                    !is_source || folder.join("catalogue.sqlite").exists(),
                    "{} holds no event store",
                    folder.display()
                );
                let options = Options { dir: folder.clone(), ..journal::options(config)? };
                let opened = Embedded::open(options).await;
                Ok(Self::Embedded(opened.with_context(|| format!("failed to open {}", folder.display()))?))
            }
            Place::ClickHouse => {
                let config::Events::ClickHouse(named) = &config.events else {
                    bail!(
                        "the configuration names no ClickHouse: its section [events] must say store = \"clickhouse\""
                    );
                };
                Ok(Self::ClickHouse(open_clickhouse(config, named, db).await?))
            }
        }
    }

    fn reading(&self) -> &dyn EventStore {
        match self {
            Self::Embedded(store) => store,
            Self::ClickHouse(store) => store,
        }
    }

    fn importing(&self) -> &dyn Import {
        match self {
            Self::Embedded(store) => store,
            Self::ClickHouse(store) => store,
        }
    }

    async fn close(&self) -> anyhow::Result<()> {
        match self {
            Self::Embedded(store) => store.close().await.context("failed to close the event store"),
            Self::ClickHouse(store) => {
                store.close().await;
                Ok(())
            }
        }
    }
}

/// Copies all events from one store to another, and compares them.
pub(crate) async fn copy_events(config: &Config, from: &str, to: &str) -> anyhow::Result<()> {
    let (from, to) = (Place::parse(from)?, Place::parse(to)?);
    ensure!(from != to, "both stores are the same");
    let db = database(config).await?;
    let endpoints: Vec<(String,)> = sqlx::query_as("SELECT id FROM endpoints_endpoint ORDER BY id")
        .fetch_all(db.read())
        .await
        .context("failed to read which endpoints there are")?;
    let endpoints = endpoints.iter().filter_map(|(id,)| id.parse().ok()).collect::<Vec<Id<Endpoint>>>();
    let source = Store::open(&from, true, config, &db).await?;
    let target = Store::open(&to, false, config, &db).await?;
    let done = run(&source, &target, &endpoints).await;
    target.close().await?;
    let compared = match done {
        // Opened anew, so that what is compared is what the next start finds.
        Ok(()) => {
            let target = Store::open(&to, false, config, &db).await?;
            let compared = compare(source.reading(), target.reading()).await;
            target.close().await?;
            Ok(compared?)
        }
        Err(error) => Err(error),
    };
    source.close().await?;
    db.close().await;
    println!("{} events are in both stores, day by day", compared?);
    Ok(())
}

async fn run(source: &Store, target: &Store, endpoints: &[Id<Endpoint>]) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = stop.clone();
    let watch = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.store(true, Ordering::Relaxed);
        }
    });
    let mut tell = |Copied { upto, head, rows }: Copied| {
        println!("{rows} events copied, up to position {} of {}", upto.0, head.0);
        !stop.load(Ordering::Relaxed)
    };
    let copied = copy(source.reading(), target.importing(), endpoints, &mut tell).await;
    watch.abort();
    Ok(copied.map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_named_by_its_kind_and_its_folder() {
        assert_eq!(Place::parse("embedded:/data/events").unwrap(), Place::Embedded("/data/events".into()));
        assert_eq!(Place::parse("clickhouse").unwrap(), Place::ClickHouse);
        for bad in ["", "embedded", "embedded:", "clickhouse:x", "/data"] {
            assert!(Place::parse(bad).unwrap_err().to_string().contains("names no event store"), "{bad}");
        }
    }
}
