//! How serious something is: the levels of rules and events, the severity of findings.

use serde::{Deserialize, Serialize};

/// Makes a closed set of words: an enum, its words in JSON and databases, and the way back from them.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in JSON, in the databases and on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::level::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::level::UnknownWord { word: text.to_owned(), known: &[$($word),+] }),
                }
            }
        }
    };
}
pub(crate) use words;

/// A word that is not one of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What would have been understood.
    pub known: &'static [&'static str],
}

words! {
    /// What a rule asks for when it matches.
    RuleLevel {
        /// Write it down.
        Log = "log",
        /// Write it down, warn the person and the administrator.
        Alarm = "alarm",
        /// Stop it, and do all of the above.
        Prohibit = "prohibit",
    }
}

words! {
    /// What came of the rules that judged an event.
    Level {
        /// Written down only.
        Recorded = "recorded",
        /// A rule of level `alarm` answered.
        Alarm = "alarm",
        /// A rule of level `prohibit` answered and the act was stopped.
        Prohibited = "prohibited",
    }
}

words! {
    /// How bad a finding or an incident is.
    Severity {
        /// Worth knowing.
        Low = "low",
        /// Worth doing something about.
        Medium = "medium",
        /// To be dealt with today.
        High = "high",
        /// To be dealt with now.
        Critical = "critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_in_order() {
        assert!(Level::Recorded < Level::Alarm && Level::Alarm < Level::Prohibited);
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_known_ones() {
        let error = "warn".parse::<Level>().unwrap_err();
        assert_eq!(error.to_string(), "`warn` is not one of recorded, alarm, prohibited");
    }

    #[test]
    fn json_and_text_use_the_same_word() {
        for level in Level::ALL {
            assert_eq!(serde_json::to_string(level).unwrap(), format!("\"{level}\""));
        }
    }
}
