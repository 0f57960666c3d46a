//! The organisation's rules in force: judged on every endpoint, and what the person is told.
//!
//! What a rule is and how it answers stands in `yagura_rules`. This feature is its way to the endpoints (the policy), the judge
//! on the endpoint, and what follows from an answer.

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(any(feature = "agent", feature = "server"))]
mod quiet;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
mod unusual;

/// The name of this feature in policies.
pub const FEATURE: &str = "rule_book";
