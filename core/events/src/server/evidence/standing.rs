//! Whether heads leave the machine.

use std::time::Duration;

use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use super::settings;
use crate::server::store;

/// After this, somebody is told.
const PATIENCE: Duration = Duration::from_secs(2 * 86_400);

/// Whether heads leave the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceStanding {
    /// This store keeps no journal.
    NoJournal,
    /// Nobody has said where heads go.
    NowhereToGo,
    /// They leave; when the last one did, `None` before the first.
    Leaves(Option<Time>),
    /// None has left for two days.
    Stuck {
        /// Since then: when the last one left, or when it was decided where they go.
        since: Time,
        /// Why the last one did not.
        error: Option<String>,
    },
}

/// When a head last left the machine.
pub(super) async fn last_left(connection: &mut AnyConnection) -> Result<Option<Time>, ApiError> {
    let (last,): (Option<i64>,) = sqlx::query_as("SELECT MAX(ended_at) FROM events_head_delivery WHERE state = 'done'")
        .fetch_one(connection)
        .await?;
    Ok(last.map(Time::from_micros))
}

/// Whether heads leave the machine.
///
/// # Errors
/// When the database is away.
pub async fn evidence_standing(ctx: &Context) -> Result<EvidenceStanding, ApiError> {
    if store(ctx).evidence().is_none() {
        return Ok(EvidenceStanding::NoJournal);
    }
    let mut connection = ctx.db().read().acquire().await?;
    let kept = settings::load(&mut connection).await?;
    let Some(changed_at) = kept.changed_at.filter(|_| !kept.settings.destinations.is_empty()) else {
        return Ok(EvidenceStanding::NowhereToGo);
    };
    let last = last_left(&mut connection).await?;
    let since = last.map_or(changed_at, |last| last.max(changed_at));
    if ctx.now() < since + PATIENCE {
        return Ok(EvidenceStanding::Leaves(last));
    }
    let error: Option<(Option<String>,)> =
        sqlx::query_as("SELECT error FROM events_head_delivery WHERE error IS NOT NULL ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
    Ok(EvidenceStanding::Stuck { since, error: error.and_then(|(error,)| error) })
}
