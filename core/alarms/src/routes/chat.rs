//! Alarms as incoming webhooks take them. Pure.

use serde_json::{Value, json};

use super::{route::Service, told::Told, words::sentence};

/// A message lists so many alarms and counts the rest.
const LISTED: usize = 20;

/// The body of the request.
pub(super) fn body(service: Service, alarms: &[Told], url: &str) -> Value {
    let link = format!("{url}/alarms?state=open");
    let heading = match alarms {
        [one] => one.title.0.clone(),
        _ => format!("新しい警告 {}件", alarms.len()),
    };
    let mut lines: Vec<_> = alarms.iter().take(LISTED).map(sentence).collect();
    if alarms.len() > LISTED {
        lines.push(format!("ほか{}件", alarms.len() - LISTED));
    }
    match service {
        Service::Teams => teams(&heading, &lines, &link),
        Service::Slack => slack(&heading, &lines, &link),
        Service::Json => json!({"alarms": alarms, "url": link}),
    }
}

/// A card for the workflow "when a Teams webhook request is received" (Adaptive Cards 1.4).
fn teams(heading: &str, lines: &[String], link: &str) -> Value {
    let block = |text: String| json!({"type": "TextBlock", "text": text, "wrap": true});
    let mut body =
        vec![json!({"type": "TextBlock", "text": plain(heading), "weight": "Bolder", "size": "Medium", "wrap": true})];
    body.extend(lines.iter().map(|line| block(plain(line))));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": [{"type": "Action.OpenUrl", "title": "Yagura", "url": link}],
            },
        }],
    })
}

/// A card's texts are a kind of Markdown: what people named is not to become a link or a heading.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '#' | '~' | '`' | '<' | '>') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// Blocks for Slack's incoming webhooks. A section holds 3,000 characters.
fn slack(heading: &str, lines: &[String], link: &str) -> Value {
    let text: String = lines.iter().map(|line| format!("• {line}\n")).collect();
    let text: String = text.chars().take(2_900).collect();
    json!({
        "text": escaped(heading),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": heading.chars().take(150).collect::<String>()}},
            {"type": "section", "text": {"type": "plain_text", "text": text}},
            {"type": "actions", "elements": [
                {"type": "button", "text": {"type": "plain_text", "text": "Yagura"}, "url": link},
            ]},
        ],
    })
}

/// Three characters steer Slack's own markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{super::words::tests::alarm, *};

    #[test]
    fn teams_gets_a_card_in_which_names_are_no_markup() {
        let odd = Told { subject: Some("/media/[a](http://x)".to_owned()), ..alarm() };
        let body = body(Service::Teams, &[odd], "https://y.example");
        let card = &body["attachments"][0]["content"];
        assert_eq!((&body["type"], &card["version"]), (&json!("message"), &json!("1.4")));
        assert_eq!(card["body"][0]["text"], "USB への書き込み");
        assert_eq!(card["body"][1]["text"], "USB への書き込み / PC-014 / tanaka / /media/\\[a\\](http://x)");
        assert_eq!(card["actions"][0]["url"], "https://y.example/alarms?state=open");
    }

    #[test]
    fn slack_gets_blocks_within_its_limits() {
        let long = Told { title: ("<!channel> ".repeat(100), String::new()), ..alarm() };
        let many = vec![long; 30];
        let body = body(Service::Slack, &many, "https://y.example");
        assert_eq!(body["text"], "新しい警告 30件");
        let text = body["blocks"][1]["text"]["text"].as_str().unwrap();
        assert!(text.chars().count() <= 3_000);
        let one = super::body(Service::Slack, &many[..1], "");
        assert!(one["text"].as_str().unwrap().starts_with("&lt;!channel&gt; "));
        assert_eq!(one["blocks"][0]["text"]["text"].as_str().unwrap().chars().count(), 150);
    }

    #[test]
    fn a_program_gets_all_there_is() {
        let body = body(Service::Json, &[alarm()], "https://y.example");
        assert_eq!(body["alarms"][0]["class"], "removable_write");
        assert_eq!(body["alarms"][0]["at"], "2026-11-23T00:00:00.000000Z");
    }
}
