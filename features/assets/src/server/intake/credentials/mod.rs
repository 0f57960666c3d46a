//! Credentials of the intake: a name, which agents give as their user, and a secret, which is shown once.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Caller};
use yagura_vocabulary::Time;

/// A credential as it is listed; its secret is shown only when it is made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct IntakeCredential {
    id: String,
    /// What agents give as their user.
    name: String,
    created_at: Time,
    created_by: String,
    /// When a message came with it last.
    last_used_at: Option<Time>,
    /// How many machines were told of with it.
    machines: i64,
    /// When a message came with it last that could not be used.
    refused_at: Option<Time>,
    /// Why that was.
    refused_why: Option<String>,
    revoked_at: Option<Time>,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    name: String,
    created_at: i64,
    created_by: String,
    last_used_at: Option<i64>,
    machines: i64,
    refused_at: Option<i64>,
    refused_why: Option<String>,
    revoked_at: Option<i64>,
}

const SELECT: &str =
    "SELECT i.id AS id, i.name AS name, i.created_at AS created_at, i.created_by AS created_by, i.last_used_at AS last_used_at,
     (SELECT COUNT(*) FROM assets_intake_machine m WHERE m.intake_id = i.id) AS machines,
     i.refused_at AS refused_at, i.refused_why AS refused_why, i.revoked_at AS revoked_at FROM assets_intake i";

impl From<Row> for IntakeCredential {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by,
            last_used_at: row.last_used_at.map(Time::from_micros),
            machines: row.machines,
            refused_at: row.refused_at.map(Time::from_micros),
            refused_why: row.refused_why,
            revoked_at: row.revoked_at.map(Time::from_micros),
        }
    }
}

/// What is told with a credential may be of any machine, so it is nothing for somebody who sees only some groups.
fn for_all(caller: &Caller) -> Result<(), ApiError> {
    if caller.limited {
        return Err(ApiError::forbidden("the intake concerns the whole organisation, and you see only some groups"));
    }
    Ok(())
}
