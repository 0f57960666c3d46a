//! What retention and erasure have in common: what they would take, what is held, and doing it.

mod drive;
mod guard;
mod preview;
mod scope;
mod watch;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use self::{
    drive::{End, drive},
    guard::{Basis, steps_over},
    preview::{Preview, PreviewView, preview, seen},
    scope::{chains, places, whose},
    watch::watch,
};
use crate::Removed;

/// Tells removals under way that what is held has changed, and the task that does them that there is something to do.
#[derive(Default)]
pub(super) struct Signals {
    /// The number of changes of the holds.
    pub(super) holds: tokio::sync::watch::Sender<u64>,
    /// Rings when something is to be done.
    pub(super) bell: tokio::sync::Notify,
}

/// What a removal takes away, or would take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub(super) struct RemovedView {
    /// Events that go.
    pub(super) rows: u64,
    /// Events that stay only because of a legal hold.
    pub(super) held: u64,
    /// Files of which nothing stays.
    pub(super) dropped: u64,
    /// Files that are written anew.
    pub(super) rewritten: u64,
    /// Bytes of these files as they were.
    pub(super) bytes: u64,
}

impl From<Removed> for RemovedView {
    fn from(removed: Removed) -> Self {
        let Removed { rows, held, dropped, rewritten, bytes } = removed;
        Self { rows, held, dropped, rewritten, bytes }
    }
}
