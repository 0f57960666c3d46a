//! The road between agent and server: both ends, one protocol.
//!
//! [`wire`] is what crosses it, pure and compiled by everybody. `agent` is the endpoint's end (the spool on disk, the signed
//! client, the link that listens for nudges); `server` is the other end (who signed this request, who is connected).
//! What lies on the road is in ARCHITECTURE.md, "The channel".

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "server")]
pub mod server;
pub mod wire;
