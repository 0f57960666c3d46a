//! How a command is shown.

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{CommandState, Time};

use crate::state::{Stage, parse};

/// An endpoint by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CommandEndpoint {
    id: String,
    hostname: String,
}

/// One order to one endpoint.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Command {
    pub id: String,
    pub name: String,
    endpoint: CommandEndpoint,
    args: Value,
    pub state: CommandState,
    created_at: Time,
    created_by: String,
    expires_at: Time,
    /// The states it was in, oldest first.
    history: Vec<Stage>,
    /// What came of it.
    result: Option<Value>,
    /// Why it failed.
    error: Option<String>,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub name: String,
    pub endpoint_id: String,
    pub hostname: String,
    pub channel: String,
    args: String,
    state: String,
    created_at: i64,
    created_by: String,
    expires_at: i64,
    history: String,
    result: Option<String>,
    error: Option<String>,
}

/// The columns of [`Row`] and where they come from; commands are `c`, endpoints `e`.
pub(crate) const SELECT: &str =
    "SELECT c.id AS id, c.name AS name, c.endpoint_id AS endpoint_id, e.hostname AS hostname, e.channel AS channel,
     c.args AS args, c.state AS state, c.created_at AS created_at, c.created_by AS created_by,
     c.expires_at AS expires_at, c.history AS history, c.result AS result, c.error AS error
     FROM commands_command c JOIN endpoints_endpoint e ON e.id = c.endpoint_id";

impl TryFrom<Row> for Command {
    type Error = ApiError;

    fn try_from(row: Row) -> Result<Self, ApiError> {
        let json = |text: &str| serde_json::from_str(text).map_err(|error| ApiError::unavailable(&error));
        Ok(Self {
            state: parse(&row.state)?,
            args: json(&row.args)?,
            history: serde_json::from_str(&row.history).map_err(|error| ApiError::unavailable(&error))?,
            result: row.result.as_deref().map(json).transpose()?,
            endpoint: CommandEndpoint { id: row.endpoint_id, hostname: row.hostname },
            id: row.id,
            name: row.name,
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by,
            expires_at: Time::from_micros(row.expires_at),
            error: row.error,
        })
    }
}
