//! Sending a notice within whatever change gives the reason for it: what a feature has to say to people.

use serde_json::{Value, json};
use yagura_commands::{Addressee, Lifetime, NOTICE_SHOW, Order, Queued, enqueue};
use yagura_server_kit::{ApiError, Change, Context};
use yagura_vocabulary::{Time, id::NoticeId};

use super::Row;

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub title: String,
    /// Its line breaks are kept.
    pub text: String,
    /// What the person can do about it.
    pub action: Option<Action>,
    /// It is not shown after this.
    pub until: Option<Time>,
}

/// A page of the person's own that opens at the press of a button, without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// `/me` or below it.
    pub page: String,
    /// What the button says in Japanese.
    pub ja: &'static str,
    /// What it says in English.
    pub en: &'static str,
}

/// An endpoint, and who there is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Where.
    pub endpoint: Addressee,
    /// The uids or SIDs there; `None` is everybody who sits there.
    pub accounts: Option<Vec<String>>,
}

impl Recipient {
    /// Everybody who sits at this endpoint.
    #[must_use]
    pub fn everybody(endpoint: Addressee) -> Self {
        Self { endpoint, accounts: None }
    }
}

/// A notice that lies in an open change. After its commit, [`Sent::nudge`] tells the endpoints.
#[derive(Debug)]
#[must_use = "after the commit the endpoints are to be nudged"]
pub struct Sent {
    queued: Vec<Queued>,
    /// The notice's id.
    pub id: String,
}

impl Sent {
    /// Tells the endpoints that are connected to look. To be called after the commit.
    pub fn nudge(self, ctx: &Context) {
        for queued in self.queued {
            queued.nudge(ctx);
        }
    }
}

/// Stores the notice in `change` with one command for each endpoint. It waits for endpoints that are off until the message's
/// end, at most 90 days, or a week when it has none.
///
/// # Errors
/// When the words are too long for a command, or the database is away.
pub async fn send(
    ctx: &Context,
    change: &mut Change,
    message: &Message,
    by: &str,
    to: &[Recipient],
) -> Result<Sent, ApiError> {
    let rest = message.until.map(|until| until.since(change.at()).as_secs().clamp(1, 90 * 86_400));
    let lifetime = Lifetime::of_seconds(rest)?;
    Ok(store(ctx, change, message, (by, lifetime), to).await?.1)
}

/// The same for a notice that waits for so long.
pub(super) async fn store(
    ctx: &Context,
    change: &mut Change,
    message: &Message,
    (by, lifetime): (&str, Lifetime),
    to: &[Recipient],
) -> Result<(Row, Sent), ApiError> {
    let row = Row {
        id: NoticeId::new().to_string(),
        title: message.title.clone(),
        text: message.text.clone(),
        created_at: change.at().micros(),
        created_by: by.to_owned(),
        expires_at: lifetime.end(change.at()).micros(),
    };
    sqlx::query(
        "INSERT INTO notices_notice (id, title, text, created_at, created_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&row.id)
    .bind(&row.title)
    .bind(&row.text)
    .bind(row.created_at)
    .bind(&row.created_by)
    .bind(row.expires_at)
    .execute(change.on())
    .await?;
    let mut queued = Vec::with_capacity(to.len());
    for Recipient { endpoint, accounts } in to {
        let args = arguments(&row.id, message, accounts.as_deref());
        let order = Order { name: NOTICE_SHOW, args: &args, by, lifetime };
        let one = enqueue(ctx, change, &order, std::slice::from_ref(endpoint)).await?;
        for command in one.ids() {
            sqlx::query("INSERT INTO notices_delivery (notice_id, command_id) VALUES ($1, $2)")
                .bind(&row.id)
                .bind(command.to_string())
                .execute(change.on())
                .await?;
        }
        queued.push(one);
    }
    let sent = Sent { queued, id: row.id.clone() };
    Ok((row, sent))
}

/// What the command says. Older agents know only the first three, and show the notice to everybody without its button.
fn arguments(id: &str, message: &Message, accounts: Option<&[String]>) -> Value {
    let mut args = json!({"notice_id": id, "title": message.title, "text": message.text});
    if let Some(Action { page, ja, en }) = &message.action {
        args["action"] = json!({"page": page, "ja": ja, "en": en});
    }
    if let Some(accounts) = accounts {
        args["accounts"] = json!(accounts);
    }
    if let Some(until) = message.until {
        args["until"] = json!(until);
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_notice_is_told_as_it_always_was() {
        let plain = Message { title: "停電".into(), text: "18時".into(), action: None, until: None };
        assert_eq!(arguments("1", &plain, None), json!({"notice_id": "1", "title": "停電", "text": "18時"}));
        let action = Some(Action { page: "/me/surveys/1".into(), ja: "回答する", en: "Answer" });
        let full = Message { action, until: Some(Time::from_seconds(0)), ..plain };
        assert_eq!(
            arguments("1", &full, Some(&["1000".to_owned()])),
            json!({"notice_id": "1", "title": "停電", "text": "18時", "accounts": ["1000"],
                "action": {"page": "/me/surveys/1", "ja": "回答する", "en": "Answer"}, "until": "1970-01-01T00:00:00.000000Z"})
        );
    }
}
