//! Distribution: packages, scripts and updates of the operating system, to endpoints, ring by ring. See README.md in this folder.
//!
//! What an endpoint does about a job is decided by [`decide()`], which the endpoint obeys and the server previews. It is pure, as are
//! maintenance windows ([`window`]), the countdown with its postponements ([`countdown`]), the limit of bandwidth ([`bucket`]) and what
//! package systems say ([`packages`]).

pub mod allot;
pub mod architecture;
pub mod bucket;
pub mod countdown;
pub mod decide;
pub mod dnf;
pub mod model;
pub mod near;
pub mod packages;
pub mod part;
pub mod policy;
pub mod rollout;
pub mod window;

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "server")]
pub mod package;
#[cfg(feature = "server")]
pub mod server;

pub use decide::{Decision, Moment, Refusal, decide};
pub use policy::DistributionPolicy;

/// The name of this feature in policies, events and states.
pub const FEATURE: &str = "distribution";
/// The command that carries a job out. Arguments: [`model::Job`]. Result: [`model::Outcome`].
pub const RUN: &str = "distribution.run";
/// The command that takes a job back that has not begun on the endpoint yet. Arguments: [`model::Recall`]. Result:
/// `{"recalled": jobs that end so, "began": jobs that go on}`.
pub const RECALL: &str = "distribution.recall";
