//! Distribution: packages, scripts and updates of the operating system, to endpoints, ring by ring. See README.md in this folder.

pub mod model;
pub mod policy;

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "server")]
pub mod server;

pub use policy::DistributionPolicy;

/// The name of this feature in policies, events and states.
pub const FEATURE: &str = "distribution";
/// The command that carries a job out. Arguments: [`model::Job`]. Result: [`model::Outcome`].
pub const RUN: &str = "distribution.run";
/// The command that takes a job back that has not begun on the endpoint yet. Arguments: [`model::Recall`].
pub const RECALL: &str = "distribution.recall";
