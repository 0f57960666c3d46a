//! The one rule model: which acts are written down with a name, of which somebody is warned, and which are stopped.
//!
//! An organisation's [`RuleBook`] is compiled into a [`Matcher`], which [judges](Matcher::judge) events one by one. The agent
//! judges what happens with it, off line too; the server judges stored events with the same code before a rule is saved;
//! the command line explains an answer. Nothing here reads a clock, a disk or the network.

pub mod book;
pub mod calendar;
pub mod fault;
mod glob;
pub mod matcher;
pub mod memory;
pub mod popup;
pub mod ready;
pub mod sight;
pub mod start;

pub use book::{AtLeast, Exception, Hours, Popup, Program, Rule, RuleBook, Texts, When, Where};
pub use fault::Fault;
pub use matcher::{BeforeStart, Judgement, Matcher};
pub use memory::{First, Memory, Seen, Unseen};
pub use start::Unknown;
