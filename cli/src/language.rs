//! In which language the person at the terminal reads sentences. What scripts read (columns, JSON) is the same in all.

use std::env;

/// The person's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Japanese.
    Japanese,
    /// English, also for all other languages.
    English,
}

impl Language {
    /// From `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set.
    pub(crate) fn of_environment() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Self::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        if locale == "ja" || locale.starts_with("ja_") { Self::Japanese } else { Self::English }
    }

    /// The one or the other.
    pub(crate) fn pick<T>(self, japanese: T, english: T) -> T {
        match self {
            Self::Japanese => japanese,
            Self::English => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_says_the_language() {
        for (locale, expected) in [
            ("ja_JP.UTF-8", Language::Japanese),
            ("ja", Language::Japanese),
            ("jam", Language::English),
            ("en_GB.UTF-8", Language::English),
            ("C", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), expected, "{locale}");
        }
    }
}
