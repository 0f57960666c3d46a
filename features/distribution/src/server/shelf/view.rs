//! How what lies on the shelf is shown.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Id, Time};

use super::ShelfItem;
use crate::package::Head;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::server) enum ShelfKind {
    /// A package of Debian and its kin.
    Deb,
    /// A package of RPM.
    Rpm,
    /// A script.
    Script,
}

/// A package file or one version of a script.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::server) struct ShelfView {
    #[schema(value_type = String)]
    id: Id<ShelfItem>,
    kind: ShelfKind,
    /// The package's name, as its head says; the script's.
    name: String,
    /// The package's version; the number of a script's.
    version: String,
    file_name: String,
    /// For which architecture; empty for a script.
    architecture: String,
    /// What the package is, in a line.
    summary: String,
    vendor: String,
    /// What the package needs.
    depends: Vec<String>,
    /// SHA-256 in lower-case hex. Endpoints take nothing else.
    sha256: String,
    size: u64,
    /// With what a script is run.
    interpreter: String,
    note: String,
    created_at: Time,
    created_by: String,
    /// How many rollouts bring it.
    rollouts: u64,
    /// How many of these are not over.
    under_way: u64,
}

#[derive(Debug, Clone, FromRow)]
pub(in crate::server) struct Row {
    pub(in crate::server) id: String,
    pub(in crate::server) kind: String,
    pub(in crate::server) name: String,
    pub(in crate::server) version: String,
    pub(in crate::server) file_name: String,
    pub(in crate::server) architecture: String,
    head: String,
    pub(in crate::server) hash: String,
    size: i64,
    pub(in crate::server) interpreter: String,
    note: String,
    created_at: i64,
    pub(in crate::server) created_by: String,
    pub(in crate::server) rollouts: i64,
    pub(in crate::server) under_way: i64,
}

/// The columns of [`Row`] and where they come from: items are `i`.
pub(in crate::server) const SELECT: &str = "SELECT i.id AS id, i.kind AS kind, i.name AS name, i.version AS version,
     i.file_name AS file_name, i.architecture AS architecture, i.head AS head, i.hash AS hash, i.size AS size,
     i.interpreter AS interpreter, i.note AS note, i.created_at AS created_at, i.created_by AS created_by,
     (SELECT COUNT(*) FROM distribution_use u WHERE u.item_id = i.id) AS rollouts,
     (SELECT COUNT(*) FROM distribution_use u JOIN distribution_rollout r ON r.id = u.rollout_id
      WHERE u.item_id = i.id AND r.state NOT IN ('recalled', 'done')) AS under_way
     FROM distribution_item i";

impl TryFrom<Row> for ShelfView {
    type Error = ApiError;

    fn try_from(row: Row) -> Result<Self, ApiError> {
        let head: Option<Head> = serde_json::from_str(&row.head).ok();
        let (summary, vendor, depends) = head.map(|head| (head.summary, head.vendor, head.depends)).unwrap_or_default();
        Ok(Self {
            id: row.id.parse().map_err(|error| ApiError::unavailable(&error))?,
            kind: match row.kind.as_str() {
                "deb" => ShelfKind::Deb,
                "rpm" => ShelfKind::Rpm,
                _ => ShelfKind::Script,
            },
            name: row.name,
            version: row.version,
            file_name: row.file_name,
            architecture: row.architecture,
            summary,
            vendor,
            depends,
            sha256: row.hash,
            size: row.size.unsigned_abs(),
            interpreter: row.interpreter,
            note: row.note,
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by,
            rollouts: row.rollouts.unsigned_abs(),
            under_way: row.under_way.unsigned_abs(),
        })
    }
}
