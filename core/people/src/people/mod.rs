//! People as administrators see them.

pub(crate) mod list;
