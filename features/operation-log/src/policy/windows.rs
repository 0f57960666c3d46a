//! What is recorded of windows.

use serde::{Deserialize, Serialize};

use super::{Fault, MOST_RULES, files::empty};

/// A longer wait would make a row of nothing.
const LONGEST_S: u32 = 3600;
/// Nobody who is away for a day is told from one who is away for longer.
const LONGEST_IDLE_S: u32 = 24 * 3600;

/// In the titles of windows that a browser keeps no history of.
const PRIVATE: &[&str] =
    &["private browsing", "プライベートブラウジング", "(incognito)", "incognito tab", "シークレット", "inprivate"];

/// Programs that keep secrets.
const KEEPERS: &[&str] = &[
    "**/1password",
    "**/bitwarden",
    "**/bitwarden-app",
    "**/enpass",
    "**/Enpass",
    "**/keepass2",
    "**/keepassx",
    "**/keepassxc",
    "**/kwalletmanager5",
    "**/seahorse",
];

/// Which windows people had before them. The default records each that was the active one for three seconds, with its title, how
/// long programs were used, errors, and when nobody was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Windows {
    /// Whether to record anything of it. Off, desktops are not even watched for this feature.
    pub record: bool,
    /// Whether to record titles; else only programs.
    pub titles: bool,
    /// For how many seconds a window must be the active one for a row.
    pub min_stay_s: u32,
    /// For how many seconds a new title of the active window must stand for a row.
    pub settle_s: u32,
    /// Whether to record windows that tell of an error.
    pub errors: bool,
    /// Whether to record how long each program was used in each hour.
    pub usage: bool,
    /// After how many seconds without a touch nobody is there; 0: that is not recorded.
    pub idle_after_s: u32,
    /// What is left out; the first rule that fits answers.
    pub exclude: Vec<WindowRule>,
}

/// What a rule takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hide {
    /// The title; the row stays, with the program.
    #[default]
    Title,
    /// The whole row.
    Row,
}

/// Leaves out the windows that fit everything this rule says, or their titles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowRule {
    /// What people call it.
    pub name: String,
    /// One of these stands somewhere in the title; upper and lower case are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub title_contains: Vec<String>,
    /// The program's full path fits one of these patterns, as in [`super::ExcludeRule::image`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// What is left out.
    #[serde(default)]
    pub hide: Hide,
}

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

impl Default for Windows {
    fn default() -> Self {
        let rule = |name: &str| WindowRule { name: name.to_owned(), ..WindowRule::default() };
        Self {
            record: true,
            titles: true,
            min_stay_s: 3,
            settle_s: 2,
            errors: true,
            usage: true,
            idle_after_s: 300,
            exclude: vec![
                WindowRule { title_contains: owned(PRIVATE), ..rule("private browsing") },
                WindowRule { images: owned(KEEPERS), ..rule("keepers of passwords") },
            ],
        }
    }
}

impl Windows {
    /// Whether anybody's being away is recorded.
    #[must_use]
    pub const fn idle(&self) -> bool {
        self.record && self.idle_after_s > 0
    }

    pub(super) fn faults(&self, faults: &mut Vec<Fault>) {
        let mut fault = |pointer: String, message| faults.push(Fault { pointer, message });
        for (name, seconds) in [("min_stay_s", self.min_stay_s), ("settle_s", self.settle_s)] {
            if seconds > LONGEST_S {
                fault(format!("/windows/{name}"), "more than an hour");
            }
        }
        if self.idle_after_s > LONGEST_IDLE_S {
            fault("/windows/idle_after_s".to_owned(), "more than a day");
        }
        if self.exclude.len() > MOST_RULES {
            fault("/windows/exclude".to_owned(), "more than 500 rules");
        }
        for (index, rule) in self.exclude.iter().enumerate() {
            let at = format!("/windows/exclude/{index}");
            if rule.name.trim().is_empty() {
                fault(format!("{at}/name"), "a rule needs a name, because the log tells which rule answered");
            }
            if rule.title_contains.is_empty() && rule.images.is_empty() {
                fault(at.clone(), "a rule without conditions would leave out everything");
            }
            for (place, text) in rule.title_contains.iter().enumerate() {
                if text.is_empty() {
                    fault(format!("{at}/title_contains/{place}"), "an empty text fits everything");
                }
            }
            empty(&rule.images, &format!("{at}/images"), &mut fault);
        }
    }
}
