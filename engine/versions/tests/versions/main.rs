//! The order of versions as a specification: our own sentences, and what the programs say that decide.

#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

mod meaning;
mod pairs;
mod peers;
mod properties;
