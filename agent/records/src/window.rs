//! Windows: what a person had before them, for how long, and when nobody was there.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Account;

use crate::{Doer, Lost, Moment, Text};

/// Longest title that is kept, in bytes; a longer one is cut at a character.
pub const MAX_TITLE: usize = 4096;

/// What a record about a window lacks, or how it was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowNote {
    /// The window was gone before it could be asked anything.
    WindowGone,
    /// The display does not say which process the window belongs to.
    ProcessUnknown,
    /// The process had ended before anything but its number could be learnt.
    ProcessGone,
    /// The process runs as another account than the person's.
    OtherAccount,
    /// The title was longer.
    TitleCut,
    /// Secrets were masked in the title.
    Masked,
}

/// A window, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WindowFacts {
    /// Its title; `None` where it has none or nobody wants titles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The class that its program gave it (the second part of `WM_CLASS`): `Firefox-esr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The process that it belongs to. The process's own account stands in here; the person's in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Doer>,
    /// What is missing or uncertain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<WindowNote>,
}

/// A window was the active one without a break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowStay {
    /// When it became the active one.
    #[serde(flatten)]
    pub at: Moment,
    /// Names the stay within the run of the sensor.
    pub stay: u64,
    /// Whose desktop it was, as the kernel has it.
    pub account: Account,
    /// The logon session that the desktop belongs to, by logind's name for it; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// The window, with the title that it had when the stay was long enough to be told of.
    #[serde(flatten)]
    pub window: WindowFacts,
    /// For how long, in milliseconds; 0 while it goes on.
    #[serde(default)]
    pub duration_ms: u64,
    /// For how much of that nobody was there.
    #[serde(default)]
    pub idle_ms: u64,
}

/// The active window has another title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowTitle {
    /// When the title came that then stayed.
    #[serde(flatten)]
    pub at: Moment,
    /// Whose desktop it was.
    pub account: Account,
    /// The logon session that the desktop belongs to, by logind's name for it; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// The window with its new title.
    #[serde(flatten)]
    pub window: WindowFacts,
    /// How many titles since the last that was told of stood too briefly to be told of.
    #[serde(default)]
    pub folded: u64,
}

/// Why a window is taken for word of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorSign {
    /// A dialogue whose title says so.
    Title,
    /// A window of a program that does nothing but tell of crashes.
    CrashReporter,
}

/// A window came up that tells of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowError {
    /// When it came up.
    #[serde(flatten)]
    pub at: Moment,
    /// Whose desktop it was.
    pub account: Account,
    /// The logon session that the desktop belongs to, by logind's name for it; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// The window.
    #[serde(flatten)]
    pub window: WindowFacts,
    /// Why it is taken for that.
    pub sign: ErrorSign,
}

/// How long a program was before a person within an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppUsage {
    /// When that hour's first use of it began.
    #[serde(flatten)]
    pub at: Moment,
    /// Whose desktop it was.
    pub account: Account,
    /// The logon session that the desktop belongs to, by logind's name for it; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// Full path of the program.
    pub image: String,
    /// For how long one of its windows was the active one while somebody was there, in milliseconds.
    pub active_ms: u64,
    /// How often one became the active one.
    pub stays: u64,
}

/// Nobody touched keyboard or mouse, or somebody did again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    /// When: the last touch, or the first one again.
    #[serde(flatten)]
    pub at: Moment,
    /// Whose desktop it was.
    pub account: Account,
    /// The logon session that the desktop belongs to, by logind's name for it; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// Of an end: for how long, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// A person's desktop began or ceased to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesktopSight {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Whose desktop it is.
    pub account: Account,
    /// Why it is not seen, or not all of it; `None` when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blind: Option<String>,
}

/// One line of the window stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum WindowRecord {
    /// A window has been the active one for long enough to be told of; a [`WindowRecord::Stayed`] of the same stay follows.
    Began(Box<WindowStay>),
    /// A window was the active one.
    Stayed(Box<WindowStay>),
    /// The active window has another title.
    Title(Box<WindowTitle>),
    /// A window came up that tells of an error.
    Error(Box<WindowError>),
    /// How long a program was before a person.
    Usage(AppUsage),
    /// Nobody is there since.
    IdleStart(Idle),
    /// Somebody is there again.
    IdleEnd(Idle),
    /// A desktop began or ceased to be seen.
    Sight(DesktopSight),
    /// Records are missing here.
    Lost(Lost),
}

impl WindowRecord {
    /// When it was.
    #[must_use]
    pub fn at(&self) -> Moment {
        match self {
            Self::Began(stay) | Self::Stayed(stay) => stay.at,
            Self::Title(title) => title.at,
            Self::Error(error) => error.at,
            Self::Usage(usage) => usage.at,
            Self::IdleStart(idle) | Self::IdleEnd(idle) => idle.at,
            Self::Sight(sight) => sight.at,
            Self::Lost(lost) => lost.at,
        }
    }

    /// About how many bytes of memory the record takes, for bounding queues.
    #[must_use]
    pub fn weight(&self) -> usize {
        let window = |window: &WindowFacts| {
            let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
            window.title.as_ref().map_or(0, |title| title.as_bytes().len()) + text(&window.class)
        };
        512 + match self {
            Self::Began(stay) | Self::Stayed(stay) => window(&stay.window),
            Self::Title(title) => window(&title.window),
            Self::Error(error) => window(&error.window),
            Self::Usage(usage) => usage.image.len(),
            Self::IdleStart(_) | Self::IdleEnd(_) | Self::Sight(_) | Self::Lost(_) => 0,
        }
    }
}
