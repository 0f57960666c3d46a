//! The one socket on the machine, between the agent and the programs in people's desktops.
//!
//! The agent is a [`Server`], each session program a [`Client`]. Who a session belongs to is never asked: the kernel says
//! it ([`Peer`]). Messages are JSON, each after its length as four bytes, big endian; at most [`MAX_MESSAGE`] bytes.

#[cfg(unix)]
mod connection;
pub mod desktop;
mod error;
mod frame;
mod message;
mod place;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
// Windows will have a named pipe here.
#[cfg(not(unix))]
#[path = "unsupported.rs"]
mod system;

pub use error::Error;
pub use frame::MAX_MESSAGE;
pub use message::{Bundled, FromAgent, FromSession, Label};
pub use place::{for_agent, for_session};
pub use system::{Client, Server, Session};
pub use yagura_platform::Peer;
