//! What the runner drives: the agent's features, or something that behaves like them.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;
use yagura_vocabulary::{Event, Lane, Os, SensorReport, in_force::Layers};

use crate::{
    agent::client::AgentClient,
    wire::{
        hello::FeatureVersion,
        policy::{ItemError, LeftOut},
    },
};

/// What an endpoint says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The agent's version.
    pub agent_version: String,
    /// The machine's name.
    pub hostname: String,
    /// The operating system's family.
    pub os: Os,
    /// The operating system's name and version, as people know it.
    pub os_name: String,
    /// What tells this machine from every other.
    pub hardware_id: String,
    /// Which start of the machine this is.
    pub boot_id: Uuid,
    /// Which start of the agent this is.
    pub run_id: Uuid,
    /// The features it has.
    pub features: Vec<FeatureVersion>,
}

/// What an endpoint does besides talking to its server.
#[async_trait]
pub trait Endpoint: Send + Sync + 'static {
    /// Who it is, now.
    fn facts(&self) -> Facts;

    /// Begins its work. Called once, after the last known policies were put in force.
    async fn start(&self);

    /// It speaks to its server through this client from now on, whether or not the server can be reached.
    fn speaks_through(&self, _client: &Arc<AgentClient>) {}

    /// Puts a feature's policy in force with what is granted now, or its default. On errors the one before stays in
    /// force. Gives the grants that do not fit; they grant nothing.
    async fn apply_policy(&self, feature: &str, layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<ItemError>>;

    /// Carries out a command. The error is told to people.
    async fn run_command(&self, name: &str, args: Value) -> Result<Value, String>;

    /// Whether it goes on with a command of this name that was being carried out when the agent, or the machine, stopped. It is run again
    /// then with the same arguments; all others have failed.
    fn resumes(&self, _name: &str) -> bool {
        false
    }

    /// The next thing that happened; `None` when nothing will happen any more. Cancel safe. One caller at a time.
    async fn next_event(&self) -> Option<(Lane, Event)>;

    /// How things are, by section.
    async fn state(&self) -> BTreeMap<String, Arc<Value>>;

    /// Comes back when [`Self::state`] may have changed since it was last called. One caller at a time.
    async fn state_changed(&self);

    /// How the sensors are.
    async fn sensors(&self) -> Vec<SensorReport>;
}
