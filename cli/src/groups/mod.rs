//! The commands, one file for each group.

pub(crate) mod assets;
pub(crate) mod commands;
pub(crate) mod endpoints;
pub(crate) mod events;
pub(crate) mod feeds;
mod lake;
pub(crate) mod login;
pub(crate) mod people;
pub(crate) mod policy;
mod policy_file;
mod retention;
pub(crate) mod rules;
mod rules_words;
mod tail;
pub(crate) mod tokens;
pub(crate) mod verify;
mod verify_remote;
pub(crate) mod vulnerabilities;
