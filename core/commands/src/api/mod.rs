//! Commands as administrators see them.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod view;
