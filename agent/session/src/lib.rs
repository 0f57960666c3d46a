//! The person's side of the agent: the program in each desktop that shows what the agent has to say.

mod browser;
mod desktop;
mod link;
mod over;
mod popup;
mod shown;
mod words;

pub use link::{Options, run};
pub use popup::{Around, DisplayError, Fonts, Kind, Notice, Pressed, check_display, show};
pub use words::Language;
