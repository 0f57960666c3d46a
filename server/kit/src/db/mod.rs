//! The control plane's database: SQLite or PostgreSQL, one set of SQL.
//!
//! SQL is written in the common subset: `$1` parameters, TEXT, BIGINT, DOUBLE PRECISION and BYTEA/BLOB columns, sums cast
//! to BIGINT, LIKE only on lower-cased text. Reading uses [`Db::read`], whose connections cannot write. Writing is done in
//! a [`Change`] (people: audited) or a [`Db::write`] (machines).

mod change;
mod migrate;
mod open;

pub use self::{
    change::{Audit, Change, Object},
    migrate::{Migration, MigrationError, migrate},
    open::{Db, DbError, Kind, Tx},
};
