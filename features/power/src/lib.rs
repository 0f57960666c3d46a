//! Power: restart and shut down machines with notice to whoever sits there, and wake them by a neighbour.
//!
//! What may happen is decided by [`decide()`], which the endpoint obeys and the server previews; a countdown with its postponements is
//! [`countdown`]. Both are pure, as are the magic packet ([`packet`]) and who is whose neighbour ([`segment`]).

pub mod countdown;
pub mod decide;
pub mod model;
pub mod packet;
pub mod policy;
pub mod segment;

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "server")]
pub mod server;

pub use decide::{Decision, Machine, Refusal, decide};
pub use model::{Act, Order, Told, Wake};
pub use policy::{Deed, PowerPolicy, Servers};

/// The name of this feature in policies, events and states.
pub const FEATURE: &str = "power";
/// The command that restarts a machine. Arguments: [`Order`].
pub const RESTART: &str = "power.restart";
/// The command that shuts one down. Arguments: [`Order`].
pub const SHUT_DOWN: &str = "power.shut_down";
/// The command by which a neighbour wakes a machine. Arguments: [`Wake`].
pub const WAKE: &str = "power.wake";
