//! The ledger on paper: labels.

pub(super) mod labels;
