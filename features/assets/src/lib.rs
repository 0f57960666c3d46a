//! Assets: what hardware, system and software an endpoint has.
//!
//! The modules here are pure and compiled by agent and server alike. `agent` is the endpoint's side.

#[cfg(feature = "agent")]
pub mod agent;
pub mod changes;
pub mod event;
pub mod firmware;
#[cfg(feature = "server")]
mod hotfixes;
pub mod identity;
#[cfg(feature = "server")]
pub mod import;
#[cfg(feature = "server")]
pub mod intake;
pub mod known;
#[cfg(feature = "server")]
mod label;
pub mod makers;
pub mod model;
#[cfg(feature = "server")]
pub mod osquery;
pub mod policy;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
mod sheet;
pub mod snmp;
pub mod whereabouts;

#[cfg(feature = "server")]
use hotfixes::hotfixes;
pub use model::Assets;
pub use policy::AssetsPolicy;

/// The name of this feature in policies and of its section in an endpoint's state.
pub const FEATURE: &str = "assets";
