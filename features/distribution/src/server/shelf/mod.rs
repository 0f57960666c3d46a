//! The shelf: package files and scripts that people handed in, each under its hash. It is the whole organisation's.

pub(super) mod list;
pub(super) mod package;
pub(super) mod read;
mod receive;
pub(super) mod remove;
pub(super) mod script;
mod view;

use std::path::PathBuf;

use yagura_server_kit::Context;

pub(in crate::server) use self::view::{Row, SELECT};

/// The kind of ids of what lies on the shelf.
#[derive(Debug)]
pub(super) enum ShelfItem {}

/// The folder for what is being handed in.
pub(super) struct Uploads(pub(super) PathBuf);

/// Removes what was being handed in when the server ended.
pub(super) fn forget_unfinished(ctx: &Context) {
    let Uploads(folder) = ctx.part();
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, folder = %folder.display(), "what was not handed in whole could not be removed");
        }
        _ => {}
    }
}
