//! One endpoint and its server.

use std::{path::Path, sync::Arc};

use tempfile::TempDir;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use yagura_channel::agent::{
    clock::ServerClock,
    enrol::enrol,
    identity::{IdentityDir, Record},
    runner::{self, Endpoint, Parts, RunError, SharedSpool},
    spool::{Limits, Spool},
};
use yagura_dial::Dial;
use yagura_vocabulary::{Clock as _, Event, Id, Lane, ManualClock, Time, id};

use crate::{endpoint::Pretended, server::Server};

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) dir: TempDir,
    pub(crate) machine_clock: ManualClock,
    pub(crate) endpoint: Arc<Pretended>,
    pub(crate) spool: Option<SharedSpool>,
    events: Option<mpsc::UnboundedSender<(Lane, Event)>>,
    running: Option<(CancellationToken, JoinHandle<Result<(), RunError>>)>,
}

impl World {
    /// A server, and a machine that is not enrolled yet.
    pub(crate) fn new() -> Self {
        let server = Server::new();
        let machine_clock = ManualClock::at(server.clock.now());
        let (endpoint, events) = Pretended::new(&server);
        let dir = tempfile::tempdir().unwrap();
        Self { server, dir, machine_clock, endpoint, spool: None, events: Some(events), running: None }
    }

    /// The same, enrolled and running.
    pub(crate) async fn running() -> Self {
        let mut world = Self::new();
        world.enrol().await;
        world.start();
        world.server.until("the first state", |held| !held.reports.is_empty()).await;
        world
    }

    pub(crate) async fn enrol(&self) {
        let dir = IdentityDir::new(self.dir.path());
        let clock = ServerClock::new(Arc::new(self.machine_clock.clone()));
        let dial = Arc::new(self.server.clone());
        enrol(&dir, "http://server", &self.server.token, &self.endpoint.facts(), "", dial, &clock).await.unwrap();
    }

    pub(crate) fn start(&mut self) {
        let limits = Limits { durable: false, ..Limits::default() };
        let path = self.dir.path().join("spool");
        let spool = SharedSpool::new(Spool::open(&path, limits, self.machine_clock.now()).unwrap());
        self.spool = Some(spool.clone());
        let server = self.server.clone();
        let parts = Parts {
            dir: self.dir.path().to_owned(),
            endpoint: Arc::clone(&self.endpoint) as Arc<dyn Endpoint>,
            clock: ServerClock::new(Arc::new(self.machine_clock.clone())),
            spool,
            dial: Arc::new(move |_: &Record| Ok(Arc::new(server.clone()) as Arc<dyn Dial>)),
        };
        let cancel = CancellationToken::new();
        self.running = Some((cancel.clone(), tokio::spawn(runner::run(parts, cancel))));
    }

    /// The agent comes to its end and another one begins, as after a restart of the service.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    pub(crate) async fn stop(&mut self) {
        let (endpoint, events) = Pretended::new(&self.server);
        // The old one's events end when its sender goes.
        self.events = Some(events);
        let (cancel, running) = self.running.take().unwrap();
        cancel.cancel();
        running.await.unwrap().unwrap();
        self.endpoint = endpoint;
        self.spool = None;
    }

    pub(crate) fn happens(&self, lane: Lane, kind: &str) {
        let event = Event::new(self.machine_clock.now(), "test", kind);
        self.events.as_ref().unwrap().send((lane, event)).unwrap();
    }

    /// Moves everybody's clock.
    pub(crate) fn set_time(&self, time: Time) {
        self.server.clock.set(time);
        self.machine_clock.set(time);
    }

    pub(crate) fn id(&self) -> Id<id::Endpoint> {
        record(self.dir.path()).endpoint
    }

    /// The kinds of the events that the server has, in the order of their coming.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.server.held().events.iter().map(|(_, _, event)| event.kind.clone()).collect()
    }
}

pub(crate) fn record(dir: &Path) -> Record {
    IdentityDir::new(dir).load().unwrap().unwrap().record
}
