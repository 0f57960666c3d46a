//! `GET /api/v1/rule-book/comparison`: which groups, endpoints or people rules answered to most often, and on which days.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use axum::extract::State;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::{Member, Tree, members};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};
use yagura_vocabulary::{Level, StoredEvent, Time};

use super::counted::{VIOLATIONS, each_violation};

/// Five quarters: a year and what it is compared with.
const LONGEST_S: u64 = 460 * 86_400;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ComparedBy {
    /// The groups right below one, each with all below it, and the endpoints that are in it itself.
    Group,
    /// Endpoints.
    Endpoint,
    /// People, or accounts that nobody has been assigned.
    Person,
}

/// What is compared, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparisonQuery {
    #[param(inline)]
    by: ComparedBy,
    /// Id of a fixed group: only what is in it and below; the root if left out.
    group: Option<String>,
    /// Only rules of this class.
    class: Option<String>,
    /// Events from this time on,
    since: Time,
    /// and before this time; at most 460 days later.
    until: Time,
    /// In which time zone days begin, by its name in the IANA database; `Asia/Tokyo` if left out.
    time_zone: Option<String>,
}

/// One of those that are compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct ComparedView {
    /// Id of the group, endpoint or person; null for an account that nobody has been assigned.
    id: Option<String>,
    name: String,
    /// How many events rules answered to.
    total: u64,
    /// Of them, how many were stopped.
    prohibited: u64,
    /// On how many endpoints.
    endpoints_with: u64,
    /// How many endpoints there are: those in use, and those that were when something happened there. Of a person, as `endpoints_with`.
    endpoints: u64,
    /// `total` divided by `endpoints`.
    average: f64,
    /// How many events of each class.
    classes: BTreeMap<String, u64>,
}

/// A day.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TrendView {
    /// `2026-11-17`.
    date: String,
    total: u64,
    /// On how many endpoints.
    endpoints_with: u64,
}

/// A comparison.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparisonView {
    /// The one with most events first. Groups are all there, endpoints and people only if there is something.
    items: Vec<ComparedView>,
    /// Days on which something happened, in order.
    days: Vec<TrendView>,
    /// How many events of each class there are without the filter for a class.
    classes: BTreeMap<String, u64>,
    /// Everything was counted. Otherwise the earliest are missing.
    complete: bool,
    /// What was counted, as a question for the log search; add the times.
    q: String,
}

/// Compare groups, endpoints or people
#[utoipa::path(get, path = "/api/v1/rule-book/comparison", tag = "rule-book", params(ComparisonQuery),
    responses((status = 200, body = ComparisonView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn comparison(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<ComparisonQuery>,
) -> ApiResult<Json<ComparisonView>> {
    let zone = params.time_zone.as_deref().unwrap_or("Asia/Tokyo");
    let zone = TimeZone::get(zone)
        .map_err(|_| ApiError::invalid("?time_zone", "unknown", "write the zone's name, as Asia/Tokyo".to_owned()))?;
    if params.until <= params.since || params.until.since(params.since).as_secs() > LONGEST_S {
        return Err(ApiError::invalid("?until", "out_of_range", "write a time after `since`, at most 460 days later"));
    }
    let tree = Tree::load(&ctx).await?;
    let top = match &params.group {
        None => tree.all().iter().find(|group| group.parent_id.is_none()),
        Some(id) => tree.find(id).filter(|group| group.kind == "fixed"),
    };
    let top = top.ok_or_else(|| ApiError::invalid("?group", "unknown", "there is no such fixed group"))?;
    let below = tree.all().iter().filter(|group| group.kind == "fixed" && group.parent_id.as_deref() == Some(&top.id));
    let members = members(&ctx, &caller).await?.into_iter().filter(|one| one.id_path.starts_with(&top.id_path));
    let members: HashMap<_, _> = members.map(|one| (one.id.clone(), one)).collect();
    // Whoever sees some groups only is not told which others there are.
    let seen = |path: &str| caller.limit().is_empty() || members.values().any(|one| one.id_path.starts_with(path));
    let groups =
        below.filter(|group| seen(&group.id_path)).map(|group| (group.id.clone(), group.name.clone())).collect();
    let names = if params.by == ComparedBy::Person { people(&ctx).await? } else { HashMap::new() };
    let mut compared = Compared {
        by: params.by,
        class: params.class.as_deref(),
        top: (top.id.clone(), top.name.clone(), top.id_path.clone()),
        groups,
        names,
        members,
        zone: &zone,
        items: HashMap::new(),
        days: BTreeMap::new(),
        classes: BTreeMap::new(),
    };
    let complete =
        each_violation(&ctx, &caller, VIOLATIONS, (params.since, params.until), |stored| compared.add(stored)).await?;
    let q = match params.class.as_deref() {
        None => VIOLATIONS.to_owned(),
        // Rules may have no class.
        Some("") => format!("({VIOLATIONS}) -class:*"),
        Some(class) => format!("({VIOLATIONS}) class:\"{}\"", class.replace(['"', '\\'], "")),
    };
    Ok(Json(compared.view(complete, q)))
}

/// People by their ids.
async fn people(ctx: &Context) -> Result<HashMap<String, String>, ApiError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT id, name FROM people_person").fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().collect())
}

/// Whom something is counted for: an id, if there is one, and a name.
type Key = (Option<String>, String);

#[derive(Default)]
struct Counts {
    total: u64,
    prohibited: u64,
    endpoints: HashSet<String>,
    classes: BTreeMap<String, u64>,
}

struct Compared<'a> {
    by: ComparedBy,
    class: Option<&'a str>,
    /// Id, name and path of the group in which everything lies.
    top: (String, String, String),
    /// The groups right below it.
    groups: Vec<(String, String)>,
    /// People by their ids.
    names: HashMap<String, String>,
    /// Endpoints by their ids.
    members: HashMap<String, Member>,
    zone: &'a TimeZone,
    items: HashMap<Key, Counts>,
    days: BTreeMap<String, (u64, BTreeSet<String>)>,
    classes: BTreeMap<String, u64>,
}

impl Compared<'_> {
    fn add(&mut self, stored: &StoredEvent) {
        let endpoint = stored.endpoint.to_string();
        let event = &stored.event;
        let Some(member) = self.members.get(&endpoint) else { return };
        let class = event.class.clone().unwrap_or_default();
        *self.classes.entry(class.clone()).or_default() += 1;
        if self.class.is_some_and(|wanted| wanted != class) {
            return;
        }
        let key = match self.by {
            ComparedBy::Group => self.group_of(member),
            ComparedBy::Endpoint => (Some(endpoint.clone()), member.hostname.clone()),
            ComparedBy::Person => match stored.person.map(|person| person.to_string()) {
                Some(id) => {
                    let name = self.names.get(&id).cloned().unwrap_or_else(|| id.clone());
                    (Some(id), name)
                }
                None => {
                    let account = event.account.as_ref().map_or("-", |account| account.name.as_str());
                    (None, format!("{} / {account}", member.hostname))
                }
            },
        };
        let counts = self.items.entry(key).or_default();
        counts.total += 1;
        counts.prohibited += u64::from(event.level == Level::Prohibited);
        counts.endpoints.insert(endpoint.clone());
        *counts.classes.entry(class).or_default() += 1;
        let at = Timestamp::from_microsecond(event.occurred_at.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
        let day = self.days.entry(at.to_zoned(self.zone.clone()).date().to_string()).or_default();
        day.0 += 1;
        day.1.insert(endpoint);
    }

    /// The group right below the top that an endpoint lies in, or the top itself.
    fn group_of(&self, member: &Member) -> Key {
        let (id, name, path) = &self.top;
        let below = member.id_path[path.len()..].split('/').next().unwrap_or_default();
        let found = self.groups.iter().find(|(id, _)| id == below);
        let (id, name) = found.map_or((id, name), |(id, name)| (id, name));
        (Some(id.clone()), name.clone())
    }

    fn view(mut self, complete: bool, q: String) -> ComparisonView {
        // What is there to happen something on: also where nothing did.
        let mut there: HashMap<Key, HashSet<String>> = HashMap::new();
        for member in self.members.values().filter(|member| member.standing == "active") {
            let key = match self.by {
                ComparedBy::Group => self.group_of(member),
                ComparedBy::Endpoint => (Some(member.id.clone()), member.hostname.clone()),
                ComparedBy::Person => continue,
            };
            there.entry(key).or_default().insert(member.id.clone());
        }
        if self.by == ComparedBy::Group {
            let calm = self.groups.clone().into_iter().map(|(id, name)| (Some(id), name));
            // The group itself stands among them where it has endpoints of its own.
            for key in calm.chain(there.keys().cloned()).collect::<Vec<_>>() {
                self.items.entry(key).or_default();
            }
        }
        let view = |((id, name), counts): (Key, Counts)| {
            let mut endpoints = there.remove(&(id.clone(), name.clone())).unwrap_or_default();
            endpoints.extend(counts.endpoints.iter().cloned());
            let (with, all) = (counts.endpoints.len() as u64, endpoints.len() as u64);
            #[expect(clippy::cast_precision_loss, reason = "an average of at most 50,000 events")]
            let average = if all == 0 { 0.0 } else { counts.total as f64 / all as f64 };
            let Counts { total, prohibited, classes, .. } = counts;
            ComparedView { id, name, total, prohibited, endpoints_with: with, endpoints: all, average, classes }
        };
        let mut items: Vec<_> = std::mem::take(&mut self.items).into_iter().map(view).collect();
        items.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
        let day = |(date, (total, endpoints)): (String, (u64, BTreeSet<String>))| TrendView {
            date,
            total,
            endpoints_with: endpoints.len() as u64,
        };
        let days = self.days.into_iter().map(day).collect();
        ComparisonView { items, days, classes: self.classes, complete, q }
    }
}
