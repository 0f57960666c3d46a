//! Mails about new alarms.

use std::fmt::Write as _;

use sqlx::AnyConnection;
use yagura_mail::Mail;
use yagura_server_kit::{ApiError, Context};

use crate::Cause;

/// A mail lists so many alarms and counts the rest.
const LISTED: usize = 50;

/// Tells those whom the settings name of new alarms, in one mail each.
pub(crate) async fn announce(ctx: &Context, connection: &mut AnyConnection, new: &[Cause]) -> Result<(), ApiError> {
    if new.is_empty() {
        return Ok(());
    }
    let settings: Vec<(String, String)> =
        sqlx::query_as("SELECT name, value FROM organisation_setting WHERE name IN ('alarm_recipients', 'public_url')")
            .fetch_all(&mut *connection)
            .await?;
    let setting = |name: &str| settings.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str());
    let recipients: Vec<_> = setting("alarm_recipients").lines().filter(|line| !line.is_empty()).collect();
    if recipients.is_empty() {
        return Ok(());
    }
    let mut lines = Vec::with_capacity(new.len().min(LISTED));
    for cause in new.iter().take(LISTED) {
        lines.push((cause.title(), hostname(connection, cause).await?));
    }
    let (subject, text) = write(&lines, new.len(), setting("public_url"));
    for to in recipients {
        let mail = Mail { to: to.to_owned(), subject: subject.clone(), text: text.clone() };
        yagura_mail::enqueue(ctx, connection, &mail).await?;
    }
    Ok(())
}

async fn hostname(connection: &mut AnyConnection, cause: &Cause) -> Result<Option<String>, ApiError> {
    let Some(endpoint) = cause.endpoint else { return Ok(None) };
    let found: Option<(String,)> = sqlx::query_as("SELECT hostname FROM endpoints_endpoint WHERE id = $1")
        .bind(endpoint.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|(name,)| name))
}

/// Subject and text. Pure.
fn write(lines: &[((&str, &str), Option<String>)], total: usize, url: &str) -> (String, String) {
    let subject = match lines {
        [((ja, _), host)] if total == 1 => {
            format!("Yagura: {ja}{}", host.as_ref().map_or(String::new(), |h| format!(" ({h})")))
        }
        _ => format!("Yagura: 新しい警告 {total}件"),
    };
    let mut text = String::new();
    for ((ja, en), host) in lines {
        let host = host.as_deref().unwrap_or("-");
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{host}\n  {ja}\n  {en}\n");
    }
    if total > lines.len() {
        let rest = total - lines.len();
        let _ = writeln!(text, "ほか{rest}件 / and {rest} more\n");
    }
    let _ = writeln!(text, "{url}/alarms?state=open");
    (subject, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: (&str, &str) = ("端末から連絡がありません", "No contact with the endpoint");

    #[test]
    fn one_alarm_stands_in_the_subject() {
        let (subject, text) = write(&[(TITLE, Some("PC-014".to_owned()))], 1, "https://y.example");
        assert_eq!(subject, "Yagura: 端末から連絡がありません (PC-014)");
        assert!(text.ends_with("https://y.example/alarms?state=open\n"));
    }

    #[test]
    fn many_alarms_are_one_mail_that_counts_what_it_does_not_list() {
        let lines: Vec<_> = (0..LISTED).map(|n| (TITLE, Some(format!("PC-{n}")))).collect();
        let (subject, text) = write(&lines, 200, "https://y.example");
        assert_eq!(subject, "Yagura: 新しい警告 200件");
        assert!(text.contains("ほか150件"), "{text}");
    }
}
