//! An endpoint from its enrolment on, against a server that keeps the protocol in memory. Time passes as fast as nothing
//! happens, so that hours of pauses cost nothing.

mod channel;
mod commands;
mod endpoint;
mod events;
mod policies;
mod server;
mod world;
