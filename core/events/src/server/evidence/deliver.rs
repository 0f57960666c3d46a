//! Carrying heads to their places, with growing pauses, for two days.

use std::{path::PathBuf, time::Duration};

use sqlx::FromRow;
use yagura_mail::Whereabouts;
use yagura_server_kit::{
    ApiError, Context,
    outbox::{claim, pause},
};
use yagura_vocabulary::Time;

use super::{bucket, places, settings::Destination};
use crate::embedded::WrittenHead;

const TABLE: &str = "events_head_delivery";
/// Then there are newer heads.
const LIFETIME: Duration = Duration::from_secs(2 * 86_400);
/// So often a mail is looked after that is in the outbox.
const FOLLOW_EVERY: Duration = Duration::from_secs(10);
/// Deliveries of one look.
const AT_ONCE: i64 = 50;

#[derive(FromRow)]
struct Due {
    id: String,
    destination: String,
    mail: Option<String>,
    attempts: i64,
    next_at: i64,
    document: String,
    written_at: i64,
}

/// How an attempt ended.
enum Outcome {
    Done,
    /// It is in the outbox under this id.
    Mailed(String),
    /// It is still there.
    InTheOutbox(Option<String>),
    Failed(String),
    GivenUp(String),
}

/// Tries every delivery that is due.
pub(super) async fn due(ctx: &Context) -> Result<(), ApiError> {
    let due: Vec<Due> = sqlx::query_as(
        "SELECT d.id, d.destination, d.mail, d.attempts, d.next_at, h.document, h.written_at FROM events_head_delivery d
         JOIN events_head h ON h.id = d.head WHERE d.state = 'queued' AND d.next_at <= $1 ORDER BY d.next_at, d.id LIMIT $2",
    )
    .bind(ctx.now().micros())
    .bind(AT_ONCE)
    .fetch_all(ctx.db().read())
    .await?;
    for due in due {
        if ctx.stopping().is_cancelled() {
            break;
        }
        if claim(ctx, TABLE, &due.id, due.next_at).await? {
            let outcome = attempt(ctx, &due).await?;
            settle(ctx, &due, outcome).await?;
        }
    }
    Ok(())
}

async fn attempt(ctx: &Context, due: &Due) -> Result<Outcome, ApiError> {
    if let Some(mail) = &due.mail {
        let mut connection = ctx.db().read().acquire().await?;
        return Ok(match yagura_mail::whereabouts(&mut connection, mail).await? {
            Whereabouts::Sent => Outcome::Done,
            Whereabouts::Waiting(error) => Outcome::InTheOutbox(error),
            Whereabouts::GivenUp(error) => {
                Outcome::GivenUp(error.unwrap_or_else(|| "the mail was given up".to_owned()))
            }
        });
    }
    let (destination, written): (Result<Destination, _>, _) =
        (serde_json::from_str(&due.destination), WrittenHead::read(&due.document));
    let (Ok(destination), Ok(written)) = (destination, written) else {
        return Ok(Outcome::GivenUp("what was written down cannot be read any more".to_owned()));
    };
    let done = match destination {
        Destination::Mail { to } => {
            let mut tx = ctx.db().write().await?;
            let id = places::mail(ctx, &mut tx, &to, &written).await?;
            // In one transaction, so that no restart mails a head twice.
            sqlx::query("UPDATE events_head_delivery SET mail = $1 WHERE id = $2")
                .bind(&id)
                .bind(&due.id)
                .execute(tx.on())
                .await?;
            tx.commit().await?;
            return Ok(Outcome::Mailed(id));
        }
        Destination::Syslog(receiver) => places::syslog(ctx, &receiver, &written).await,
        Destination::S3(place) => bucket::put(ctx, &place, &written).await,
        Destination::Folder { path } => {
            let path = PathBuf::from(path);
            let write = tokio::task::spawn_blocking(move || places::folder(&path, &written));
            write.await.unwrap_or_else(|error| Err(error.to_string()))
        }
    };
    Ok(match done {
        Ok(()) => Outcome::Done,
        Err(error) if ctx.now() >= Time::from_micros(due.written_at) + LIFETIME => Outcome::GivenUp(error),
        Err(error) => Outcome::Failed(error),
    })
}

/// Writes down how an attempt went.
async fn settle(ctx: &Context, due: &Due, outcome: Outcome) -> Result<(), ApiError> {
    let now = ctx.now();
    let (state, attempts, next_at, error) = match outcome {
        Outcome::Done => ("done", due.attempts + 1, now, None),
        Outcome::Mailed(mail) => {
            tracing::debug!(mail, "the head of the journal is in the outbox");
            ("queued", due.attempts, now + FOLLOW_EVERY, None)
        }
        Outcome::InTheOutbox(error) => ("queued", due.attempts, now + FOLLOW_EVERY, error),
        Outcome::Failed(error) => ("queued", due.attempts + 1, now + pause(due.attempts), Some(error)),
        Outcome::GivenUp(error) => ("failed", due.attempts + 1, now, Some(error)),
    };
    if let Some(error) = &error {
        tracing::warn!(destination = due.destination, error, "the head of the journal did not leave the machine");
    }
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "UPDATE events_head_delivery SET state = $1, attempts = $2, next_at = $3, error = $4, ended_at = $5 WHERE id = $6",
    )
    .bind(state)
    .bind(attempts)
    .bind(next_at.micros())
    .bind(error)
    .bind((state != "queued").then(|| now.micros()))
    .bind(&due.id)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}
