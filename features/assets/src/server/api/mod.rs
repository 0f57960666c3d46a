//! The requests of people about assets: one file for each.

pub(super) mod changes;
pub(super) mod create;
pub(super) mod inventory;
pub(super) mod list;
pub(super) mod merge;
pub(super) mod packages;
pub(super) mod read;
pub(super) mod remove;
pub(super) mod split;
pub(super) mod update;
mod view;
