//! All that decides about policies, read at one moment, and what follows from it for one endpoint.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use sqlx::FromRow;
use tokio::{sync::Mutex, time::Instant};
use yagura_channel::wire::policy::{Grant, PolicyDocument};
use yagura_endpoints::{Facts, GroupRow, Tree};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use crate::{
    Effective, Inherit, Layer, PolicySpec, PolicySpecs, resolve,
    ring::{Ring, within},
};

/// One version of a group's policy.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct VersionRow {
    pub id: String,
    pub feature: String,
    pub group_id: String,
    pub version: i64,
    pub inherit: String,
    pub value: String,
    pub comment: String,
    pub created_at: i64,
    pub created_by: String,
    pub removed: i64,
    pub rings: String,
    pub ring: i64,
    pub paused: i64,
}

pub(crate) const VERSION_COLUMNS: &str =
    "id, feature, group_id, version, inherit, value, comment, created_at, created_by,
     removed, rings, ring, paused";

impl VersionRow {
    pub(crate) fn rings(&self) -> Vec<Ring> {
        serde_json::from_str(&self.rings).unwrap_or_else(|_| crate::ring::AT_ONCE.to_vec())
    }

    pub(crate) fn percent(&self) -> u8 {
        let rings = self.rings();
        let ring = usize::try_from(self.ring).unwrap_or(0).min(rings.len().saturating_sub(1));
        rings.get(ring).map_or(100, |ring| ring.percent)
    }

    pub(crate) fn inherit(&self) -> Inherit {
        if self.inherit == "add" { Inherit::Add } else { Inherit::Replace }
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.value).unwrap_or(Value::Null)
    }
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct GrantRow {
    pub id: String,
    pub feature: String,
    pub person_id: Option<String>,
    pub account: Option<String>,
    pub endpoint_id: Option<String>,
    pub group_id: Option<String>,
    pub value: String,
    pub starts_at: i64,
    pub expires_at: i64,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct EndpointRow {
    pub id: String,
    pub hostname: String,
    pub os: String,
    pub os_name: String,
    pub agent_version: String,
    pub ip: Option<String>,
    pub group_id: String,
    pub features: String,
}

impl EndpointRow {
    fn facts(&self) -> Facts {
        Facts {
            hostname: self.hostname.clone(),
            os: self.os.clone(),
            os_name: self.os_name.clone(),
            agent_version: self.agent_version.clone(),
            ip: self.ip.clone().unwrap_or_default(),
        }
    }
}

/// Who decided a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub group: String,
    pub version: i64,
}

/// Everything that decides, at one moment.
pub(crate) struct Outlook {
    all: Arc<All>,
    now: Time,
}

/// Everything that decides.
#[derive(Clone)]
pub(crate) struct All {
    pub tree: Tree,
    /// All versions, by (feature, group), the newest first.
    versions: BTreeMap<(String, String), Vec<VersionRow>>,
    grants: Vec<GrantRow>,
}

impl Deref for Outlook {
    type Target = All;

    fn deref(&self) -> &All {
        &self.all
    }
}

impl All {
    async fn load(ctx: &Context) -> Result<Self, ApiError> {
        let rows: Vec<VersionRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {VERSION_COLUMNS} FROM policy_version ORDER BY version DESC"
        )))
        .fetch_all(ctx.db().read())
        .await?;
        let grants = sqlx::query_as(
            "SELECT id, feature, person_id, account, endpoint_id, group_id, value, starts_at, expires_at
             FROM policy_grant WHERE revoked_at IS NULL AND expires_at > $1 ORDER BY created_at, id",
        )
        .bind(ctx.now().micros())
        .fetch_all(ctx.db().read())
        .await?;
        let mut versions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in rows {
            versions.entry((row.feature.clone(), row.group_id.clone())).or_default().push(row);
        }
        Ok(Self { tree: Tree::load(ctx).await?, versions, grants })
    }
}

/// What was read last. Thousands of agents may ask within a second of each other, and the answer is the same for all.
#[derive(Default)]
pub(crate) struct Cache {
    /// Counts what was decided, so that what was read before is not kept after.
    decisions: AtomicU64,
    read: Mutex<Option<(u64, Instant, Arc<All>)>>,
}

/// Another server of the same database may decide too; this one hears of it so much later at most.
const CACHED: Duration = Duration::from_secs(1);

impl Cache {
    /// Something was decided: what was read before no longer counts.
    pub(crate) fn forget(&self) {
        self.decisions.fetch_add(1, Ordering::SeqCst);
    }

    async fn get(&self, ctx: &Context) -> Result<Arc<All>, ApiError> {
        let decisions = self.decisions.load(Ordering::SeqCst);
        // Held while it is read, so that of many who ask at once one reads.
        let mut read = self.read.lock().await;
        if let Some((known, at, all)) = &*read
            && *known >= decisions
            && at.elapsed() < CACHED
        {
            return Ok(Arc::clone(all));
        }
        let decisions = self.decisions.load(Ordering::SeqCst);
        let at = Instant::now();
        let all = Arc::new(All::load(ctx).await?);
        *read = Some((decisions, at, Arc::clone(&all)));
        Ok(all)
    }
}

impl Outlook {
    /// Everything that decides now, for somebody who is about to change it.
    pub(crate) async fn load(ctx: &Context) -> Result<Self, ApiError> {
        Ok(Self { all: Arc::new(All::load(ctx).await?), now: ctx.now() })
    }

    /// Everything that decided a moment ago at least, and all that was decided on this server.
    pub(crate) async fn recent(ctx: &Context) -> Result<Self, ApiError> {
        Ok(Self { all: ctx.part::<Cache>().get(ctx).await?, now: ctx.now() })
    }

    /// The newest version of a group's policy, if it was not taken back.
    pub(crate) fn newest(&self, feature: &str, group: &str) -> Option<&VersionRow> {
        self.versions.get(&(feature.to_owned(), group.to_owned()))?.first().filter(|row| row.removed == 0)
    }

    /// A draft, as if it were the newest version, for everybody.
    pub(crate) fn with_draft(&mut self, feature: &str, group: &str, inherit: Inherit, value: &Value) {
        let inherit = if inherit == Inherit::Add { "add" } else { "replace" };
        let draft = VersionRow {
            id: "draft".to_owned(),
            feature: feature.to_owned(),
            group_id: group.to_owned(),
            version: i64::MAX,
            inherit: inherit.to_owned(),
            value: value.to_string(),
            comment: String::new(),
            created_at: 0,
            created_by: String::new(),
            removed: 0,
            rings: serde_json::to_string(&crate::ring::AT_ONCE).unwrap_or_default(),
            ring: 0,
            paused: 0,
        };
        let versions = &mut Arc::make_mut(&mut self.all).versions;
        versions.entry((feature.to_owned(), group.to_owned())).or_default().insert(0, draft);
    }

    pub(crate) fn chain(&self, endpoint: &EndpointRow) -> Vec<&GroupRow> {
        self.tree.chain(&endpoint.group_id, &endpoint.facts())
    }

    /// What holds on an endpoint before grants, and why.
    pub(crate) fn effective(&self, spec: &PolicySpec, endpoint: &EndpointRow) -> Effective<Source> {
        let layers: Vec<_> = self
            .chain(endpoint)
            .into_iter()
            .filter_map(|group| {
                let row = self.in_force(spec.feature, &group.id, &endpoint.id)?;
                let from = Source { group: group.id.clone(), version: row.version };
                Some(Layer { from, inherit: row.inherit(), value: row.value() })
            })
            .collect();
        resolve(&(spec.default)(), &layers)
    }

    /// The version of a group's policy that an endpoint has by now: the newest whose ring it is in.
    fn in_force(&self, feature: &str, group: &str, endpoint: &str) -> Option<&VersionRow> {
        let versions = self.versions.get(&(feature.to_owned(), group.to_owned()))?;
        versions.iter().find(|row| within(row.percent(), endpoint, &row.id)).filter(|row| row.removed == 0)
    }

    /// Grants for an endpoint. Those for a person name the accounts that are theirs on it.
    pub(crate) fn grants(&self, feature: &str, endpoint: &EndpointRow, accounts: &[(String, String)]) -> Vec<Grant> {
        let chain = self.chain(endpoint);
        let mut found = Vec::new();
        for grant in self.grants.iter().filter(|grant| grant.feature == feature) {
            let here = grant.endpoint_id.as_ref().is_none_or(|id| *id == endpoint.id)
                && grant.group_id.as_ref().is_none_or(|id| chain.iter().any(|group| group.id == *id));
            let Ok(id) = grant.id.parse() else { continue };
            if !here {
                continue;
            }
            let make = |account: Option<String>| Grant {
                id,
                account,
                value: serde_json::from_str(&grant.value).unwrap_or_default(),
                starts_at: Time::from_micros(grant.starts_at),
                expires_at: Time::from_micros(grant.expires_at),
            };
            match (&grant.person_id, &grant.account) {
                (Some(person), _) => {
                    let theirs = accounts.iter().filter(|(_, owner)| owner == person);
                    found.extend(theirs.map(|(account, _)| make(Some(account.clone()))));
                }
                (None, Some(account)) => found.push(make(Some(account.clone()))),
                (None, None) => found.push(make(None)),
            }
        }
        found
    }

    /// The documents for an endpoint, one per feature that its agent has.
    pub(crate) fn documents(
        &self,
        specs: &PolicySpecs,
        endpoint: &EndpointRow,
        accounts: &[(String, String)],
    ) -> Vec<PolicyDocument> {
        specs
            .0
            .iter()
            .filter(|spec| has_feature(endpoint, spec.feature))
            .map(|spec| PolicyDocument {
                feature: spec.feature.to_owned(),
                value: self.effective(spec, endpoint).value,
                grants: self.grants(spec.feature, endpoint, accounts),
            })
            .collect()
    }

    pub(crate) fn now(&self) -> Time {
        self.now
    }
}

/// Whether the endpoint's agent has the feature at all; an agent that has not said yet is given everything.
pub(crate) fn has_feature(endpoint: &EndpointRow, feature: &str) -> bool {
    let features: Vec<Value> = serde_json::from_str(&endpoint.features).unwrap_or_default();
    features.is_empty() || features.iter().any(|known| known["feature"] == feature)
}

const ENDPOINT: &str =
    "SELECT id, hostname, os, os_name, agent_version, ip, group_id, features FROM endpoints_endpoint";

pub(crate) async fn endpoint(ctx: &Context, id: &str) -> Result<EndpointRow, ApiError> {
    let sql = format!("{ENDPOINT} WHERE id = $1");
    let found = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    found.ok_or_else(|| ApiError::not_found("endpoint"))
}

pub(crate) async fn endpoints(ctx: &Context) -> Result<Vec<EndpointRow>, ApiError> {
    let sql = format!("{ENDPOINT} WHERE standing = 'active'");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?)
}

/// Accounts on an endpoint and the people they belong to: (uid or SID, person).
pub(crate) async fn accounts(ctx: &Context, endpoint: &str) -> Result<Vec<(String, String)>, ApiError> {
    Ok(sqlx::query_as(
        "SELECT account_id, person_id FROM people_account WHERE endpoint_id = $1 AND person_id IS NOT NULL
         ORDER BY account_id",
    )
    .bind(endpoint)
    .fetch_all(ctx.db().read())
    .await?)
}
