//! Commands: do this once, and tell how it went.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use yagura_vocabulary::{
    CommandState, Id, Time,
    id::{Command as CommandKind, Endpoint, Server},
};

use super::sealed::{Document, Sealed};

/// The command that the channel itself carries out: a new key for the endpoint in place of the old one.
pub const KEY_RENEW: &str = "key.renew";

/// One order to one endpoint. Signed by a command key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Who orders.
    pub server: Id<Server>,
    /// Its id: an endpoint carries out an id once, ever.
    pub id: Id<CommandKind>,
    /// Who is to do it.
    pub endpoint: Id<Endpoint>,
    /// What: `inventory.refresh`, `notice.show`, ...
    pub name: String,
    /// With what.
    pub args: Value,
    /// When it was given.
    pub issued_at: Time,
    /// Not to be begun after this.
    pub expires_at: Time,
}

impl Document for Command {
    const TYPE: &'static str = "application/vnd.yagura.command.v1+json";
}

/// The commands that wait for an endpoint, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Waiting {
    /// The commands.
    pub commands: Vec<Sealed<Command>>,
}

/// What the endpoint tells of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which command.
    pub id: Id<CommandKind>,
    /// `accepted`, `done` or `failed`.
    pub state: CommandState,
    /// When, by the endpoint's corrected clock.
    pub at: Time,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The server's answer to [`Progress`]: the state it holds now. After `accepted` an endpoint goes on only when the server
/// agrees, so that a command cancelled at the last moment is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which command.
    pub id: Id<CommandKind>,
    /// Its state at the server.
    pub state: CommandState,
}
