//! The server, put together: configuration, certificates, the registry of features, listeners.
//!
//! It is a library so that tests can start a whole server in their own process; the program is `main.rs`.

mod assemble;
pub mod certificates;
pub mod cli;
pub mod config;
mod console;
mod events;
mod features;
mod journal;
mod listen;
mod maintain;
mod moving;
pub mod openapi;
mod relay;
mod renewals;
mod router;
mod unread;

pub use self::assemble::{Server, context, start};
pub use self::maintain::restore_backup as restore;
