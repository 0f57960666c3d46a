//! Nudges: all that a WebSocket or a long poll ever says. A nudge says where to look, never what is there, so a lost or
//! forged one costs at most one request.

use serde::{Deserialize, Serialize};

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The policy manifest changed.
    Manifest,
    /// A command waits, or one was cancelled.
    Commands,
    /// The key set changed.
    Keys,
    /// Say hello again.
    Hello,
}

/// "Topic X is at version N."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nudge {
    /// Where to look.
    pub topic: Topic,
    /// Which version is there now.
    pub version: u64,
}
