//! Surveys: questions to the people at some endpoints, answered on their own page.
//!
//! What a survey asks and what an answer may be is pure ([`model`], [`answer`], [`tally`], [`table`]). Nothing of this runs on an
//! endpoint: the way to the person is a notice of core that leads to a page of theirs.

pub mod answer;
pub mod model;
pub mod table;
pub mod tally;

#[cfg(feature = "server")]
pub mod server;
