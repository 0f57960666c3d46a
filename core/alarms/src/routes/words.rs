//! What mails say of alarms. Pure.

use std::fmt::Write as _;

use yagura_vocabulary::Time;

use super::{route::Route, told::Told};

/// A mail lists so many alarms and counts the rest.
const LISTED: usize = 50;

/// What subjects and lines may have filled in.
pub(super) const PLACEHOLDERS: [&str; 9] =
    ["%TITLE%", "%HOST%", "%USER%", "%RULE%", "%CLASS%", "%FILE%", "%TIME%", "%SEVERITY%", "%COUNT%"];

/// A word between percent signs that is no placeholder: a mistake that would be sent as it stands.
pub(super) fn unknown_placeholder(text: &str) -> Option<&str> {
    let is_word = |word: &str| {
        let inner = word.trim_matches('%');
        !inner.is_empty() && inner.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let mut rest = text;
    while let Some(begin) = rest.find('%') {
        rest = &rest[begin..];
        let end = rest[1..].find('%')?;
        let word = &rest[..end + 2];
        if is_word(word) && !PLACEHOLDERS.contains(&word) {
            return Some(word);
        }
        rest = if is_word(word) { &rest[end + 2..] } else { &rest[end + 1..] };
    }
    None
}

/// How times are written: by the organisation's clock.
pub(super) type Clock<'a> = &'a dyn Fn(Time) -> String;

/// Subject and text of a mail about alarms, of which there is at least one.
pub(super) fn mail(route: &Route, alarms: &[Told], url: &str, clock: Clock<'_>) -> (String, String) {
    let subject = match (&route.subject, alarms) {
        (Some(template), [first, ..]) => fill(template, first, alarms.len(), clock),
        (None, [one]) => {
            format!(
                "Yagura: {}{}",
                one.title.0,
                one.hostname.as_ref().map_or(String::new(), |host| format!(" ({host})"))
            )
        }
        _ => format!("Yagura: 新しい警告 {}件", alarms.len()),
    };
    let mut text = String::new();
    if let Some(minutes) = route.open_for_min {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{minutes}分たってもだれも対応していません / nobody has looked for {minutes} minutes\n");
    }
    for alarm in alarms.iter().take(LISTED) {
        let line = match &route.line {
            Some(template) => fill(template, alarm, alarms.len(), clock),
            None => usual(alarm, clock),
        };
        let _ = writeln!(text, "{line}\n");
    }
    if alarms.len() > LISTED {
        let rest = alarms.len() - LISTED;
        let _ = writeln!(text, "ほか{rest}件 / and {rest} more\n");
    }
    let _ = writeln!(text, "{url}/alarms?state=open");
    (one_line(&subject), text)
}

fn usual(alarm: &Told, clock: Clock<'_>) -> String {
    let host = alarm.hostname.as_deref().unwrap_or("-");
    let (ja, en) = &alarm.title;
    let mut text = format!("{host}  {}\n  {ja}", clock(alarm.at));
    if en != ja {
        let _ = write!(text, "\n  {en}");
    }
    if let Some(user) = &alarm.user {
        let _ = write!(text, "\n  {user}");
    }
    if let Some(subject) = &alarm.subject {
        let _ = write!(text, "\n  {}", one_line(subject));
    }
    text
}

/// One alarm in one line, for chats and collectors.
pub(super) fn sentence(alarm: &Told) -> String {
    let mut text = alarm.title.0.clone();
    for more in [&alarm.hostname, &alarm.user, &alarm.subject].into_iter().flatten() {
        text.push_str(" / ");
        text.push_str(more);
    }
    one_line(&text)
}

fn fill(template: &str, alarm: &Told, count: usize, clock: Clock<'_>) -> String {
    let or_dash = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), one_line);
    let values = [
        alarm.title.0.clone(),
        or_dash(&alarm.hostname),
        or_dash(&alarm.user),
        or_dash(&alarm.rule),
        or_dash(&alarm.class),
        or_dash(&alarm.subject),
        clock(alarm.at),
        alarm.severity.to_string(),
        count.to_string(),
    ];
    // In one pass, so that a file's name with a placeholder in it stays what it is.
    let (mut text, mut rest) = (String::new(), template);
    while let Some(begin) = rest.find('%') {
        text.push_str(&rest[..begin]);
        rest = &rest[begin..];
        let hit = PLACEHOLDERS.iter().zip(&values).find(|(name, _)| rest.starts_with(**name));
        match hit {
            Some((name, value)) => {
                text.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                text.push('%');
                rest = &rest[1..];
            }
        }
    }
    text + rest
}

/// What people name things can have line breaks in it.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use yagura_vocabulary::Severity;

    use super::*;

    pub(in super::super) fn alarm() -> Told {
        Told {
            id: "01a2250d-70dc-7133-a62d-0376790a3cc9".to_owned(),
            kind: "rule.alarm".to_owned(),
            severity: Severity::Medium,
            title: ("USB への書き込み".to_owned(), "USB への書き込み".to_owned()),
            hostname: Some("PC-014".to_owned()),
            at: Time::from_seconds(1_795_392_000),
            user: Some("tanaka".to_owned()),
            rule: Some("USB への書き込み".to_owned()),
            class: Some("removable_write".to_owned()),
            subject: Some("/media/usb/見積 %USER%.xlsx".to_owned()),
            times: 1,
            open: true,
        }
    }

    fn clock(_: Time) -> String {
        "11/23 09:00".to_owned()
    }

    fn route(subject: Option<&str>, line: Option<&str>) -> Route {
        Route { subject: subject.map(str::to_owned), line: line.map(str::to_owned), ..Route::mail(Vec::new()) }
    }

    #[test]
    fn one_alarm_stands_in_the_subject_and_many_are_counted() {
        let (subject, text) = mail(&route(None, None), &[alarm()], "https://y.example", &clock);
        assert_eq!(subject, "Yagura: USB への書き込み (PC-014)");
        let expected = "PC-014  11/23 09:00\n  USB への書き込み\n  tanaka\n  /media/usb/見積 %USER%.xlsx\n\nhttps://y.example/alarms?state=open\n";
        assert_eq!(text, expected);
        let (subject, text) = mail(&route(None, None), &vec![alarm(); 200], "https://y.example", &clock);
        assert_eq!(subject, "Yagura: 新しい警告 200件");
        assert!(text.contains("ほか150件"), "{text}");
    }

    #[test]
    fn own_words_are_filled_in_once_and_make_no_second_header() {
        let own = route(Some("[%SEVERITY%] %RULE% x%COUNT%"), Some("%TIME% %HOST% %USER%: %FILE% (100%)"));
        let (subject, text) = mail(&own, &[alarm()], "", &clock);
        assert_eq!(subject, "[medium] USB への書き込み x1");
        assert!(text.starts_with("11/23 09:00 PC-014 tanaka: /media/usb/見積 %USER%.xlsx (100%)\n"), "{text}");
        let odd = Told { rule: Some("a\r\nBcc: x@example.jp".to_owned()), ..alarm() };
        assert_eq!(mail(&own, &[odd], "", &clock).0, "[medium] a  Bcc: x@example.jp x1");
    }

    #[test]
    fn whoever_is_told_late_is_told_why() {
        let late = Route { open_for_min: Some(30), ..route(None, None) };
        assert!(mail(&late, &[alarm()], "", &clock).1.starts_with("30分たっても"));
    }

    #[test]
    fn a_placeholder_that_is_none_is_found() {
        for (text, expected) in [
            ("%TITLE% and %FILE%", None),
            ("100% of %WHO%", Some("%WHO%")),
            ("50% %HOST%", None),
            ("%", None),
            ("%%", None),
            ("%HOST%%WHERE%", Some("%WHERE%")),
        ] {
            assert_eq!(unknown_placeholder(text), expected, "{text}");
        }
    }
}
