//! What every handler and background task is given.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::Arc,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use yagura_vocabulary::{Clock, Id, Time, id::Server};

use crate::{Admission, db::Db, metrics::Metrics};

/// One of each type: how core parts that know nothing of each other are found. Filled while the server starts.
#[derive(Default)]
pub struct Parts(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Parts {
    /// Puts a part in, replacing one of the same type.
    pub fn insert<T: Any + Send + Sync>(&mut self, part: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(part));
    }
}

/// The server as its features see it. Cloning is cheap.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    server: Id<Server>,
    db: Db,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    admission: Admission,
    parts: Parts,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Context {
    /// A server's context.
    #[must_use]
    pub fn new(server: Id<Server>, db: Db, clock: Arc<dyn Clock>, metrics: Metrics, parts: Parts) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self(Arc::new(Inner { server, db, clock, metrics, admission: Admission::default(), parts, stop, tasks }))
    }

    /// Which server this is.
    #[must_use]
    pub fn server(&self) -> Id<Server> {
        self.0.server
    }

    /// The control plane's database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// The counters.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The queue of agents' requests.
    #[must_use]
    pub fn admission(&self) -> &Admission {
        &self.0.admission
    }

    /// The part of this type.
    ///
    /// # Panics
    /// When the server was put together without it: a fault of `server/app`, seen by the first test that starts a server.
    #[must_use]
    pub fn part<T: Any + Send + Sync>(&self) -> &T {
        self.0
            .parts
            .0
            .get(&TypeId::of::<T>())
            .and_then(|part| part.downcast_ref())
            .unwrap_or_else(|| panic!("the server was started without its {}", std::any::type_name::<T>()))
    }

    /// Starts background work, which ends when [`Self::stopping`] does and is waited for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.spawn(task);
    }

    /// Ends when the server is to stop.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.0.stop.clone()
    }

    /// Asks all background work to end and waits for it.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}
