//! What the agent says, as the person reads it.

use jiff::tz::TimeZone;
use uuid::Uuid;
use yagura_local::{Bundled, FromAgent, Label};
use yagura_vocabulary::Time;

use crate::{Kind, Language, Notice};

/// The pop-up for a message; none for one that shows nothing.
pub(crate) fn notice(message: FromAgent, language: Language, zone: &TimeZone) -> Option<Notice> {
    let (head, facts, list) = (String::new(), Vec::new(), Vec::new());
    let zone = zone.clone();
    Some(match message {
        FromAgent::ShowNotice { id, title, text, at, action, .. } => {
            let action = action.map(|label| language.pick(&label.ja, &label.en).to_owned());
            Notice { id, kind: Kind::Notice, head, title, facts, list, text, action, agree: None, at, zone }
        }
        FromAgent::Ask { id, title, text, until, now, later } => {
            let pick = |label: Label| language.pick(&label.ja, &label.en).to_owned();
            let (title, text) = (pick(title), pick(text));
            let (action, agree) = (later.map(pick), Some(pick(now)));
            Notice {
                id,
                kind: Kind::Question { until },
                head,
                title,
                facts,
                list,
                text,
                action,
                agree,
                at: until,
                zone,
            }
        }
        FromAgent::ShowWarning { id, prohibited, class, rule, subject, text, at } => Notice {
            id,
            kind: if prohibited { Kind::Prohibited } else { Kind::Alarm },
            head: language.class(&class).to_owned(),
            title: rule,
            facts: vec![(language.file().to_owned(), name_of(&subject).to_owned())],
            list,
            text: text.unwrap_or_else(|| language.usual(prohibited).to_owned()),
            action: None,
            agree: None,
            at,
            zone,
        },
        FromAgent::ShowBundle { id, count, latest, at } => Notice {
            id,
            kind: Kind::Bundle,
            head,
            title: language.others(count),
            facts,
            list: latest
                .into_iter()
                .map(|Bundled { at, rule, subject }| (at, rule, name_of(&subject).to_owned()))
                .collect(),
            text: language.bundled().to_owned(),
            action: None,
            agree: None,
            at,
            zone,
        },
        FromAgent::OpenLink { .. }
        | FromAgent::NoLink { .. }
        | FromAgent::WatchDesktop { .. }
        | FromAgent::Withdraw { .. }
        | FromAgent::Unknown => return None,
    })
}

/// The pop-up for somebody whose page cannot be opened now.
pub(crate) fn no_page(language: Language, at: Time, zone: &TimeZone) -> Notice {
    let (head, facts, list) = (String::new(), Vec::new(), Vec::new());
    let (title, text) = (language.no_page().to_owned(), language.no_page_why().to_owned());
    Notice {
        id: Uuid::nil(),
        kind: Kind::Notice,
        head,
        title,
        facts,
        list,
        text,
        action: None,
        agree: None,
        at,
        zone: zone.clone(),
    }
}

/// The last part of a path; an address or a title stays as it is.
fn name_of(subject: &str) -> &str {
    if subject.contains("://") || !subject.starts_with(['/', '\\']) && !subject.contains(":\\") {
        return subject;
    }
    subject.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_the_name_is_shown_and_of_other_things_all() {
        for (subject, expected) in [
            ("/media/usb/見積.xlsx", "見積.xlsx"),
            ("/media/usb/", "usb"),
            (r"C:\Users\tanaka\a.txt", "a.txt"),
            ("https://example.jp/a/b", "https://example.jp/a/b"),
            ("求人 / 検索 - ブラウザー", "求人 / 検索 - ブラウザー"),
            ("/", "/"),
        ] {
            assert_eq!(name_of(subject), expected, "{subject}");
        }
    }
}
