//! The file stream: what its sources see, and the records that come of it.

pub(crate) mod copies;
pub(crate) mod fold;
pub(crate) mod observed;
pub(crate) mod programs;
pub(crate) mod session;
pub(crate) mod tracker;
