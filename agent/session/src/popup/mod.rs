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
pub use window::{Around, DisplayError, check_display, show};

/// What kind of thing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody tells them something.
    Notice,
    /// A rule answered to what they did.
    Alarm,
    /// A rule stopped what they did.
    Prohibited,
    /// Rules answered several times, told of in one.
    Bundle,
    /// Something will be done at a time; the person may have it done now, or put it off.
    Question {
        /// When it is done.
        until: Time,
    },
}

/// How the person put a pop-up away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// Closed, or it was taken back.
    Close,
    /// The button of a question that has it done now.
    Now,
    /// The button of a question that puts it off.
    Later,
}

/// What is shown to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// This delivery.
    pub id: Uuid,
    /// What kind of thing it is.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// What it is about, in a word or two, for the window's head; the usual word for its kind when empty.
    pub head: String,
    /// What stands between the title and the text, each with its name: the file in question.
    pub facts: Vec<(String, String)>,
    /// What happened, in short: when, what, and to what.
    pub list: Vec<(Time, String, String)>,
    /// Its line breaks are kept.
    pub text: String,
    /// What its second button does, in the person's language, where it leads to a page of its own and not to what is recorded.
    pub action: Option<String>,
    /// What its first button does where it does not just close: the answer `now` to a question.
    pub agree: Option<String>,
    /// When it reached this machine.
    pub at: Time,
    /// The time zone in which that is told.
    pub zone: TimeZone,
}
