//! To whom a notice goes: some endpoints, or those that belong to a group at this moment.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, FromRow};
use yagura_commands::{Addressee, Channel};
use yagura_endpoints::{Facts, Tree, visible};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::id::{EndpointId, GroupId};

#[derive(FromRow)]
struct Row {
    id: String,
    hostname: String,
    os: String,
    os_name: String,
    agent_version: String,
    ip: Option<String>,
    group_id: String,
    channel: String,
}

impl Row {
    fn facts(&self) -> Facts {
        Facts {
            hostname: self.hostname.clone(),
            os: self.os.clone(),
            os_name: self.os_name.clone(),
            agent_version: self.agent_version.clone(),
            ip: self.ip.clone().unwrap_or_default(),
        }
    }

    fn addressee(self) -> Result<Addressee, ApiError> {
        let endpoint = self.id.parse().map_err(|error| ApiError::unavailable(&error))?;
        Ok(Addressee { endpoint, hostname: self.hostname, channel: Channel::parse(&self.channel)? })
    }
}

/// The endpoints in service that belong to one of these groups or their subgroups now, among those that somebody with this
/// [`limit`](yagura_server_kit::Caller::limit) may see. A group that is gone has none.
///
/// # Errors
/// When the database is away.
pub async fn in_groups(ctx: &Context, limit: &str, groups: &[String]) -> Result<Vec<Addressee>, ApiError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let tree = Tree::load(ctx).await?;
    let mut rows = all(ctx, limit).await?;
    rows.retain(|row| tree.chain(&row.group_id, &row.facts()).iter().any(|group| groups.contains(&group.id)));
    rows.into_iter().map(Row::addressee).collect()
}

/// The endpoints in service with these ids, whoever asks.
///
/// # Errors
/// When the database is away.
pub async fn by_ids(ctx: &Context, ids: &[String]) -> Result<Vec<Addressee>, ApiError> {
    let mut rows = all(ctx, "").await?;
    rows.retain(|row| ids.contains(&row.id));
    rows.into_iter().map(Row::addressee).collect()
}

/// The endpoints that are meant, among those that the caller may see and that are in service.
pub(crate) async fn find(
    ctx: &Context,
    limit: &str,
    endpoints: Option<&[EndpointId]>,
    group: Option<GroupId>,
) -> Result<Vec<Addressee>, ApiError> {
    let rows = match (endpoints, group) {
        (Some(ids), None) => chosen(all(ctx, limit).await?, ids)?,
        (None, Some(group)) => members(ctx, limit, group).await?,
        _ => {
            let what = "say to whom it goes: either some endpoints or one group";
            return Err(ApiError::invalid("/endpoints", "required", what).with("/group_id", "required", None));
        }
    };
    rows.into_iter().map(Row::addressee).collect()
}

async fn all(ctx: &Context, limit: &str) -> Result<Vec<Row>, ApiError> {
    let sql = format!(
        "SELECT e.id AS id, e.hostname AS hostname, e.os AS os, e.os_name AS os_name, e.agent_version AS agent_version,
         e.ip AS ip, e.group_id AS group_id, e.channel AS channel FROM endpoints_endpoint e WHERE e.standing <> 'retired' AND {}
         ORDER BY e.id",
        visible("e.group_id", 1)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(limit).fetch_all(ctx.db().read()).await?)
}

fn chosen(rows: Vec<Row>, ids: &[EndpointId]) -> Result<Vec<Row>, ApiError> {
    if ids.is_empty() {
        return Err(ApiError::invalid("/endpoints", "required", "say to which endpoints it goes"));
    }
    let known: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    if let Some((n, id)) = ids.iter().enumerate().find(|(_, id)| !known.contains(id.to_string().as_str())) {
        let what = format!("{id}: there is no such endpoint in service, or you may not see it");
        return Err(ApiError::invalid(&format!("/endpoints/{n}"), "unknown", what));
    }
    let wanted: HashSet<String> = ids.iter().map(ToString::to_string).collect();
    Ok(rows.into_iter().filter(|row| wanted.contains(&row.id)).collect())
}

async fn members(ctx: &Context, limit: &str, group: GroupId) -> Result<Vec<Row>, ApiError> {
    let unknown = || ApiError::invalid("/group_id", "unknown", "there is no such group, or you may not see it");
    let sql = format!("SELECT g.id FROM endpoints_group g WHERE g.id = $1 AND {}", visible("g.id", 2));
    let seen: Option<(String,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(group.to_string()).bind(limit).fetch_optional(ctx.db().read()).await?;
    let (id,) = seen.ok_or_else(unknown)?;
    let tree = Tree::load(ctx).await?;
    let mut rows = all(ctx, limit).await?;
    rows.retain(|row| tree.chain(&row.group_id, &row.facts()).iter().any(|group| group.id == id));
    if rows.is_empty() {
        return Err(ApiError::invalid("/group_id", "empty", "no endpoint belongs to this group now"));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: EndpointId) -> Row {
        Row {
            id: id.to_string(),
            hostname: "pc".into(),
            os: "linux".into(),
            os_name: "Debian".into(),
            agent_version: "0.1.0".into(),
            ip: None,
            group_id: String::new(),
            channel: "agent".into(),
        }
    }

    #[test]
    fn an_endpoint_named_twice_is_told_once() {
        let (one, other) = (EndpointId::new(), EndpointId::new());
        let found = chosen(vec![row(one), row(other)], &[one, one]).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id, one.to_string());
    }

    #[test]
    fn an_endpoint_that_cannot_be_seen_refuses_the_whole_notice() {
        let one = EndpointId::new();
        assert!(chosen(vec![row(one)], &[one, EndpointId::new()]).is_err());
        assert!(chosen(vec![row(one)], &[]).is_err());
    }
}
