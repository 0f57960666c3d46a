//! Labels for assets as a PDF: the sheets of label paper that offices have, and single labels. Pure.
//!
//! Nothing is embedded: Latin letters are Helvetica, which every reader has, Japanese ones a font that readers put another in the place of
//! (ISO 32000-1, 9.7.5.2: a predefined CMap over Adobe-Japan1). So a sheet has a few kilobytes, and no font's licence is in it.

mod layout;
mod pdf;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    layout::{Layout, Size},
    pdf::write,
};

/// What stands on one label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Label {
    /// What the square says when it is read: an address.
    pub address: String,
    /// The organisation's own number; may be empty.
    pub number: String,
    /// What the asset is called.
    pub name: String,
    /// Whose it is; may be empty.
    pub owner: String,
}
