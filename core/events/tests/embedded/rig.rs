//! A store in a directory of its own.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use tempfile::TempDir;
use yagura_events::{Embedded, EventStore, Options, conformance::Subject, embedded::FailPoints};

/// How the store of a rig is stopped before it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// As an operator stops it.
    Close,
    /// As `SIGKILL` stops it.
    Kill,
}

/// A store, its directory, and how it is to be treated.
pub(crate) struct Rig {
    pub(crate) dir: TempDir,
    pub(crate) store: Arc<Embedded>,
    pub(crate) stop: Stop,
    settle: bool,
    change: fn(&mut Options),
}

/// Small numbers, so that a test sees everything that a year brings.
pub(crate) fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir);
    options.reserve_bytes = 0;
    options.linger = Duration::from_millis(1);
    options
}

impl Rig {
    pub(crate) async fn new(stop: Stop, settle: bool, change: fn(&mut Options)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), change).await;
        Self { dir, store, stop, settle, change }
    }
}

async fn open(dir: &Path, change: fn(&mut Options)) -> Arc<Embedded> {
    let mut options = options(dir);
    change(&mut options);
    options.fail_points = FailPoints::default();
    Arc::new(Embedded::open(options).await.unwrap())
}

#[async_trait]
impl Subject for Rig {
    fn store(&self) -> Arc<dyn EventStore> {
        self.store.clone()
    }

    async fn restart(&mut self) {
        if self.stop == Stop::Kill {
            self.store.kill();
        }
        let closed = self.store.close().await;
        assert!(closed.is_ok() || self.stop == Stop::Kill, "{closed:?}");
        self.store = open(self.dir.path(), self.change).await;
    }

    async fn settle(&mut self) {
        if self.settle {
            self.store.flush().await.unwrap();
        }
    }
}
