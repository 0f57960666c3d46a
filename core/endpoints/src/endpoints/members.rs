//! Which endpoints belong where, for reports that compare groups.

use sqlx::{AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{EndpointState, Time};

use crate::{presence, visible};

/// An endpoint and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// The machine's name.
    pub hostname: String,
    /// `active`, `pending` or `retired`.
    pub standing: String,
    /// The ids of the groups from the root to its own, each followed by `/`.
    pub id_path: String,
    /// When it was last heard from, as far as that is written down, in microseconds since 1970.
    last_seen: Option<i64>,
}

/// When an endpoint was last heard from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastHeard {
    /// When; `None` if never.
    pub at: Option<Time>,
    /// It is on line.
    pub online: bool,
}

impl Member {
    /// When it was last heard from, as far as this server knows.
    #[must_use]
    pub fn last_heard(&self, ctx: &Context) -> LastHeard {
        let id = self.id.parse().unwrap_or_default();
        let at = presence::last_seen(ctx, id, self.last_seen);
        let state = presence::state(&self.standing, at == Some(ctx.now()), at, ctx.now(), 0);
        LastHeard { at, online: state == EndpointState::Online }
    }
}

/// Every endpoint that the caller may see.
///
/// # Errors
/// When the database is away.
pub async fn members(ctx: &Context, caller: &Caller) -> Result<Vec<Member>, ApiError> {
    let sql = format!(
        "SELECT e.id AS id, e.hostname AS hostname, e.standing AS standing, g.id_path AS id_path,
            e.last_seen AS last_seen
         FROM endpoints_endpoint e JOIN endpoints_group g ON g.id = e.group_id WHERE {}",
        visible("e.group_id", 1)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?)
}
