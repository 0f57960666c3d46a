//! How the organisation's mail server is reached. The password goes in and never comes out again.

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context, Tx};

use crate::{outbox::Bell, token::split};

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

/// Where tokens come from that are signed in with (XOAUTH2) in the place of a password. The password is then the client's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailOauth {
    /// The token endpoint: `https://login.example/tenant/oauth2/v2.0/token`.
    pub token_url: String,
    /// What this server is called there.
    pub client_id: String,
    /// What is asked for, if anything: `https://outlook.office365.com/.default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
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
    /// Whether a password, or a client's secret, is kept.
    pub password_set: bool,
    /// Where tokens come from; null where the password itself is signed in with.
    pub oauth: Option<MailOauth>,
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
    /// The password; with `oauth` the client's secret. What is absent stays, as long as it goes to the same server.
    password: Option<String>,
    /// Where tokens come from; null to sign in with the password itself.
    oauth: Option<MailOauth>,
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
    pub oauth: Option<String>,
}

impl Row {
    pub(crate) fn oauth(&self) -> Option<MailOauth> {
        self.oauth.as_deref().and_then(|text| serde_json::from_str(text).ok())
    }

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
    sqlx::query_as("SELECT host, port, security, sender, username, password, oauth FROM mail_setting WHERE id = 1")
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
        oauth: row.oauth(),
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
        "INSERT INTO mail_setting (id, host, port, security, sender, username, password, oauth)
         VALUES (1, $1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.host)
    .bind(row.port)
    .bind(row.security)
    .bind(row.sender)
    .bind(row.username)
    .bind(row.password)
    .bind(row.oauth)
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
    if let Some(oauth) = &change.oauth {
        check_oauth(oauth, username.is_some())?;
    }
    // Of a client's secret the server is its token endpoint, where alone it is shown.
    let same_server = |row: &&Row| match (&change.oauth, row.oauth()) {
        (Some(new), Some(old)) => new.token_url == old.token_url && new.client_id == old.client_id,
        (None, None) => row.host == host && row.port() == change.port && row.security() == change.tls,
        _ => false,
    };
    // A password that is kept must not be sent to another server than the one it was given for: whoever may change the
    // address could otherwise read it there.
    let kept = before.filter(same_server).and_then(|row| row.password.clone());
    let password = username.is_some().then(|| given.or(kept)).flatten();
    if username.is_some() {
        if change.tls == Security::None {
            let message = "without TLS the password, or the token, would travel in the clear";
            return Err(ApiError::invalid("/mail/tls", "insecure", message));
        }
        if password.is_none() {
            return Err(ApiError::invalid(
                "/mail/password",
                "required",
                "give the password for this mail server, or the client's secret",
            ));
        }
    }
    Ok(Row {
        host: host.to_owned(),
        port: i64::from(change.port),
        security: change.tls.as_str().to_owned(),
        sender: change.from.trim().to_owned(),
        username,
        password,
        oauth: change.oauth.as_ref().and_then(|oauth| serde_json::to_string(oauth).ok()),
    })
}

fn check_oauth(oauth: &MailOauth, has_username: bool) -> Result<(), ApiError> {
    if !has_username {
        let message = "a token is for a mailbox: give its name as the user name";
        return Err(ApiError::invalid("/mail/username", "required", message));
    }
    if split(&oauth.token_url).is_none() {
        let message = "write the address of the token endpoint, with https://";
        return Err(ApiError::invalid("/mail/oauth/token_url", "bad_address", message));
    }
    if oauth.client_id.trim().is_empty() {
        return Err(ApiError::invalid(
            "/mail/oauth/client_id",
            "required",
            "give the client's id at the token endpoint",
        ));
    }
    Ok(())
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
    fn a_client_s_secret_is_kept_for_its_own_token_endpoint_only() {
        let oauth = |url: &str| json!({"username": "a@example.jp", "oauth": {"token_url": url, "client_id": "yagura"}});
        let mut first = oauth("https://id.example/token");
        first["password"] = json!("hunter2");
        let row = checked(&change(&first), None).unwrap();
        let kept = checked(&change(&oauth("https://id.example/token")), Some(&row)).unwrap();
        assert_eq!(kept.password.as_deref(), Some("hunter2"));
        refused(&oauth("https://evil.example/token"), Some(&row));
        // A password is no client's secret, and the other way round.
        refused(&oauth("https://id.example/token"), Some(&before()));
        refused(&json!({"username": "yagura"}), Some(&row));
        refused(&json!({"password": "x", "oauth": {"token_url": "https://id.example", "client_id": "y"}}), None);
        refused(
            &json!({"username": "a", "password": "x", "oauth": {"token_url": "http://id.example", "client_id": "y"}}),
            None,
        );
        refused(
            &json!({"username": "a", "password": "x", "oauth": {"token_url": "https://id.example", "client_id": " "}}),
            None,
        );
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        refused(&json!({"from": "yagura"}), None);
        refused(&json!({"from": "a@example.jp\r\nBcc: b@example.jp"}), None);
        refused(&json!({"host": "http://mx"}), None);
        refused(&json!({"host": " "}), None);
    }
}
