//! What became of rollouts at each endpoint.

pub(super) mod export;
pub(super) mod list;
pub(super) mod read;
mod view;
