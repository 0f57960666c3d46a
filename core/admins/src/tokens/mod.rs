//! API tokens: for programs, with scopes and an end.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::Permission;
use yagura_vocabulary::Time;

/// A token as it is listed; the secret is shown only once, when it is made.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    id: String,
    label: String,
    scopes: Vec<Permission>,
    created_by: String,
    created_at: Time,
    expires_at: Time,
    last_used_at: Option<Time>,
    revoked_at: Option<Time>,
    /// Why logs may be read with it.
    purpose: Option<String>,
}

#[derive(FromRow)]
pub(crate) struct Row {
    id: String,
    label: String,
    scopes: String,
    created_by: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    purpose: Option<String>,
}

const SELECT: &str =
    "SELECT t.id AS id, t.label AS label, t.scopes AS scopes, a.name AS created_by, t.created_at AS created_at,
     t.expires_at AS expires_at, t.last_used_at AS last_used_at, t.revoked_at AS revoked_at, t.purpose AS purpose
     FROM admins_token t JOIN admins_admin a ON a.id = t.admin_id";

impl From<Row> for Token {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            label: row.label,
            scopes: serde_json::from_str(&row.scopes).unwrap_or_default(),
            created_by: row.created_by,
            created_at: Time::from_micros(row.created_at),
            expires_at: Time::from_micros(row.expires_at),
            last_used_at: row.last_used_at.map(Time::from_micros),
            revoked_at: row.revoked_at.map(Time::from_micros),
            purpose: row.purpose,
        }
    }
}
