//! Vulnerabilities: what is weak, where, why it matters and what to do. See README.md in this folder.
//!
//! A package of one release of an operating system is judged once for all machines that have it ([`claim`]); what a machine suffers from
//! follows from what it has.

pub mod claim;

#[cfg(feature = "server")]
pub mod server;

/// The name of this feature.
pub const FEATURE: &str = "vulnerabilities";
