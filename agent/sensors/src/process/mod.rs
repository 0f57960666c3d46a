//! The process stream: sources, what they see, and how it reaches those who read it.

pub(crate) mod fanout;
#[cfg(target_os = "linux")]
pub(crate) mod hasher;
pub(crate) mod observed;
pub(crate) mod tracker;

pub use fanout::{Outlet, ProcessStream};
