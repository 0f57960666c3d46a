//! Log search: saved questions, and exports of what a question finds. The search itself is core's.

pub mod table;
pub mod times;

#[cfg(feature = "server")]
pub mod server;
