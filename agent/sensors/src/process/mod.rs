//! The process stream: sources, what they see, and how it reaches those who read it.

pub(crate) mod fanout;
pub(crate) mod observed;
pub(crate) mod tracker;

pub use fanout::{Outlet, ProcessStream};
