//! How an endpoint is shown.

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_channel::server::Hub;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{EndpointState, Id, Time, id::EndpointId};

use crate::presence;

/// A group by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The names from the root: `/本社/経理部`.
    pub path: String,
}

/// A person by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonRef {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
}

/// One line of the list of endpoints.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EndpointSummary {
    /// Its id.
    pub id: EndpointId,
    /// The machine's name.
    pub hostname: String,
    /// The operating system's family.
    #[schema(value_type = yagura_vocabulary::Os)]
    pub os: String,
    /// The operating system's name and version.
    pub os_name: String,
    /// How it stands.
    pub state: EndpointState,
    /// Whether it is on line now.
    pub online: bool,
    /// When it was last heard from.
    pub last_seen: Option<Time>,
    /// The agent's version.
    pub agent_version: String,
    /// The group it belongs to.
    pub group: GroupRef,
    /// Who mainly uses it.
    pub primary_user: Option<PersonRef>,
    /// The address it last came from.
    pub ip: Option<String>,
    /// Whether it looks like a copy of another machine, or another like a copy of it.
    pub clone_suspected: bool,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub hostname: String,
    pub os: String,
    pub os_name: String,
    pub standing: String,
    pub last_seen: Option<i64>,
    pub agent_version: String,
    pub group_id: String,
    pub group_name: String,
    pub group_path: String,
    pub person_id: Option<String>,
    pub person_name: Option<String>,
    pub ip: Option<String>,
    pub clone_suspected: i64,
    pub enrolled_at: i64,
    pub hardware_id: String,
    pub boot_id: Option<String>,
    pub clock_skew_ms: Option<i64>,
    pub features: String,
    pub version: i64,
}

/// The columns of [`Row`] and where they come from; endpoints are `e`, groups `g`, people `p`.
pub(crate) const SELECT: &str =
    "SELECT e.id AS id, e.hostname AS hostname, e.os AS os, e.os_name AS os_name, e.standing AS standing,
     e.last_seen AS last_seen, e.agent_version AS agent_version, e.group_id AS group_id, g.name AS group_name,
     g.path AS group_path, p.id AS person_id, p.name AS person_name, e.ip AS ip, e.clone_suspected AS clone_suspected,
     e.enrolled_at AS enrolled_at, e.hardware_id AS hardware_id, e.boot_id AS boot_id,
     e.clock_skew_ms AS clock_skew_ms, e.features AS features, e.version AS version
     FROM endpoints_endpoint e JOIN endpoints_group g ON g.id = e.group_id
     LEFT JOIN people_person p ON p.id = e.primary_user_id";

impl EndpointSummary {
    pub(crate) fn new(ctx: &Context, row: Row, silent_days: u64) -> Result<Self, ApiError> {
        let id: EndpointId = row.id.parse().map_err(|error| ApiError::unavailable(&error))?;
        let last_seen = presence::last_seen(ctx, id, row.last_seen);
        let connected = ctx.part::<Hub>().is_connected(id);
        let state = presence::state(&row.standing, connected, last_seen, ctx.now(), silent_days);
        Ok(Self {
            id,
            hostname: row.hostname,
            os: row.os,
            os_name: row.os_name,
            state,
            online: state == EndpointState::Online,
            last_seen,
            agent_version: row.agent_version,
            group: GroupRef { id: row.group_id, name: row.group_name, path: row.group_path },
            primary_user: row.person_id.zip(row.person_name).map(|(id, name)| PersonRef { id, name }),
            ip: row.ip,
            clone_suspected: row.clone_suspected != 0,
        })
    }
}

/// One endpoint with all that is known of it here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EndpointDetail {
    #[serde(flatten)]
    pub summary: EndpointSummary,
    pub enrolled_at: Time,
    pub hardware_id: String,
    pub boot_id: Option<String>,
    /// How far its clock is ahead of the server's.
    pub clock_skew_ms: Option<i64>,
    /// What its sensors say of themselves.
    pub sensors: Vec<SensorView>,
    /// The features its agent has.
    pub features: Vec<FeatureView>,
    pub etag: String,
}

/// What one sensor says of itself.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
pub(crate) struct SensorView {
    sensor: String,
    source: String,
    health: yagura_vocabulary::SensorHealth,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default)]
    seen: u64,
    #[serde(default)]
    lost: u64,
}

/// One feature of an agent.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
pub(crate) struct FeatureView {
    feature: String,
    version: u32,
}

/// A section of an endpoint's state, if it was told.
pub(crate) async fn section(
    ctx: &Context,
    endpoint: Id<yagura_vocabulary::id::Endpoint>,
    name: &str,
) -> Result<Option<Value>, ApiError> {
    let found: Option<(String,)> =
        sqlx::query_as("SELECT value FROM endpoints_state WHERE endpoint_id = $1 AND section = $2")
            .bind(endpoint.to_string())
            .bind(name)
            .fetch_optional(ctx.db().read())
            .await?;
    Ok(found.and_then(|(text,)| serde_json::from_str(&text).ok()))
}
