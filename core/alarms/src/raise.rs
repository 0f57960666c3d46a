//! Writing alarms down.

use serde_json::Value;
use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::Id;

use crate::{Cause, routes::note};

/// The kind of ids of alarms.
pub(crate) enum Alarm {}

/// Tells of a cause that happened rather than lasts. While its alarm waits for a person, another such cause is counted there.
///
/// # Errors
/// When the database is away.
pub async fn happened(ctx: &Context, cause: &Cause) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    all_happened(ctx, &mut tx, std::slice::from_ref(cause)).await?;
    Ok(tx.commit().await?)
}

/// The same for several at once, within a transaction of the caller's: new ones go out together.
///
/// # Errors
/// When the database is away.
pub async fn all_happened(ctx: &Context, tx: &mut Tx, causes: &[Cause]) -> Result<(), ApiError> {
    let mut new = Vec::new();
    for cause in causes {
        if let Some(id) = raise(ctx, tx.on(), cause).await? {
            new.push((id, cause));
            continue;
        }
        sqlx::query(
            "UPDATE alarms_alarm SET times = times + 1, last_at = $1, detail = $2, version = version + 1
             WHERE kind = $3 AND subject = $4 AND ended_at IS NULL",
        )
        .bind(ctx.now().micros())
        .bind(cause.detail.to_string())
        .bind(cause.kind.word)
        .bind(cause.subject())
        .execute(tx.on())
        .await?;
    }
    if !causes.is_empty() {
        changed(tx.on()).await?;
    }
    note(ctx, tx, &new).await
}

/// Says anew what causes come to whose alarms still wait for a person. Where none does, nothing is raised.
///
/// # Errors
/// When the database is away.
pub async fn amend(ctx: &Context, tx: &mut Tx, causes: &[Cause]) -> Result<(), ApiError> {
    for cause in causes {
        sqlx::query(
            "UPDATE alarms_alarm SET last_at = $1, detail = $2, version = version + 1
             WHERE kind = $3 AND subject = $4 AND ended_at IS NULL",
        )
        .bind(ctx.now().micros())
        .bind(cause.detail.to_string())
        .bind(cause.kind.word)
        .bind(cause.subject())
        .execute(tx.on())
        .await?;
    }
    if causes.is_empty() { Ok(()) } else { Ok(changed(tx.on()).await?) }
}

/// Something about alarms changes with this transaction: who waits for news is to hear of it.
pub(crate) async fn changed(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE alarms_change SET changes = changes + 1 WHERE one = 1").execute(connection).await.map(drop)
}

/// Writes an alarm down unless one stands for the same. Returns the id of a new one.
pub(crate) async fn raise(
    ctx: &Context,
    connection: &mut AnyConnection,
    cause: &Cause,
) -> Result<Option<String>, ApiError> {
    let id = Id::<Alarm>::new().to_string();
    let (title_ja, title_en) = cause.title();
    let made = sqlx::query(
        "INSERT INTO alarms_alarm (id, kind, subject, endpoint_id, severity, state, detail, times, raised_at, last_at,
         by_itself, comment, version, title_ja, title_en)
         VALUES ($1, $2, $3, $4, $5, 'open', $6, 1, $7, $7, 0, '', 1, $8, $9) ON CONFLICT DO NOTHING",
    )
    .bind(&id)
    .bind(cause.kind.word)
    .bind(cause.subject())
    .bind(cause.endpoint.map(|id| id.to_string()))
    .bind(cause.kind.severity.as_str())
    .bind(cause.detail.to_string())
    .bind(ctx.now().micros())
    .bind(title_ja)
    .bind(title_en)
    .execute(connection)
    .await?;
    Ok((made.rows_affected() == 1).then_some(id))
}

/// The cause is gone: the alarm ends, and nobody needs to handle it any more.
pub(crate) async fn end(
    ctx: &Context,
    connection: &mut AnyConnection,
    kind: &str,
    subject: &str,
) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE alarms_alarm SET ended_at = $1, by_itself = CASE WHEN state = 'handled' THEN 0 ELSE 1 END, state = 'handled',
         handled_at = COALESCE(handled_at, $1), version = version + 1 WHERE kind = $2 AND subject = $3 AND ended_at IS NULL",
    )
    .bind(ctx.now().micros())
    .bind(kind)
    .bind(subject)
    .execute(connection)
    .await?;
    Ok(())
}

/// The stored detail, read.
pub(crate) fn detail(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
