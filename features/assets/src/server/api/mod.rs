//! The requests of people about assets: one file for each.

pub(super) mod changes;
pub(super) mod create;
pub(super) mod inventory;
pub(super) mod list;
pub(super) mod merge;
pub(super) mod packages;
pub(super) mod read;
pub(super) mod remove;
pub(super) mod selected;
pub(super) mod split;
pub(super) mod statistics;
pub(super) mod update;
pub(super) mod view;
pub(super) mod which;
