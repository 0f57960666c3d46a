//! The endpoint's side.
