//! The states that things pass through, and how a sensor is.

use serde::{Deserialize, Serialize};

use crate::level::words;

words! {
    /// How an endpoint stands with its server.
    EndpointState {
        /// Heard from within the last few minutes.
        Online = "online",
        /// Not connected now, but heard from within the organisation's limit of days.
        Offline = "offline",
        /// Not heard from for longer than that limit.
        Silent = "silent",
        /// Enrolled, waiting for an administrator's approval.
        Pending = "pending",
        /// Taken out of service; its key is refused.
        Retired = "retired",
    }
}

words! {
    /// Where a command is on its way.
    CommandState {
        /// Stored; the endpoint does not know of it yet.
        Queued = "queued",
        /// The endpoint was told to look.
        Nudged = "nudged",
        /// The endpoint has read it.
        Fetched = "fetched",
        /// The endpoint has written it in its journal and is about to act.
        Accepted = "accepted",
        /// It worked.
        Done = "done",
        /// It was tried and did not work, or was refused.
        Failed = "failed",
        /// Its time ran out before it was accepted.
        Expired = "expired",
        /// Taken back before it was accepted.
        Cancelled = "cancelled",
    }
}

impl CommandState {
    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Expired | Self::Cancelled)
    }

    /// Whether the command may go from `self` to `next`. States only move forward, and steps may be skipped.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match next {
            // A command that is being carried out can be neither taken back nor run out of time.
            Self::Cancelled | Self::Expired => !self.is_final() && self < Self::Accepted,
            _ => !self.is_final() && self < next,
        }
    }
}

words! {
    /// The operating system family of an endpoint.
    Os {
        /// Microsoft Windows.
        Windows = "windows",
        /// Apple macOS.
        Macos = "macos",
        /// Linux.
        Linux = "linux",
        /// Android.
        Android = "android",
        /// Apple iOS or iPadOS.
        Ios = "ios",
    }
}

words! {
    /// How a sensor is.
    SensorHealth {
        /// Sees all it should.
        Ok = "ok",
        /// Works, but may miss something; the reason says what.
        Degraded = "degraded",
        /// This machine cannot give it; the reason says why.
        Unsupported = "unsupported",
        /// Switched off by policy.
        Off = "off",
        /// Should work and does not; the reason says why.
        Failed = "failed",
    }
}

/// What one sensor says of itself, part of an endpoint's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensorReport {
    /// The stream it feeds: `process`, `file`, `network`, `session`, ...
    pub sensor: String,
    /// The technique in use: `ebpf`, `proc_connector`, `fanotify`, ...
    pub source: String,
    /// How it is.
    pub health: SensorHealth,
    /// Why it is not `ok`, in plain English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Events seen since the agent started.
    #[serde(default)]
    pub seen: u64,
    /// Events known to be lost since the agent started.
    #[serde(default)]
    pub lost: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_never_moves_backwards() {
        assert!(CommandState::Queued.may_become(CommandState::Fetched));
        assert!(!CommandState::Fetched.may_become(CommandState::Nudged));
        assert!(!CommandState::Done.may_become(CommandState::Failed));
    }

    #[test]
    fn a_command_can_be_cancelled_until_it_is_accepted() {
        assert!(CommandState::Fetched.may_become(CommandState::Cancelled));
        assert!(!CommandState::Accepted.may_become(CommandState::Cancelled));
        assert!(CommandState::Accepted.may_become(CommandState::Failed));
    }
}
