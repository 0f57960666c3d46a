//! Jobs on an endpoint whose system is pretended: decided, fetched, told, written down, done once.
#![expect(clippy::unwrap_used, reason = "test helpers")]

mod pretended;
mod waits;
mod works;
