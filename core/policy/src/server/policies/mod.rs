//! Policies by feature and group.

pub(crate) mod list;
pub(crate) mod preview;
pub(crate) mod put;
pub(crate) mod read;
pub(crate) mod remove;

use serde::Serialize;
use serde_json::Value;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_endpoints::{GroupRow, Tree, visible};
use yagura_server_kit::{ApiError, Caller, Context, Etag, Object};
use yagura_vocabulary::Time;

use super::{
    GroupRef,
    outlook::{Outlook, VersionRow},
    rollout::{Rollout, rollout},
};
use crate::{Inherit, PolicySpec, PolicySpecs};

/// One version of a group's policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyVersion {
    id: String,
    feature: String,
    group: GroupRef,
    version: i64,
    inherit: Inherit,
    #[schema(value_type = Object)]
    value: Value,
    created_at: Time,
    created_by: String,
    comment: String,
    etag: String,
    rollout: Rollout,
}

impl PolicyVersion {
    pub(crate) async fn new(
        ctx: &Context,
        outlook: &Outlook,
        row: &VersionRow,
        newest: bool,
    ) -> Result<Self, ApiError> {
        let group = outlook.tree.find(&row.group_id).ok_or_else(|| ApiError::not_found("group"))?;
        Ok(Self {
            id: row.id.clone(),
            feature: row.feature.clone(),
            group: group.into(),
            version: row.version,
            inherit: row.inherit(),
            value: row.value(),
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by.clone(),
            comment: row.comment.clone(),
            etag: Etag(row.version).to_string(),
            rollout: rollout(ctx, outlook, row, newest).await?,
        })
    }
}

/// The feature and the group of a path, if they exist and the caller may see the group.
pub(crate) async fn place(
    ctx: &Context,
    caller: &Caller,
    tree: &Tree,
    feature: &str,
    group: &str,
) -> Result<(PolicySpec, GroupRow), ApiError> {
    let spec = *ctx.part::<PolicySpecs>().find(feature).ok_or_else(|| ApiError::not_found("policy"))?;
    let sql = format!("SELECT g.id FROM endpoints_group g WHERE g.id = $1 AND {}", visible("g.id", 2));
    let seen: Option<(String,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(group).bind(caller.limit()).fetch_optional(ctx.db().read()).await?;
    let group = seen.and_then(|(id,)| tree.find(&id).cloned()).ok_or_else(|| ApiError::not_found("group"))?;
    Ok((spec, group))
}

pub(crate) fn object(feature: &str, group: &GroupRow) -> Object {
    Object::new("policy", &format!("{feature}:{}", group.id), &format!("{feature} {}", group.path))
}
