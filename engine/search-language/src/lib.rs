//! The language in which people ask the log: `user:tanaka file:*.xlsx since:7d -kind:file.open`, in English or Japanese words.
//!
//! Three steps, all pure. [`parse`] reads text into a [`Node`], whose `Display` is the canonical text. [`Node::names`] says
//! which names of endpoints, groups and people must be looked up. [`compile`] makes an [`Expr`], which says of a [`Row`]
//! whether it matches, which columns it looks at, and what the log can be narrowed by beforehand.

mod ast;
mod clock;
mod compile;
mod complete;
mod expr;
mod fault;
mod field;
mod kinds;
mod near;
mod parse;
mod row;
mod scan;
mod stored;
mod test;
mod text;
mod value;

pub use jiff::tz::TimeZone;

pub use ast::{FieldRef, Node, Op, Term, Test as Wish, Word};
pub use clock::Clock;
pub use compile::{Name, Named, Names, compile};
pub use complete::{Completion, Offer, complete};
pub use expr::{Expr, Narrow};
pub use fault::{Code, Fault};
pub use field::{Field, Shape};
pub use kinds::{FAMILIES, KINDS};
pub use parse::parse;
pub use row::{Column, Row};
pub use test::any_text_of;

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// How deep groups and negations may lie within each other.
pub const MAX_DEPTH: usize = 32;
/// How many conditions one text may have.
pub const MAX_TERMS: usize = 256;
