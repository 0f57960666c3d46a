//! What a session program sees of its person's desktop, as it tells the agent. Whose desktop it is, is not said: the kernel knows.
//!
//! Nothing in here is to be believed more than the person who could have written it; the agent bounds whatever comes.

use serde::{Deserialize, Serialize};
use yagura_records::Text;
use yagura_vocabulary::SensorHealth;

/// Longest title that is told, in bytes.
pub const MAX_TITLE: usize = yagura_records::MAX_TITLE;

/// Longest class of a window that is told, in bytes.
pub const MAX_CLASS: usize = 256;

/// What the agent wants to be told. Without it, nothing is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Whether titles are wanted, too.
    pub titles: bool,
    /// After how long without a touch nobody is there, in seconds; 0: that is not asked.
    pub idle_after_s: u32,
}

/// A window, as its display has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenWindow {
    /// The display's number for it, by which the agent knows the window again.
    pub id: u32,
    /// The process that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Its class, from `WM_CLASS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The title was longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// It was gone before it could be asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// Why a window is taken for word of an error.
pub type Sign = yagura_records::ErrorSign;

/// One thing seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Seen {
    /// How well the desktop can be watched; the first thing told, and again when it changes.
    Sight {
        /// `ok`, `degraded`, `unsupported`.
        health: SensorHealth,
        /// Why it is not `ok`, in plain English.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The name of the display, `:0`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display: Option<String>,
    },
    /// This window is the active one now, or it has another title; without one, none is.
    Active {
        /// The window.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<SeenWindow>,
        /// How many changes since the last message went by too quickly to be told of.
        #[serde(default, skip_serializing_if = "is_zero")]
        folded: u64,
    },
    /// A window came up that tells of an error.
    Error {
        /// The window.
        window: SeenWindow,
        /// Why it is taken for that.
        sign: Sign,
    },
    /// Nobody has touched keyboard or mouse for so long, in milliseconds.
    Idle {
        /// For how long.
        for_ms: u64,
    },
    /// Somebody did again.
    Back,
    /// Something that a newer session program says; ignored.
    #[serde(other)]
    Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
