//! Notices: a message to whoever sits at some endpoints, and how many have seen it.
//!
//! A notice is delivered by one `notice.show` command to each endpoint; how it goes is what becomes of those commands.
//! `agent` is the endpoint's side, behind the cargo feature of that name; all else is the server's.

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "server")]
mod server;

#[cfg(feature = "server")]
pub use server::{Action, FEATURE, Message, Recipient, Sent, by_ids, in_groups, send};
