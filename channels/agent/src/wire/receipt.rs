//! What the server signs in answer: receipts for events, and the time.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{
    Id, Lane, Time,
    id::{Endpoint, Server},
};

use super::sealed::Document;

/// How far a stream is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The numbering.
    pub epoch: Uuid,
    /// The lane.
    pub lane: Lane,
    /// The last number that is stored, with everything before it; 0 when nothing is.
    pub last: u64,
    /// SHA-256 of the last batch's bytes, hex; empty when nothing is stored.
    pub sha256: String,
}

/// "All up to here is durable": only then may an agent forget it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Whose events.
    pub endpoint: Id<Endpoint>,
    /// Up to where.
    pub mark: Mark,
    /// Whether the batch fitted. If not, `mark` says what the server holds and the agent must begin a new epoch.
    pub accepted: bool,
    /// For how long the agent should gather events before it sends the next batch, in seconds, if the server is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linger_s: Option<u64>,
}

impl Document for Receipt {
    const TYPE: &'static str = "application/vnd.yagura.receipt.v1+json";
}

/// The server's time, in answer to one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTime {
    /// Whose time.
    pub server: Id<Server>,
    /// The time.
    pub now: Time,
    /// The request it answers: see [`super::request::name_of`]. An old answer cannot be used again.
    pub request: String,
}

impl Document for ServerTime {
    const TYPE: &'static str = "application/vnd.yagura.server-time.v1+json";
}
