//! How the outbox stands, for the health page.

use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use crate::settings;

/// How mail stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether there are settings.
    pub configured: bool,
    /// Mails that wait.
    pub queued: u64,
    /// What the mail server said to the one that has waited longest in vain, and since when it waits.
    pub trouble: Option<(String, Time)>,
}

/// How mail stands now.
///
/// # Errors
/// When the database is away.
pub async fn standing(ctx: &Context) -> Result<Standing, ApiError> {
    let configured = settings::row(&mut *ctx.db().read().acquire().await?).await?.is_some();
    let (queued,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM mail_message WHERE state = 'queued'").fetch_one(ctx.db().read()).await?;
    let trouble: Option<(String, i64)> = sqlx::query_as(
        "SELECT last_error, created_at FROM mail_message WHERE state = 'queued' AND last_error IS NOT NULL
         ORDER BY created_at, id LIMIT 1",
    )
    .fetch_optional(ctx.db().read())
    .await?;
    let trouble = trouble.map(|(error, since)| (error, Time::from_micros(since)));
    Ok(Standing { configured, queued: queued.unsigned_abs(), trouble })
}
