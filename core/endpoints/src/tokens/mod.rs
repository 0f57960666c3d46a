//! Enrolment tokens.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_vocabulary::Time;

use crate::endpoints::view::GroupRef;

/// Whether a token can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenState {
    Active,
    Expired,
    UsedUp,
    Revoked,
}

/// An enrolment token as it is listed; its secret is shown only once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EnrolmentToken {
    id: String,
    label: String,
    group: GroupRef,
    created_at: Time,
    created_by: String,
    expires_at: Option<Time>,
    max_uses: Option<i64>,
    uses: i64,
    needs_approval: bool,
    revoked_at: Option<Time>,
    state: TokenState,
}

#[derive(FromRow)]
pub(crate) struct Row {
    id: String,
    label: String,
    group_id: String,
    group_name: String,
    group_path: String,
    created_at: i64,
    created_by: String,
    expires_at: Option<i64>,
    max_uses: Option<i64>,
    uses: i64,
    needs_approval: i64,
    revoked_at: Option<i64>,
}

const SELECT: &str =
    "SELECT t.id AS id, t.label AS label, t.group_id AS group_id, g.name AS group_name, g.path AS group_path,
     t.created_at AS created_at, t.created_by AS created_by, t.expires_at AS expires_at, t.max_uses AS max_uses,
     t.uses AS uses, t.needs_approval AS needs_approval, t.revoked_at AS revoked_at
     FROM endpoints_token t JOIN endpoints_group g ON g.id = t.group_id";

impl EnrolmentToken {
    fn new(row: Row, now: Time) -> Self {
        let state = if row.revoked_at.is_some() {
            TokenState::Revoked
        } else if row.expires_at.is_some_and(|end| end <= now.micros()) {
            TokenState::Expired
        } else if row.max_uses.is_some_and(|most| row.uses >= most) {
            TokenState::UsedUp
        } else {
            TokenState::Active
        };
        Self {
            id: row.id,
            label: row.label,
            group: GroupRef { id: row.group_id, name: row.group_name, path: row.group_path },
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by,
            expires_at: row.expires_at.map(Time::from_micros),
            max_uses: row.max_uses,
            uses: row.uses,
            needs_approval: row.needs_approval != 0,
            revoked_at: row.revoked_at.map(Time::from_micros),
            state,
        }
    }
}
