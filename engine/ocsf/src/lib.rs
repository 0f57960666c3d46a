//! Events in the words of the Open Cybersecurity Schema Framework (OCSF, version 1.1, <https://schema.ocsf.io/1.1.0>), and as
//! Parquet files for a security lake.

mod class;
mod columns;
mod file;
mod kinds;
mod place;
mod record;
mod schema;

pub use class::Class;
pub use file::LakeFile;
pub use parquet::errors::ParquetError;
pub use place::{Place, UnusableName, source_name};
pub use record::{Record, to_ocsf};
pub use schema::schema;

/// The version of the schema that records follow.
pub const VERSION: &str = "1.1.0";
