//! The language, as people write it: what a text means, what is wrong with one, and what may follow.
#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

mod completion;
mod faults;
mod meaning;
mod properties;
mod reading;
