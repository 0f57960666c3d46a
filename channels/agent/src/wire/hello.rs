//! The first thing an agent says after every start and every new connection.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{
    EndpointState, Id, Os, Time,
    id::{Endpoint, Server},
};

use super::{receipt::Mark, sealed::Document};

/// Who the agent is and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Lowest and highest protocol version it speaks.
    pub protocol: (u32, u32),
    /// Its version.
    pub agent_version: String,
    /// The machine's name.
    pub hostname: String,
    /// The operating system's family.
    pub os: Os,
    /// The operating system's name and version, as people know it.
    pub os_name: String,
    /// What tells this machine from every other, as well as the system can say.
    pub hardware_id: String,
    /// Which start of the machine this is.
    pub boot_id: Uuid,
    /// Which start of the agent this is; two agents with one key have different ones at the same time.
    pub run_id: Uuid,
    /// The features it has, with the version of the policy each understands.
    pub features: Vec<FeatureVersion>,
    /// Its numbering now.
    pub epoch: Uuid,
    /// What it knows to be stored, and the last number it has given out, per lane.
    pub lanes: Vec<LaneState>,
    /// The version of the key set it holds.
    pub key_set: u64,
    /// How far its clock is ahead of the server's, in milliseconds, where it knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_ms: Option<i64>,
}

/// One feature of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureVersion {
    /// Its name: `operation_log`.
    pub feature: String,
    /// The version of the policy it understands.
    pub version: u32,
}

/// How a lane of the spool stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneState {
    /// What the agent knows to be stored.
    pub acked: Mark,
    /// The last number given out.
    pub last: u64,
}

/// The server's answer, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Who answers.
    pub server: Id<Server>,
    /// Whom.
    pub endpoint: Id<Endpoint>,
    /// Its state: a pending endpoint may only poll.
    pub state: EndpointState,
    /// The server's time.
    pub now: Time,
    /// What the server holds of the agent's epoch.
    pub marks: Vec<Mark>,
    /// Whether the agent must begin a new epoch: its memory and the server's do not agree.
    pub new_epoch: bool,
    /// Whether the agent must enrol anew with a key of its own: it looks like a copy of another machine.
    #[serde(default)]
    pub reenrol: bool,
    /// Version of the key set, of the policy manifest and of the command list: a higher one than known is to be fetched.
    pub key_set: u64,
    /// Version of the policy manifest; 0 when there is none.
    pub manifest: u64,
    /// How many commands wait.
    pub commands: u64,
    /// For how long to gather events before sending them, in seconds.
    pub linger_s: u64,
}

impl Document for Welcome {
    const TYPE: &'static str = "application/vnd.yagura.welcome.v1+json";
}
