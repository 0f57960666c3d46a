//! Endpoints as administrators see them.

pub(crate) mod find;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod read;
pub(crate) mod sensors;
pub(crate) mod standing;
pub(crate) mod summary;
pub(crate) mod update;
pub(crate) mod view;
