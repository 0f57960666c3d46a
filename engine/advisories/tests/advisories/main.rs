//! Feeds as a specification: small ones of each format with what they say, cut ones, wrong ones, and large ones.

#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

mod cuts;
mod faults;
mod golden;
mod large;
mod shapes;
