//! Carries the outbox to the mail server, until the server stops.

use sqlx::FromRow;
use yagura_server_kit::{
    ApiError, Context,
    outbox::{claim, pause, work_off},
};
use yagura_vocabulary::Time;

use crate::{
    outbox::{Bell, Mail},
    settings::{self, Row},
    smtp,
};

const TABLE: &str = "mail_message";
/// Mails of one look.
const AT_ONCE: i64 = 50;

#[derive(FromRow)]
struct Waiting {
    id: String,
    recipient: String,
    subject: String,
    body: String,
    attempts: i64,
    next_at: i64,
    expires_at: i64,
}

pub(crate) async fn run(ctx: Context) {
    let bell = ctx.part::<Bell>().0.clone();
    work_off(ctx, bell, "mails", |ctx| async move { look(&ctx).await }).await;
}

async fn look(ctx: &Context) -> Result<(), ApiError> {
    let due: Vec<Waiting> = sqlx::query_as(
        "SELECT id, recipient, subject, body, attempts, next_at, expires_at FROM mail_message
         WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at, id LIMIT $2",
    )
    .bind(ctx.now().micros())
    .bind(AT_ONCE)
    .fetch_all(ctx.db().read())
    .await?;
    if due.is_empty() {
        return Ok(());
    }
    let settings = settings::row(&mut *ctx.db().read().acquire().await?).await?;
    for waiting in due {
        if ctx.stopping().is_cancelled() {
            break;
        }
        match &settings {
            Some(settings) => deliver(ctx, settings, waiting).await?,
            // Without settings nothing is tried, and so nothing has failed; but it does not wait for ever.
            None if waiting.expires_at <= ctx.now().micros() => {
                let detail = "there were no mail settings until it was too late".to_owned();
                if claim(ctx, TABLE, &waiting.id, waiting.next_at).await? {
                    settle(ctx, &waiting.id, "failed", ctx.now(), Some(detail)).await?;
                }
            }
            None => {}
        }
    }
    Ok(())
}

async fn deliver(ctx: &Context, settings: &Row, waiting: Waiting) -> Result<(), ApiError> {
    let now = ctx.now();
    if !claim(ctx, TABLE, &waiting.id, waiting.next_at).await? {
        return Ok(());
    }
    let mail = Mail { to: waiting.recipient, subject: waiting.subject, text: waiting.body };
    let (state, next_at, error) = match smtp::send(ctx, settings, &mail).await {
        Ok(words) => {
            tracing::info!(mail = waiting.id, words, "a mail was handed over");
            ("sent", now, None)
        }
        Err(refused) => {
            let next_at = now + pause(waiting.attempts);
            let given_up = refused.for_good || next_at.micros() >= waiting.expires_at;
            tracing::warn!(mail = waiting.id, given_up, error = %refused, "a mail was not taken");
            (if given_up { "failed" } else { "queued" }, next_at, Some(refused.detail))
        }
    };
    settle(ctx, &waiting.id, state, next_at, error).await
}

/// Writes down how an attempt went.
async fn settle(ctx: &Context, id: &str, state: &str, next_at: Time, error: Option<String>) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    // Mails may carry one-time links: what is done with is not kept.
    sqlx::query(
        "UPDATE mail_message SET state = $1, next_at = $2, last_error = $3, attempts = attempts + 1,
         body = CASE WHEN $1 = 'queued' THEN body ELSE '' END WHERE id = $4",
    )
    .bind(state)
    .bind(next_at.micros())
    .bind(error)
    .bind(id)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}
