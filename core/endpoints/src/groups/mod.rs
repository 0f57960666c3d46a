//! Groups of endpoints: a tree of fixed groups, and groups that a query fills.

pub(crate) mod chosen;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod query;
pub(crate) mod remove;
pub(crate) mod tree;
pub(crate) mod update;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_vocabulary::id::GroupId;

/// How a group gets its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupKind {
    /// Endpoints are put into it.
    Fixed,
    /// Endpoints that match its query belong to it.
    Query,
}

/// One group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Group {
    id: GroupId,
    name: String,
    parent_id: Option<GroupId>,
    /// The names from the root: `/本社/経理部`; the root is `/`.
    path: String,
    kind: GroupKind,
    query: Option<String>,
    /// Endpoints in it and in its subgroups.
    endpoint_count: u64,
    etag: String,
}
