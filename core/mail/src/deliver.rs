//! Carries the outbox to the mail server, until the server stops.

use std::time::Duration;

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use crate::{
    outbox::{Bell, Mail},
    settings::{self, Row},
    smtp::{self, Authorities},
};

/// How often the outbox is looked at when nobody rings.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Mails of one look.
const AT_ONCE: i64 = 50;
/// The pause after the first failure; each next one is twice as long,
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// While one server sends a mail, no other takes it.
const CLAIM: Duration = Duration::from_secs(300);

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
    let stop = ctx.stopping();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = ctx.part::<Bell>().0.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        // A mail under way is finished before the server stops.
        if let Err(error) = look(&ctx).await {
            tracing::warn!(?error, "the outbox of mails could not be worked off");
        }
    }
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
                if claim(ctx, &waiting).await? {
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
    if !claim(ctx, &waiting).await? {
        return Ok(());
    }
    let mail = Mail { to: waiting.recipient, subject: waiting.subject, text: waiting.body };
    let (state, next_at, error) = match smtp::send(settings, ctx.part::<Authorities>(), &mail).await {
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

/// Takes the mail for this server; false when another one has.
async fn claim(ctx: &Context, waiting: &Waiting) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    let taken = sqlx::query("UPDATE mail_message SET next_at = $1 WHERE id = $2 AND state = 'queued' AND next_at = $3")
        .bind((ctx.now() + CLAIM).micros())
        .bind(&waiting.id)
        .bind(waiting.next_at)
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected() == 1)
}

/// How long to wait after `attempts` earlier failures.
fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(0, 16)).unwrap_or(16);
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let minutes: Vec<_> = (0..8).map(|attempts| pause(attempts).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(i64::MAX), LONGEST_PAUSE);
    }
}
