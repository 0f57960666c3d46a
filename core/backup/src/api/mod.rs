//! Backups as the API gives them.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod list;
