//! The endpoint's end of the road.
//!
//! [`spool`] keeps what happened until the server has it, [`client`] signs requests and believes only signed answers,
//! [`link`] hears when there is news, [`runner`] drives an endpoint with all of them. Nothing here is global, so one
//! process may be many endpoints.

pub mod backoff;
pub mod blobs;
pub mod client;
pub mod clock;
pub mod enrol;
mod files;
pub mod identity;
pub mod link;
pub mod runner;
pub mod spool;

pub use self::files::FileError;
