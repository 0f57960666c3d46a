//! The session stream: what its sources see, and the records that come of it.

pub(crate) mod accounts;
pub(crate) mod btmp;
pub(crate) mod diary;
pub(crate) mod logons;
