//! What an administrator writes down: rules, and the calendar that they share.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{RuleLevel, Time, words};

use crate::calendar::{Calendar, Span};

words! {
    /// On what kind of drive a path lies, as sensors of files say it.
    Place {
        /// A disk that stays in the machine.
        Fixed = "fixed",
        /// A portable device.
        Removable = "removable",
        /// Another machine's share.
        Network = "network",
        /// The machine's memory.
        Memory = "memory",
        /// A CD, DVD or the like.
        Optical = "optical",
    }
}

words! {
    /// In which text of an event to look.
    Where {
        /// The name of the file or folder, without the folders around it; of what is printed, the document's name.
        Name = "name",
        /// The whole path. A pattern that names a folder stands for all that lies below it, too.
        Path = "path",
        /// The title of a window or of a page in the browser.
        Title = "title",
        /// The address of a page, or to where something was sent.
        Url = "url",
        /// The command line.
        Command = "command",
        /// The other machine's name.
        Host = "host",
        /// The device's name or serial number.
        Device = "device",
        /// Any of these.
        Any = "any",
    }
}

/// All rules of an organisation or a group, and what they share.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleBook {
    /// When the organisation works.
    pub calendar: Calendar,
    /// The rules. Where several answer to one event the strongest counts, among equals the first.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Names the rule in events for as long as they are kept: lower-case letters, digits and `-`, at most 64.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is about, by which alarms are sorted and mailed: `removable_write`, `out_of_hours`.
    pub class: String,
    /// What it asks for.
    pub level: RuleLevel,
    /// A rule that is off stays in the book.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub on: bool,
    /// To what it answers.
    #[serde(default)]
    pub when: When,
    /// It answers only from so much on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<AtLeast>,
    /// To what it does not answer although all of the above holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Exception>,
    /// What the person is told.
    #[serde(default, skip_serializing_if = "Popup::is_default")]
    pub popup: Popup,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over by reference")]
const fn is_yes(on: &bool) -> bool {
    *on
}

/// Conditions, all of which must hold. One that is left out holds; of a list one value is enough.
///
/// A condition about what the sensor could not see does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Kinds of events, `file.copy`, or families of them, `file`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// What stands in the texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<Texts>,
    /// Which program did it, or was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// Whose account did it, by name; upper and lower case do not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// On what kind of drive it began: where the file lay that was read, copied or moved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Place>,
    /// On what kind of drive it ended up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Place>,
    /// Size of what was moved, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_at_least: Option<u64>,
    /// At what time of the week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// The program was never seen before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<crate::First>,
}

/// A text must have one of some patterns in it, and none of some others.
///
/// Upper and lower case, full and half width do not matter. `*` stands for any text. A path's pattern is for the whole path:
/// there `*` and `?` stay within one folder's name and `**` does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// In which text.
    #[serde(rename = "in")]
    pub place: Where,
    /// One of these is there; with none, anything will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// None of these is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none_of: Vec<String>,
}

/// A program, if any of this is true of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Program {
    /// The name of its file, without folders: `winscp.exe`. Upper and lower case do not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Its full path, as a pattern.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// SHA-256 of its file, in hex: another name does not hide it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sha256: Vec<String>,
    /// Who signed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
}

/// At what time of the week something happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// While the organisation does not work, by its calendar.
    OutsideBusiness,
    /// While it works.
    Business,
    /// In one of these spans, whatever the calendar says.
    Within(Vec<Span>),
}

/// How much must come together before a rule answers; then it counts anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtLeast {
    /// So many acts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// or so many bytes moved,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// of one account within so many seconds.
    pub within_s: u32,
}

/// To what a rule does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// What is let through.
    pub when: When,
    /// Why: it stands in the list of exceptions for whoever looks at it next.
    pub reason: String,
    /// Until when; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// What the person at the endpoint is told when a rule of level `alarm` or `prohibit` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Popup {
    /// Whether to tell them at all.
    pub show: bool,
    /// The organisation's own words, with placeholders; Yagura's words for the class when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For how many seconds the same rule does not speak to the same person again.
    pub quiet_s: u32,
}

impl Default for Popup {
    fn default() -> Self {
        Self { show: true, text: None, quiet_s: 60 }
    }
}

impl Popup {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
