//! What waits to be sent.

use std::time::Duration;

use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context, Tx, outbox};
use yagura_vocabulary::Id;

/// A mail that could not be handed over for so long is no news any more.
const LIFETIME: Duration = Duration::from_secs(2 * 86_400);
/// What became of a mail is remembered so long.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

/// One mail to one address, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Its subject, one line.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Wakes the delivery.
#[derive(Default)]
pub(crate) struct Bell(pub(crate) outbox::Bell);

/// The kind of ids of mails.
enum Message {}

/// Puts a mail into the outbox, within the transaction of what it tells of.
///
/// # Errors
/// When the database is away.
pub async fn enqueue(ctx: &Context, tx: &mut Tx, mail: &Mail) -> Result<(), ApiError> {
    enqueue_followed(ctx, tx, mail).await.map(drop)
}

/// The same for a mail whose way somebody follows: its id, for [`whereabouts`].
///
/// # Errors
/// When the database is away.
pub async fn enqueue_followed(ctx: &Context, tx: &mut Tx, mail: &Mail) -> Result<String, ApiError> {
    let now = ctx.now();
    sqlx::query("DELETE FROM mail_message WHERE state <> 'queued' AND created_at < $1")
        .bind(now.micros() - i64::try_from(REMEMBERED.as_micros()).unwrap_or(i64::MAX))
        .execute(tx.on())
        .await?;
    let id = Id::<Message>::new().to_string();
    sqlx::query(
        "INSERT INTO mail_message (id, recipient, subject, body, state, attempts, created_at, next_at, expires_at)
         VALUES ($1, $2, $3, $4, 'queued', 0, $5, $5, $6)",
    )
    .bind(&id)
    .bind(&mail.to)
    .bind(&mail.subject)
    .bind(&mail.text)
    .bind(now.micros())
    .bind((now + LIFETIME).micros())
    .execute(tx.on())
    .await?;
    tx.ring(&ctx.part::<Bell>().0);
    Ok(id)
}

/// Where a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// In the outbox; why it was not taken the last time, if it was tried.
    Waiting(Option<String>),
    /// The mail server has taken it.
    Sent,
    /// It was given up, or is remembered no more.
    GivenUp(Option<String>),
}

/// Where the mail of this id is.
///
/// # Errors
/// When the database is away.
pub async fn whereabouts(connection: &mut AnyConnection, id: &str) -> Result<Whereabouts, ApiError> {
    let found: Option<(String, Option<String>)> =
        sqlx::query_as("SELECT state, last_error FROM mail_message WHERE id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?;
    Ok(match found {
        Some((state, error)) if state == "queued" => Whereabouts::Waiting(error),
        Some((state, _)) if state == "sent" => Whereabouts::Sent,
        Some((_, error)) => Whereabouts::GivenUp(error),
        None => Whereabouts::GivenUp(None),
    })
}
