//! The person's side of the agent: the program in each desktop that shows what the agent has to say.

mod browser;
mod desktop;
mod link;
mod popup;
mod shown;
mod words;

pub use link::{Options, run};
pub use popup::{DisplayError, Fonts, Kind, Notice, check_display, show};
pub use words::Language;
