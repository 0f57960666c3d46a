//! A store in a database of its own, with a control plane of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use sqlx::Executor as _;
use tempfile::TempDir;
use uuid::Uuid;
use yagura_events::{ClickHouse, ClickHouseOptions, EventStore, conformance::Subject, server::FEATURE};
use yagura_server_kit::{Db, db::migrate};
use yagura_vocabulary::SystemClock;

/// A store, and what it stands on.
pub(crate) struct Rig {
    pub(crate) store: Arc<ClickHouse>,
    pub(crate) db: Db,
    pub(crate) options: ClickHouseOptions,
    _dir: TempDir,
}

impl Rig {
    /// A store whose ClickHouse is reached at `url`.
    pub(crate) async fn at(url: &str) -> Self {
        let rig = Self::empty(url).await;
        // So near to the end of a block of positions that what is appended lies on both sides of it: counts answer for one.
        let mut tx = rig.db.write().await.unwrap();
        let near = sqlx::query("UPDATE events_position SET next_position = 1048556");
        near.execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        rig
    }

    /// The same without a past: nothing was ever appended.
    pub(crate) async fn empty(url: &str) -> Self {
        Self::on(url, "").await
    }

    /// The same, with the control plane in this database; in SQLite where none is named.
    async fn on(url: &str, control: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let database = format!("case{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let dir = tempfile::tempdir().unwrap();
        let sqlite = format!("sqlite:{}", dir.path().join("control.db").display());
        let db = Db::open(if control.is_empty() { &sqlite } else { control }).await.unwrap();
        migrate(&db, FEATURE.migrations.iter().copied()).await.unwrap();
        let mut options = ClickHouseOptions::new(url, &database, "one", Arc::new(SystemClock));
        options.retry = Duration::from_millis(1);
        let store = Arc::new(ClickHouse::open(options.clone(), db.clone()).await.unwrap());
        Self { store, db, options, _dir: dir }
    }

    /// Opens the store once more, as the next start of the server does.
    pub(crate) async fn opens_again(&mut self) {
        self.store.close().await;
        self.store = Arc::new(ClickHouse::open(self.options.clone(), self.db.clone()).await.unwrap());
    }

    /// Puts the control plane back to its beginning, as a restored backup does.
    pub(crate) async fn forgets_everything(&self) {
        let mut tx = self.db.write().await.unwrap();
        for sql in ["DELETE FROM events_stream", "UPDATE events_position SET next_position = 1"] {
            sqlx::query(sql).execute(tx.on()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

/// Several servers on one control plane and one ClickHouse. Every call goes to the next one.
pub(crate) struct Several {
    stores: Vec<Arc<ClickHouse>>,
    first: Rig,
    calls: AtomicUsize,
}

impl Several {
    pub(crate) async fn at(url: &str, database: &str) -> Self {
        let first = Rig::on(url, database).await;
        let mut several = Self { stores: Vec::new(), first, calls: AtomicUsize::new(0) };
        several.restart().await;
        several
    }
}

#[async_trait]
impl Subject for Several {
    fn store(&self) -> Arc<dyn EventStore> {
        self.stores[self.calls.fetch_add(1, Ordering::Relaxed) % self.stores.len()].clone()
    }

    async fn restart(&mut self) {
        for store in self.stores.drain(..) {
            store.close().await;
        }
        for owner in ["one", "two"] {
            let options = ClickHouseOptions { owner: owner.to_owned(), ..self.first.options.clone() };
            self.stores.push(Arc::new(ClickHouse::open(options, self.first.db.clone()).await.unwrap()));
        }
    }

    async fn settle(&mut self) {}
}

#[async_trait]
impl Subject for Rig {
    fn store(&self) -> Arc<dyn EventStore> {
        self.store.clone()
    }

    async fn restart(&mut self) {
        self.opens_again().await;
    }

    async fn settle(&mut self) {}
}

/// A new, empty database on the PostgreSQL server at `url`.
pub(crate) async fn fresh_database(url: &str) -> String {
    sqlx::any::install_default_drivers();
    let name = format!("yagura_events_{}", Uuid::new_v4().simple());
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    pool.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    pool.close().await;
    let (base, query) = url.split_once('?').map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    format!("{}/{name}{query}", base.rsplit_once('/').unwrap().0)
}
