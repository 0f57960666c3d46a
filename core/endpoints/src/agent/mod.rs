//! What agents ask of this part.

pub(crate) mod enrol;
pub(crate) mod hello;
pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod link;
pub(crate) mod state;
