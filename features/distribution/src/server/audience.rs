//! Who is meant by a rollout, in which ring, and which of them cannot have it.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_endpoints::{Facts, Tree, visible};
use yagura_policy::values;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{
    Id, Time,
    id::{EndpointId, GroupId},
};

use super::plan::{MOST_ENDPOINTS, NewRollout, Plan, RolloutItem, RolloutTargets};
use crate::{
    DistributionPolicy, FEATURE,
    allot::{Wants, allot},
    architecture::{self, may_be_for},
    decide::{Decision, Moment, Refusal, decide},
    model::Job,
    near::{NearOutlook, outlook},
};

/// Why an endpoint cannot have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RolloutObstacle {
    /// Its policy does not allow it.
    NotAllowed,
    /// Its policy does not allow scripts with this interpreter.
    Interpreter,
    /// The windows of the rollout and of its policy are never open at the same time.
    NoWindow,
    /// Its agent does not know how yet.
    TooOld,
    /// The packages are for another package system.
    OtherSystem,
    /// The packages are for machines of another architecture.
    OtherArchitecture,
    /// It waits for an administrator's approval.
    NotInService,
}

impl RolloutObstacle {
    /// What is written down of it.
    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::NotAllowed => "the endpoint's policy (distribution: allowed) does not allow it",
            Self::Interpreter => "the endpoint's policy (distribution: interpreters) does not allow this interpreter",
            Self::NoWindow => {
                "the rollout's windows and those of the endpoint's policy are never open at the same time"
            }
            Self::TooOld => "the endpoint's agent is too old for this",
            Self::OtherSystem => "the packages are for another package system",
            Self::OtherArchitecture => "the packages are for machines of another architecture",
            Self::NotInService => "the endpoint waits for an administrator's approval",
        }
    }
}

/// One endpoint that is meant.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) endpoint: EndpointId,
    pub(super) hostname: String,
    pub(super) cannot: Option<RolloutObstacle>,
    /// Whether it would have the content from neighbours, and give it to them.
    pub(super) near: NearOutlook,
}

#[derive(Debug, Clone, FromRow)]
struct Row {
    id: String,
    hostname: String,
    standing: String,
    os: String,
    os_name: String,
    agent_version: String,
    ip: Option<String>,
    group_id: String,
    features: String,
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

    /// What is in the way, as far as the server knows. The endpoint judges for itself in any case.
    fn obstacle(
        &self,
        policy: &DistributionPolicy,
        job: &Job,
        (system, fits): (Option<&str>, bool),
        now: Time,
    ) -> Option<RolloutObstacle> {
        let features: Vec<Value> = serde_json::from_str(&self.features).unwrap_or_default();
        if self.standing != "active" {
            return Some(RolloutObstacle::NotInService);
        }
        if !features.iter().any(|known| known["feature"] == FEATURE) {
            return Some(RolloutObstacle::TooOld);
        }
        // Whoever is there, and in whatever zone it is: only what never changes is asked for.
        match decide(policy, job, None, Moment { now, offset_s: 0, people: false }) {
            Decision::Refused(Refusal::Interpreter) => Some(RolloutObstacle::Interpreter),
            Decision::Refused(Refusal::NoWindow) => Some(RolloutObstacle::NoWindow),
            Decision::Refused(Refusal::NotAllowed | Refusal::Senseless(_)) => Some(RolloutObstacle::NotAllowed),
            _ if system.is_some_and(|system| !may_have(&self.os, &self.os_name, system)) => {
                Some(RolloutObstacle::OtherSystem)
            }
            _ if !fits => Some(RolloutObstacle::OtherArchitecture),
            _ => None,
        }
    }
}

/// Whether a system of this name may have this package system. One that is not known may.
fn may_have(os: &str, name: &str, system: &str) -> bool {
    const DEB: &[&str] = &["debian", "ubuntu", "mint", "raspbian", "pop!_os", "kali"];
    const RPM: &[&str] =
        &["red hat", "rhel", "fedora", "centos", "rocky", "alma", "oracle", "suse", "amazon", "miracle"];
    if os != "linux" {
        return false;
    }
    let name = name.to_lowercase();
    let other = if system == "deb" { RPM } else { DEB };
    !other.iter().any(|word| name.contains(word))
}

/// The endpoints of each ring, and what is in the way of those that cannot have it.
///
/// # Errors
/// A target is unknown to the caller, or there are none or too many; or the database is away.
pub(super) async fn audience(
    ctx: &Context,
    caller: &Caller,
    ask: &NewRollout,
    plan: &Plan,
) -> Result<Vec<Vec<Member>>, ApiError> {
    let sql = format!(
        "SELECT e.id AS id, e.hostname AS hostname, e.standing AS standing, e.os AS os, e.os_name AS os_name,
         e.agent_version AS agent_version, e.ip AS ip, e.group_id AS group_id, e.features AS features
         FROM endpoints_endpoint e WHERE e.standing <> 'retired' AND {} ORDER BY e.id",
        visible("e.group_id", 1)
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    let known: HashMap<&str, usize> = rows.iter().enumerate().map(|(at, row)| (row.id.as_str(), at)).collect();
    let tree = Tree::load(ctx).await?;
    let seen = seen_groups(ctx, caller).await?;
    // Which groups each endpoint belongs to is worked out once, and only where a group is meant.
    let any_group = !ask.targets.groups.is_empty() || ask.rings.iter().any(|ring| !ring.targets.groups.is_empty());
    let mut members: HashMap<&str, Vec<usize>> = HashMap::new();
    if any_group {
        for (at, row) in rows.iter().enumerate() {
            for group in tree.chain(&row.group_id, &row.facts()) {
                members.entry(group.id.as_str()).or_default().push(at);
            }
        }
    }
    let meant = |targets: &RolloutTargets, pointer: &str| -> Result<Vec<usize>, ApiError> {
        let mut found = Vec::new();
        for (at, group) in targets.groups.iter().enumerate() {
            check_group(*group, &tree, seen.as_ref(), &format!("{pointer}/groups/{at}"))?;
            found.extend(members.get(group.to_string().as_str()).into_iter().flatten().copied());
        }
        for (at, id) in targets.endpoints.iter().enumerate() {
            let Some(row) = known.get(id.to_string().as_str()) else {
                let what = format!("{id}: there is no such endpoint in service, or you may not see it");
                return Err(ApiError::invalid(&format!("{pointer}/endpoints/{at}"), "unknown", what));
            };
            found.push(*row);
        }
        Ok(found)
    };
    let mut pool = meant(&ask.targets, "/targets")?;
    // Ids sort by age: shares are to be mixed, and the same each time that it is looked at.
    pool.sort_by_cached_key(|at| mixed(&rows[*at].id));
    let mut wants = Vec::with_capacity(ask.rings.len());
    for (at, ring) in ask.rings.iter().enumerate() {
        wants.push(Wants { named: meant(&ring.targets, &format!("/rings/{at}/targets"))?, share: ring.share });
    }
    let rings = allot(&wants, &pool);
    let count: usize = rings.iter().map(Vec::len).sum();
    if count == 0 {
        return Err(ApiError::invalid("/rings", "empty", "no endpoint in service is meant that you may see"));
    }
    if count > MOST_ENDPOINTS {
        let what = format!("a rollout reaches at most {MOST_ENDPOINTS} endpoints");
        return Err(ApiError::invalid("/rings", "too_many", what));
    }
    let policies = values(ctx, FEATURE).await?;
    let machines = machines(ctx, plan).await?;
    let fits = |id: &str| {
        let machine = machines.get(id).map_or("", String::as_str);
        plan.items.iter().all(|item| may_be_for(&item.architecture, machine))
    };
    let (now, system) = (ctx.now(), plan.package_system());
    let job = plan.job(Id::new(), 1, ask.times(now).1);
    let sizes = plan.sizes(ctx).await?;
    let member = |at: &usize| {
        let row = &rows[*at];
        let policy = policies.get(&row.id).cloned().unwrap_or_default();
        let policy: DistributionPolicy = serde_json::from_value(policy).unwrap_or_default();
        let endpoint = row.id.parse().map_err(|error| ApiError::unavailable(&error))?;
        let cannot = row.obstacle(&policy, &job, (system, fits(&row.id)), now);
        Ok(Member { endpoint, hostname: row.hostname.clone(), cannot, near: outlook(&policy.neighbours, &sizes) })
    };
    rings.iter().map(|ring| ring.iter().map(member).collect()).collect()
}

/// What the inventory of each endpoint says that it is (`uname -m`), where that matters.
async fn machines(ctx: &Context, plan: &Plan) -> Result<HashMap<String, String>, ApiError> {
    let matters = |item: &RolloutItem| architecture::machines().any(|machine| !may_be_for(&item.architecture, machine));
    if !plan.items.iter().any(matters) {
        return Ok(HashMap::new());
    }
    // An inventory is long, and one word of it is wanted of each: the database finds it. The words are ours.
    let cases: Vec<String> = architecture::machines()
        .map(|machine| format!("WHEN s.facts LIKE '%\"architecture\":\"{machine}\"%' THEN '{machine}'"))
        .collect();
    let sql = format!(
        "SELECT s.source_key, CASE {} ELSE '' END FROM assets_sighting s WHERE s.source = 'agent'",
        cases.join(" ")
    );
    let rows: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().collect())
}

/// How many cannot, and why.
pub(super) fn obstacles(rings: &[Vec<Member>]) -> BTreeMap<RolloutObstacle, u64> {
    let mut counts = BTreeMap::new();
    for obstacle in rings.iter().flatten().filter_map(|member| member.cannot) {
        *counts.entry(obstacle).or_default() += 1;
    }
    counts
}

/// The groups that the caller sees; `None` for all.
async fn seen_groups(ctx: &Context, caller: &Caller) -> Result<Option<HashSet<String>>, ApiError> {
    if caller.limit().is_empty() {
        return Ok(None);
    }
    let sql = format!("SELECT g.id FROM endpoints_group g WHERE {}", visible("g.id", 1));
    let rows: Vec<(String,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    Ok(Some(rows.into_iter().map(|(id,)| id).collect()))
}

fn check_group(group: GroupId, tree: &Tree, seen: Option<&HashSet<String>>, pointer: &str) -> Result<(), ApiError> {
    let id = group.to_string();
    if tree.find(&id).is_none() || seen.is_some_and(|seen| !seen.contains(&id)) {
        return Err(ApiError::invalid(pointer, "unknown", "there is no such group, or you may not see it"));
    }
    Ok(())
}

/// A number that mixes ids and is the same in each release.
fn mixed(id: &str) -> [u8; 8] {
    let digest = ring::digest::digest(&ring::digest::SHA256, id.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_ref()[..8]);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_go_where_their_package_system_may_be() {
        assert!(may_have("linux", "Debian GNU/Linux 12 (bookworm)", "deb"));
        assert!(may_have("linux", "AlmaLinux 9.4", "rpm"));
        assert!(may_have("linux", "Something of our own", "rpm"));
        assert!(!may_have("linux", "Ubuntu 24.04", "rpm"));
        assert!(!may_have("linux", "Red Hat Enterprise Linux 9", "deb"));
        assert!(!may_have("windows", "Windows 11", "deb"));
    }
}
