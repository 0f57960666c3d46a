//! Bytes as feeds have them: counted, and taken apart one entry at a time.

mod feed;
mod input;
mod json;
mod lines;
mod xml;

pub(crate) use feed::{Feed, Wrong, need};
pub(crate) use input::{Input, failed};
pub(crate) use json::{Json, typed};
pub(crate) use lines::Lines;
pub(crate) use xml::{Element, elements};
