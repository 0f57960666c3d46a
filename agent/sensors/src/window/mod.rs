//! Windows: what people have before them. Session programs tell; what comes of it is made here.

pub(crate) mod desktops;
mod facts;
pub(crate) mod tracker;
mod usage;

#[cfg(test)]
mod tracker_tests;
