//! What the embedded store must do beyond what every store must.
#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

mod conformance;
mod rig;
