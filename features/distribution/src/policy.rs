//! What an administrator decides about distribution on an endpoint.

use serde::{Deserialize, Serialize};

/// The whole policy. Its default allows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistributionPolicy {
    /// What may be done at all.
    pub allowed: Vec<Kind>,
}

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionKind))]
pub enum Kind {
    /// Install package files.
    Install,
    /// Run scripts.
    Script,
    /// Install updates that wait.
    Updates,
}
