//! A notice on the person's screen.

mod canvas;
mod fonts;
mod keys;
mod sheet;
mod window;
mod wrap;

use jiff::tz::TimeZone;
use uuid::Uuid;
use yagura_vocabulary::Time;

pub use fonts::Fonts;
pub use window::{DisplayError, check_display, show};

/// What is shown to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// This delivery.
    pub id: Uuid,
    /// One line.
    pub title: String,
    /// Its line breaks are kept.
    pub text: String,
    /// When it reached this machine.
    pub at: Time,
    /// The time zone in which that is told.
    pub zone: TimeZone,
}
