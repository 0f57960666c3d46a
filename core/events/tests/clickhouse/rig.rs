//! A store in a database of its own, with a control plane of its own.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use tempfile::TempDir;
use yagura_events::{ClickHouse, ClickHouseOptions, EventStore, conformance::Subject, server::FEATURE};
use yagura_server_kit::{Db, db::migrate};
use yagura_vocabulary::SystemClock;

use crate::engine::engine;

/// A store, and what it stands on.
pub(crate) struct Rig {
    pub(crate) store: Arc<ClickHouse>,
    pub(crate) db: Db,
    pub(crate) options: ClickHouseOptions,
    _dir: TempDir,
}

impl Rig {
    /// `None` where there is no engine.
    pub(crate) async fn new() -> Option<Self> {
        let url = engine()?.url.clone();
        Some(Self::at(&url).await)
    }

    /// A store whose ClickHouse is reached at `url`.
    pub(crate) async fn at(url: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = format!("case{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", dir.path().join("control.db").display())).await.unwrap();
        migrate(&db, FEATURE.migrations.iter().copied()).await.unwrap();
        let options = ClickHouseOptions::new(url, &database, "one", Arc::new(SystemClock));
        let store = Arc::new(ClickHouse::open(options.clone(), db.clone()).await.unwrap());
        Self { store, db, options, _dir: dir }
    }
}

#[async_trait]
impl Subject for Rig {
    fn store(&self) -> Arc<dyn EventStore> {
        self.store.clone()
    }

    async fn restart(&mut self) {
        self.store.close().await;
        self.store = Arc::new(ClickHouse::open(self.options.clone(), self.db.clone()).await.unwrap());
    }

    async fn settle(&mut self) {}
}
