//! The words that every part of Yagura shares, as types.
//!
//! Nothing in here does IO, reads a clock or knows an operating system, a feature, a database or a web framework. A new
//! shared name is added here and to `docs/vocabulary.md` in the commit that first uses it.

pub mod clock;
pub mod event;
pub mod id;
pub mod in_force;
pub mod level;
pub mod network;
#[cfg(feature = "openapi")]
mod openapi;
pub mod state;
pub mod time;

pub use clock::{Clock, ManualClock, SystemClock};
pub use event::{Account, Event, Lane, StoredEvent};
pub use id::Id;
pub use in_force::InForce;
pub use level::{Level, RuleLevel, Severity};
pub use state::{CommandState, EndpointState, Os, SensorHealth, SensorReport};
pub use time::Time;
