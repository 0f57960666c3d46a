//! Which windows tell of an error. What stands in a window cannot be read here, only its title, its class and what kind of window
//! it says it is: a dialogue without a telling title goes unseen.

use yagura_local::desktop::Sign;

/// Programs that show a window only when another one has crashed, by class.
const CRASH_REPORTERS: &[&str] = &["apport-gtk", "apport-kde", "crashreporter", "drkonqi", "gnome-abrt", "abrt"];

/// Words that stand alone.
const WORDS: &[&str] =
    &["error", "errors", "fatal", "exception", "crash", "crashed", "failed", "failure", "failing", "panic"];

/// Texts that may stand anywhere: Japanese has no spaces.
const TEXTS: &[&str] = &[
    "not responding",
    "stopped working",
    "エラー",
    "例外",
    "失敗",
    "異常終了",
    "致命的",
    "応答なし",
    "応答していません",
    "動作を停止",
    "問題が発生",
    "障害",
];

/// Why a window tells of an error, if it does. `dialogue`: it says that it is one, or that it belongs to another window.
pub(super) fn sign(dialogue: bool, class: Option<&str>, title: Option<&str>) -> Option<Sign> {
    let class = class.unwrap_or_default().to_lowercase();
    if CRASH_REPORTERS.contains(&class.as_str()) {
        return Some(Sign::CrashReporter);
    }
    let title = title.unwrap_or_default().to_lowercase();
    let mut words = title.split(|letter: char| !letter.is_alphanumeric());
    let says = words.any(|word| WORDS.contains(&word)) || TEXTS.iter().any(|text| title.contains(text));
    (dialogue && says).then_some(Sign::Title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialogue: bool, class: &str, title: &str, expected: Option<Sign>) {
        assert_eq!(sign(dialogue, Some(class), Some(title)), expected, "{class} {title}");
    }

    #[test]
    fn a_dialogue_is_known_by_its_title_and_a_crash_reporter_by_its_class() {
        check(true, "Zenity", "Error", Some(Sign::Title));
        check(true, "Soffice", "LibreOffice: fatal Error!", Some(Sign::Title));
        check(true, "業務", "保存エラー", Some(Sign::Title));
        check(true, "Gnome-shell", "“Files” is not responding.", Some(Sign::Title));
        check(false, "drkonqi", "Crash Reporting Assistant", Some(Sign::CrashReporter));
    }

    #[test]
    fn what_only_has_the_word_in_it_is_none() {
        check(false, "Code", "error.rs - Visual Studio Code", None);
        check(true, "Zenity", "Terrorism in films", None);
        check(true, "Zenity", "保存しますか", None);
        assert_eq!(sign(true, None, None), None);
    }
}
