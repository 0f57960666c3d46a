//! The whole tree of groups at one moment.

use std::collections::HashMap;

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context, DbError};
use yagura_vocabulary::id::GroupId;

use super::query::{Facts, Query};

/// One group as it lies in the database.
#[derive(Debug, Clone, FromRow)]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// The group it lies in; none for the root.
    pub parent_id: Option<String>,
    /// Its name.
    pub name: String,
    /// The names from the root.
    pub path: String,
    /// The ids from the root, each followed by `/`: a prefix of this is an ancestor.
    pub id_path: String,
    /// `fixed` or `query`.
    pub kind: String,
    /// What fills it, for `query`.
    pub query: Option<String>,
    /// Its version.
    pub version: i64,
}

impl GroupRow {
    /// The query that fills it, where one does and it can still be read.
    #[must_use]
    pub fn query(&self) -> Option<Query> {
        self.query.as_deref().and_then(|text| Query::parse(text).ok())
    }

    fn depth(&self) -> usize {
        self.id_path.matches('/').count()
    }
}

/// All groups.
#[derive(Debug, Clone)]
pub struct Tree {
    groups: Vec<GroupRow>,
    by_id: HashMap<String, usize>,
}

impl Tree {
    /// Reads all groups, ordered by path.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn load(ctx: &Context) -> Result<Self, ApiError> {
        let groups = sqlx::query_as(
            "SELECT id, parent_id, name, path, id_path, kind, query, version FROM endpoints_group ORDER BY path",
        )
        .fetch_all(ctx.db().read())
        .await?;
        Ok(Self::new(groups))
    }

    /// A tree of these groups.
    #[must_use]
    pub fn new(groups: Vec<GroupRow>) -> Self {
        let by_id = groups.iter().enumerate().map(|(n, group)| (group.id.clone(), n)).collect();
        Self { groups, by_id }
    }

    /// All groups, ordered by path.
    #[must_use]
    pub fn all(&self) -> &[GroupRow] {
        &self.groups
    }

    /// The group with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&GroupRow> {
        self.by_id.get(id).map(|n| &self.groups[*n])
    }

    /// The groups that an endpoint in the fixed group `group` belongs to, the farthest first: fixed groups from the root, and
    /// at each depth the query groups whose parent it belongs to and whose query it matches. The last one is the nearest.
    #[must_use]
    pub fn chain(&self, group: &str, facts: &Facts) -> Vec<&GroupRow> {
        let Some(own) = self.find(group) else { return Vec::new() };
        let mut chain: Vec<&GroupRow> = self
            .groups
            .iter()
            .filter(|g| {
                if g.kind == "fixed" {
                    return own.id_path.starts_with(&g.id_path);
                }
                let inside = g
                    .parent_id
                    .as_deref()
                    .and_then(|p| self.find(p))
                    .is_some_and(|parent| own.id_path.starts_with(&parent.id_path));
                inside && g.query().is_some_and(|query| query.matches(facts))
            })
            .collect();
        // At one depth a query is nearer than a place, because it says more about the endpoint.
        chain.sort_by_key(|g| (g.depth(), g.kind != "fixed", g.path.clone()));
        chain
    }
}

/// The root group, made when there is none.
///
/// # Errors
/// When the database is away.
pub async fn ensure_root(ctx: &Context, name: &str) -> Result<GroupId, DbError> {
    let failed = |error| DbError::Transaction("make the root group in", error);
    let mut tx = ctx.db().write().await?;
    let root: Option<(String,)> = sqlx::query_as("SELECT id FROM endpoints_group WHERE parent_id IS NULL")
        .fetch_optional(tx.on())
        .await
        .map_err(failed)?;
    if let Some(id) = root.and_then(|(id,)| id.parse().ok()) {
        return Ok(id);
    }
    let id = GroupId::new();
    sqlx::query(
        "INSERT INTO endpoints_group (id, parent_id, name, path, id_path, kind, query, version)
         VALUES ($1, NULL, $2, '/', $3, 'fixed', NULL, 1)",
    )
    .bind(id.to_string())
    .bind(name)
    .bind(format!("/{id}/"))
    .execute(tx.on())
    .await
    .map_err(failed)?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, parent: Option<&str>, id_path: &str, query: Option<&str>) -> GroupRow {
        GroupRow {
            id: id.into(),
            parent_id: parent.map(str::to_owned),
            name: id.into(),
            path: id_path.into(),
            id_path: id_path.into(),
            kind: if query.is_some() { "query" } else { "fixed" }.into(),
            query: query.map(str::to_owned),
            version: 1,
        }
    }

    #[test]
    fn the_nearest_group_comes_last_and_a_query_group_is_nearer_than_its_parent() {
        let tree = Tree::new(vec![
            group("root", None, "/root/", None),
            group("hq", Some("root"), "/root/hq/", None),
            group("kei", Some("hq"), "/root/hq/kei/", None),
            group("linux", Some("root"), "/root/linux/", Some("os:linux")),
            group("other", Some("root"), "/root/other/", None),
            group("away", Some("other"), "/root/other/away/", Some("os:linux")),
        ]);
        let facts = Facts { os: "linux".into(), ..Facts::default() };
        let names: Vec<_> = tree.chain("kei", &facts).iter().map(|g| g.id.as_str()).collect();
        assert_eq!(names, ["root", "hq", "linux", "kei"]);
        let windows = Facts { os: "windows".into(), ..Facts::default() };
        assert_eq!(tree.chain("hq", &windows).len(), 2);
    }
}
