//! The process stream: what its sources see, and the records that come of it.

pub(crate) mod observed;
pub(crate) mod tracker;
