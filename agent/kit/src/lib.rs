//! All that a feature is given on an endpoint, and the host that gives it.
//!
//! A feature implements [`AgentFeature`]: it reads its policy, the sensors and commands from a [`FeatureCtx`] and writes
//! events and state into it. It never sees the spool, the channel or another feature. The agent program owns a [`Host`]
//! and connects its ends.

mod address;
mod blobs;
mod commands;
mod ctx;
mod events;
mod feature;
pub mod gate;
mod health;
mod host;
mod judge;
mod policy;
mod questions;
mod sign_in;
mod state;
mod warnings;

pub use address::AddressSeat;
pub use blobs::{Blobs, NoBlob, NoBlobs, Pace};
pub use commands::{CommandError, Commands, Handler};
pub use ctx::{FeatureCtx, TestEnds};
pub use events::{EventReceiver, EventSink, Stopped};
pub use feature::{AgentFeature, FeatureError, LeftOut};
pub use gate::{Denial, Gate, GateJudge};
pub use health::HealthSink;
pub use host::Host;
pub use judge::{Judge, JudgeSeat};
pub use policy::PolicyError;
pub use questions::{Answer, Asked, Choice, Label, Question, QuestionReceiver, Questions};
pub use sign_in::{NoLink, NoServer, SignIn};
pub use state::{Section, StateReceiver, StateSink};
pub use tokio_util::sync::CancellationToken;
pub use warnings::{Warning, WarningReceiver, Warnings};
pub use yagura_sensors::{DesktopId, Desktops};

/// How long the agent may be silent before it is taken for stopped.
const SILENT: std::time::Duration = std::time::Duration::from_secs(5);

/// The work of the watchman over the gate, a process of its own: when the agent is stopped (SIGSTOP, a debugger) while others
/// wait for its answers, it is ended, and the kernel lets everybody through. Comes back when the agent is gone.
///
/// # Errors
/// When the agent cannot be watched or ended.
pub fn stand_guard() -> Result<yagura_platform::Watched, yagura_platform::Error> {
    yagura_platform::watch_over_parent(SILENT)
}
