//! An endpoint whose features are lists.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc, watch};
use uuid::Uuid;
use yagura_channel::{
    agent::runner::{Endpoint, Facts},
    wire::policy::{ItemError, LeftOut},
};
use yagura_vocabulary::{
    Event, InForce, Lane, Os, SensorHealth, SensorReport,
    in_force::{self, Layers},
};

use crate::server::Server;

pub(crate) struct Pretended {
    server: Server,
    pub(crate) hardware: Mutex<String>,
    events: AsyncMutex<mpsc::UnboundedReceiver<(Lane, Event)>>,
    state: watch::Sender<BTreeMap<String, Arc<Value>>>,
    changed: AsyncMutex<watch::Receiver<BTreeMap<String, Arc<Value>>>>,
    pub(crate) applied: Mutex<Vec<(String, Option<InForce<Value>>)>>,
    pub(crate) ran: Mutex<Vec<String>>,
    /// The machine has started anew, as a command asked it to.
    pub(crate) started_anew: Mutex<bool>,
    pub(crate) started: Mutex<bool>,
    run_id: Uuid,
    /// What the sensor has seen: more at each look.
    seen: AtomicU64,
}

impl Pretended {
    pub(crate) fn new(server: &Server) -> (Arc<Self>, mpsc::UnboundedSender<(Lane, Event)>) {
        let (sender, events) = mpsc::unbounded_channel();
        let state = watch::Sender::new(BTreeMap::new());
        let endpoint = Self {
            server: server.clone(),
            hardware: Mutex::new("hardware a".to_owned()),
            events: AsyncMutex::new(events),
            changed: AsyncMutex::new(state.subscribe()),
            state,
            applied: Mutex::default(),
            ran: Mutex::default(),
            started_anew: Mutex::default(),
            started: Mutex::default(),
            run_id: Uuid::new_v4(),
            seen: AtomicU64::new(0),
        };
        (Arc::new(endpoint), sender)
    }

    pub(crate) fn put(&self, section: &str, value: Value) {
        self.state.send_modify(|sections| {
            sections.insert(section.to_owned(), Arc::new(value));
        });
    }

    pub(crate) fn in_force(&self, feature: &str) -> Option<Value> {
        self.in_force_for(feature, None)
    }

    pub(crate) fn in_force_for(&self, feature: &str, account: Option<&str>) -> Option<Value> {
        let applied = self.applied.lock().unwrap();
        let (_, in_force) = applied.iter().rev().find(|(name, _)| name == feature)?;
        Some(in_force.as_ref()?.for_account(account).clone())
    }
}

#[async_trait]
impl Endpoint for Pretended {
    fn facts(&self) -> Facts {
        Facts {
            agent_version: "0.0.0".to_owned(),
            hostname: "pc-1".to_owned(),
            os: Os::Linux,
            os_name: "Test".to_owned(),
            hardware_id: self.hardware.lock().unwrap().clone(),
            boot_id: Uuid::nil(),
            run_id: self.run_id,
            features: Vec::new(),
        }
    }

    async fn start(&self) {
        *self.started.lock().unwrap() = true;
    }

    async fn apply_policy(&self, feature: &str, layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<ItemError>> {
        let read = |value: &Value| match value.get("unknown") {
            None => Ok(value.clone()),
            Some(_) => Err(vec![ItemError { pointer: "/unknown".to_owned(), message: "unknown field".to_owned() }]),
        };
        let (in_force, left_out) = layers.map(|layers| layers.read(read)).transpose()?.unzip();
        self.applied.lock().unwrap().push((feature.to_owned(), in_force));
        self.server.bump();
        let wire = |left: in_force::LeftOut<_>| LeftOut { grant: left.grant, errors: left.error };
        Ok(left_out.into_iter().flatten().map(wire).collect())
    }

    async fn run_command(&self, name: &str, args: Value) -> Result<Value, String> {
        self.ran.lock().unwrap().push(name.to_owned());
        self.server.bump();
        match name {
            "fail" => Err("it did not work".to_owned()),
            "restart" if *self.started_anew.lock().unwrap() => Ok(json!({"restarted": args})),
            "hang" | "restart" => std::future::pending().await,
            _ => Ok(json!({"ran": name})),
        }
    }

    fn resumes(&self, name: &str) -> bool {
        name == "restart"
    }

    async fn next_event(&self) -> Option<(Lane, Event)> {
        self.events.lock().await.recv().await
    }

    async fn state(&self) -> BTreeMap<String, Arc<Value>> {
        self.state.borrow().clone()
    }

    async fn state_changed(&self) {
        let _ = self.changed.lock().await.changed().await;
    }

    async fn sensors(&self) -> Vec<SensorReport> {
        vec![SensorReport {
            sensor: "process".to_owned(),
            source: "test".to_owned(),
            health: SensorHealth::Ok,
            reason: None,
            seen: self.seen.fetch_add(1, Ordering::Relaxed),
            lost: 0,
        }]
    }
}
