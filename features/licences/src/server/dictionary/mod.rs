//! The organisation's dictionary, as a list that is imported and exported.

pub(super) mod export;
mod file;
pub(super) mod import;
pub(super) mod list;
pub(super) mod preview;
