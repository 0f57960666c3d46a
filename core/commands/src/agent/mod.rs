//! What agents ask of this part.

pub(crate) mod progress;
pub(crate) mod waiting;
