//! Where events are kept: appended once, found again, and followed in the order of their arrival.
//!
//! [`EventStore`] is the contract, [`Embedded`] the implementation for one server, `ClickHouse` (cargo feature `clickhouse`)
//! the one beyond it, and `conformance` (cargo feature of that name) the suite that every implementation must pass. `README.md` tells how the files on disk are laid out.

#[cfg(feature = "clickhouse")]
pub mod clickhouse;
#[cfg(feature = "conformance")]
pub mod conformance;
mod copy;
mod cursor;
pub mod embedded;
mod error;
mod facts;
mod fields;
mod marks;
mod matcher;
mod query;
mod removal;
pub mod retention;
#[cfg(feature = "server")]
pub mod server;
mod store;

#[cfg(feature = "clickhouse")]
pub use clickhouse::{ClickHouse, ClickHouseOptions};
pub use copy::{Copied, CopyError, Import, compare, copy};
pub use cursor::Cursor;
pub use embedded::{Embedded, Options, Snapshot, SnapshotFile, free_bytes};
pub use error::{AppendError, StoreError};
pub use facts::{Bucket, Budget, Covered, Facet, FacetField, Facets, Histogram, Tally, UnknownFacet, Work};
pub use marks::decide;
pub use query::{Asked, Count, KindFilter, MAX_LIMIT, Order, Page, ProcessFilter, Query, Whose};
pub use removal::{Forecast, Guard, Permit, Removal, RemovalKind, Removed, Unguarded};
pub use store::{Batch, EventStore, Evidence, FeedCursor, FeedItem, FeedPage, Health, Mark, Outcome, Row};
pub use yagura_text_index::{Wanted, fold};
