//! Licences: which products the organisation has, what they are to it (paid, free, not permitted), and whether what is used was bought.
//!
//! The modules here are pure. [`normalise`] makes a product of a package's name, by the rules in `data/products.txt`; [`dictionary`] is
//! the organisation's own list; [`allocate`] gives licences to machines.

pub mod allocate;
pub mod class;
pub mod dictionary;
pub mod normalise;
pub mod pattern;
pub mod rules;
pub mod versions;

#[cfg(feature = "server")]
pub mod server;

pub use class::Class;

/// The name of this feature.
pub const FEATURE: &str = "licences";
