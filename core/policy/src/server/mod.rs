//! The server's side of policies.

pub(crate) mod agent;
pub(crate) mod effective;
pub(crate) mod features;
pub(crate) mod grants;
pub(crate) mod manifest;
pub(crate) mod outlook;
pub(crate) mod policies;
pub(crate) mod recorded;
pub(crate) mod rollout;
pub(crate) mod value;

use serde::Serialize;
use utoipa::ToSchema;
use yagura_endpoints::GroupRow;

/// A group by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct GroupRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The names from the root: `/本社/経理部`.
    pub path: String,
}

impl From<&GroupRow> for GroupRef {
    fn from(row: &GroupRow) -> Self {
        Self { id: row.id.clone(), name: row.name.clone(), path: row.path.clone() }
    }
}
