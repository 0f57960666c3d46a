//! An endpoint from its enrolment on, against a server that keeps the protocol in memory. Time passes as fast as nothing
//! happens, so that hours of pauses cost nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod channel;
mod commands;
mod endpoint;
mod events;
mod idle;
mod link;
mod neighbours;
mod own_key;
mod policies;
mod server;
mod world;
