//! Values that are more than text.

mod address;
mod calendar;
mod number;
mod when;

pub(crate) use address::Network;
pub(crate) use calendar::{hours, weekdays};
pub(crate) use number::number;
pub(crate) use when::period;
