//! How the organisation's mail server is reached. The password goes in and never comes out again.

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context, Tx};

use crate::outbox::Bell;

/// How the conversation with the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Not at all.
    None,
    /// By STARTTLS (RFC 3207), without which nothing is sent.
    Starttls,
    /// By TLS from the first byte (RFC 8314).
    Tls,
}

impl Security {
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
        }
    }
}

/// The settings as people see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailSettings {
    /// Name or address of the mail server.
    pub host: String,
    /// Its port: 587 for STARTTLS, 465 for TLS, 25 otherwise.
    pub port: u16,
    /// How the conversation is protected.
    pub tls: Security,
    /// Who mails are from: `yagura@example.jp` or `Yagura <yagura@example.jp>`.
    pub from: String,
    /// The name to sign in with; null without signing in.
    pub username: Option<String>,
    /// Whether a password is kept.
    pub password_set: bool,
}

/// New settings.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MailChange {
    host: String,
    #[schema(minimum = 1)]
    port: u16,
    tls: Security,
    from: String,
    username: Option<String>,
    /// What is absent stays, as long as it goes to the same server.
    password: Option<String>,
}

/// The settings with the password, for sending.
#[derive(FromRow)]
pub(crate) struct Row {
    pub host: String,
    pub port: i64,
    pub security: String,
    pub sender: String,
    pub username: Option<String>,
    pub password: Option<String>,
}

impl Row {
    pub(crate) fn port(&self) -> u16 {
        // Only ports are stored.
        u16::try_from(self.port).unwrap_or(25)
    }

    pub(crate) fn security(&self) -> Security {
        match self.security.as_str() {
            "none" => Security::None,
            "tls" => Security::Tls,
            _ => Security::Starttls,
        }
    }
}

pub(crate) async fn row(connection: &mut AnyConnection) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as("SELECT host, port, security, sender, username, password FROM mail_setting WHERE id = 1")
        .fetch_optional(connection)
        .await
}

/// The settings; `None` while there are none.
///
/// # Errors
/// When the database is away.
pub async fn load(connection: &mut AnyConnection) -> Result<Option<MailSettings>, ApiError> {
    Ok(row(connection).await?.map(|row| MailSettings {
        port: row.port(),
        tls: row.security(),
        host: row.host,
        from: row.sender,
        username: row.username,
        password_set: row.password.is_some(),
    }))
}

/// Puts new settings in place of the old ones, or removes them.
///
/// # Errors
/// When they cannot be right, or the database is away.
pub async fn store(ctx: &Context, tx: &mut Tx, change: Option<&MailChange>) -> Result<(), ApiError> {
    let before = row(tx.on()).await?;
    let checked = change.map(|change| checked(change, before.as_ref())).transpose()?;
    sqlx::query("DELETE FROM mail_setting").execute(tx.on()).await?;
    let Some(row) = checked else { return Ok(()) };
    sqlx::query(
        "INSERT INTO mail_setting (id, host, port, security, sender, username, password)
         VALUES (1, $1, $2, $3, $4, $5, $6)",
    )
    .bind(row.host)
    .bind(row.port)
    .bind(row.security)
    .bind(row.sender)
    .bind(row.username)
    .bind(row.password)
    .execute(tx.on())
    .await?;
    // What waits may have waited for just this.
    sqlx::query("UPDATE mail_message SET next_at = created_at WHERE state = 'queued'").execute(tx.on()).await?;
    tx.ring(&ctx.part::<Bell>().0);
    Ok(())
}

fn checked(change: &MailChange, before: Option<&Row>) -> Result<Row, ApiError> {
    let host = change.host.trim();
    if host.is_empty() || host.len() > 253 || host.contains(|c: char| c.is_whitespace() || c == '/' || c == '@') {
        return Err(ApiError::invalid("/mail/host", "bad_name", "give the name or address of the mail server"));
    }
    if change.port == 0 {
        return Err(ApiError::invalid("/mail/port", "out_of_range", "a port is 1 to 65535"));
    }
    address("/mail/from", &change.from)?;
    let username = change.username.clone().filter(|name| !name.is_empty());
    let given = change.password.clone().filter(|password| !password.is_empty());
    let same_server = |row: &&Row| row.host == host && row.port() == change.port && row.security() == change.tls;
    // A password that is kept must not be sent to another server than the one it was given for: whoever may change the
    // address could otherwise read it there.
    let kept = before.filter(same_server).and_then(|row| row.password.clone());
    let password = username.is_some().then(|| given.or(kept)).flatten();
    if username.is_some() {
        if change.tls == Security::None {
            let message = "without TLS the password would travel in the clear";
            return Err(ApiError::invalid("/mail/tls", "insecure", message));
        }
        if password.is_none() {
            return Err(ApiError::invalid("/mail/password", "required", "give the password for this mail server"));
        }
    }
    Ok(Row {
        host: host.to_owned(),
        port: i64::from(change.port),
        security: change.tls.as_str().to_owned(),
        sender: change.from.trim().to_owned(),
        username,
        password,
    })
}

/// Refuses what is no mail address.
///
/// # Errors
/// `invalid` at `pointer`.
pub fn address(pointer: &str, text: &str) -> Result<(), ApiError> {
    let bad = || ApiError::invalid(pointer, "bad_address", format!("`{text}` is no mail address"));
    text.trim().parse::<Mailbox>().map(drop).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn change(with: &Value) -> MailChange {
        let mut value = json!({"host": "mx.example", "port": 587, "tls": "starttls", "from": "櫓 <yagura@example.jp>"});
        for (name, member) in with.as_object().unwrap() {
            value[name] = member.clone();
        }
        serde_json::from_value(value).unwrap()
    }

    fn before() -> Row {
        checked(&change(&json!({"username": "yagura", "password": "hunter2"})), None).unwrap()
    }

    #[track_caller]
    fn refused(with: &Value, before: Option<&Row>) {
        assert!(checked(&change(with), before).is_err(), "{with}");
    }

    #[test]
    fn a_password_is_kept_for_its_own_server_only() {
        let kept = checked(&change(&json!({"username": "yagura"})), Some(&before())).unwrap();
        assert_eq!(kept.password.as_deref(), Some("hunter2"));
        refused(&json!({"username": "yagura", "host": "evil.example"}), Some(&before()));
        refused(&json!({"username": "yagura", "port": 2525}), Some(&before()));
        refused(&json!({"username": "yagura", "tls": "tls"}), Some(&before()));
        assert_eq!(checked(&change(&json!({})), Some(&before())).unwrap().password, None);
    }

    #[test]
    fn a_password_never_travels_in_the_clear() {
        refused(&json!({"username": "yagura", "password": "hunter2", "tls": "none"}), None);
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        refused(&json!({"from": "yagura"}), None);
        refused(&json!({"from": "a@example.jp\r\nBcc: b@example.jp"}), None);
        refused(&json!({"host": "http://mx"}), None);
        refused(&json!({"host": " "}), None);
    }
}
