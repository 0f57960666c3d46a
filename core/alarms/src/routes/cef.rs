//! An alarm in ArcSight's Common Event Format, version 0 ("Implementing ArcSight CEF", revision 25). Pure.

use std::fmt::Write as _;

use yagura_vocabulary::Severity;

use super::told::Told;

/// The alarm in one line.
pub(super) fn line(alarm: &Told, url: &str) -> String {
    let mut text = format!(
        "CEF:0|Yagura|Yagura|{}|{}|{}|{}|",
        env!("CARGO_PKG_VERSION"),
        header(&alarm.kind),
        header(&alarm.title.1),
        number(alarm.severity),
    );
    let at = (alarm.at.micros() / 1000).to_string();
    let count = alarm.times.to_string();
    let link = format!("{url}/alarms/{}", alarm.id);
    let rule = alarm.rule.as_deref();
    let members = [
        ("externalId", Some(alarm.id.as_str())),
        ("rt", Some(at.as_str())),
        ("cnt", Some(count.as_str())),
        ("dhost", alarm.hostname.as_deref()),
        ("suser", alarm.user.as_deref()),
        ("cat", alarm.class.as_deref()),
        ("filePath", alarm.subject.as_deref()),
        ("cs1Label", rule.map(|_| "rule")),
        ("cs1", rule),
        ("request", Some(link.as_str())),
    ];
    let mut first = true;
    for (name, value) in members {
        let Some(value) = value else { continue };
        // Writing into a String cannot fail.
        let _ = write!(text, "{}{name}={}", if first { "" } else { " " }, extension(value));
        first = false;
    }
    text
}

/// From 0 to 10.
const fn number(severity: Severity) -> u8 {
    match severity {
        Severity::Low => 3,
        Severity::Medium => 5,
        Severity::High => 8,
        Severity::Critical => 10,
    }
}

/// A field of the header: bars and backslashes are escaped, and it is one line.
fn header(text: &str) -> String {
    super::words::one_line(text).replace('\\', "\\\\").replace('|', "\\|")
}

/// A value of the extension: equals signs and backslashes are escaped, line breaks written out.
fn extension(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\r', "\\r").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{super::words::tests::alarm, *};

    #[test]
    fn an_alarm_is_as_the_format_has_it() {
        let expected = format!(
            "CEF:0|Yagura|Yagura|{}|rule.alarm|USB への書き込み|5|externalId=01a2250d-70dc-7133-a62d-0376790a3cc9 \
             rt=1795392000000 cnt=1 dhost=PC-014 suser=tanaka cat=removable_write filePath=/media/usb/見積 %USER%.xlsx \
             cs1Label=rule cs1=USB への書き込み request=https://y.example/alarms/01a2250d-70dc-7133-a62d-0376790a3cc9",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(line(&alarm(), "https://y.example"), expected);
    }

    #[test]
    fn nothing_that_somebody_names_begins_another_field() {
        let odd =
            Told { title: ("a".to_owned(), "a|b\\\nc".to_owned()), subject: Some("x=y\\\r\nz".to_owned()), ..alarm() };
        let line = line(&odd, "");
        assert!(line.contains("|a\\|b\\\\ c|5|"), "{line}");
        assert!(line.contains("filePath=x\\=y\\\\\\r\\nz "), "{line}");
    }
}
