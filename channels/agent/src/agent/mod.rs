//! The endpoint's end of the road.
//!
//! [`spool`] keeps what happened until the server has it; nothing here is global, so one process may be many endpoints.

mod files;
pub mod spool;

pub use self::files::FileError;
