//! Real work in small machines of their own, by real package systems.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

mod debian;
mod rpm;
mod tree;
