//! Which blocks of rows can contain a text: an index of n-grams and exact tokens beside a file of rows.
//!
//! The index is a filter. It may name a block that has nothing, never leave out one that has something; each hit is
//! verified on the rows themselves, so an index that is lost costs time and no correctness. It reads and writes nothing
//! by itself: [`Builder`] makes bytes, and [`Index`] asks a closure for the few that it needs.

mod blocks;
mod builder;
mod fold;
mod format;
mod gram;
mod index;
mod wanted;

pub use blocks::Blocks;
pub use builder::Builder;
pub use fold::{Needle, fold, fold_into};
pub use format::{BLOCK_ROWS, IndexError};
pub use gram::Token;
pub use index::{Fetch, Index};
pub use wanted::Wanted;
