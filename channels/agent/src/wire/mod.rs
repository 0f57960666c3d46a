//! What crosses the road, and the signatures that protect it. No IO, no clock.

pub mod batch;
pub mod blob;
pub mod body;
pub mod command;
pub mod delta;
pub mod enrol;
pub mod hello;
pub mod journal_key;
pub mod key;
pub mod key_change;
pub mod key_set;
pub mod neighbour;
pub mod nudge;
pub mod policy;
pub mod receipt;
pub mod request;
pub mod sealed;
pub mod sign_in;
pub mod state;

/// The protocol's version. An agent says the range it speaks in its hello.
pub const PROTOCOL: u32 = 1;
