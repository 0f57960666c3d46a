//! Vulnerabilities: what is weak, where, why it matters and what to do. See README.md in this folder.
//!
//! A package of one release of an operating system is judged once for all machines that have it ([`claim`]); what a machine suffers from
//! follows from what it has ([`count`]).

pub mod claim;
pub mod clock;
pub mod count;
mod cpe;
pub mod ends;
pub mod except;
pub mod finding;
pub mod judge;
pub mod kernel;
pub mod lay;
pub mod programs;
pub mod release;
pub mod remote;
pub mod windows;

#[cfg(feature = "server")]
pub mod server;

/// The name of this feature.
pub const FEATURE: &str = "vulnerabilities";
