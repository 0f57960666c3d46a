//! `GET /api/v1/vulnerabilities/machines`: the machines behind a count.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_channel::server::Hub;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::{Time, id::EndpointId};

use super::{Offset, filter::FindingFilter};
use crate::{
    count::{Filter, Machine, State as Stands, View},
    finding::Severity,
    server::board::{Counted, counted, time_of},
};

/// Which machines besides, in which order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MachinesQuery {
    /// `current`, `behind`, `unknown`.
    state: Option<String>,
    /// `findings`, `worst`, `oldest`, `name`; with `-` before it downwards. `-worst` where it is not said.
    sort: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Open findings by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct FindingCounts {
    pub critical: u64,
    pub high: u64,
    pub medium: u64,
    pub low: u64,
    pub unknown: u64,
}

/// How a machine stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WeakMachine {
    /// The asset's id; of an appliance that the ledger does not have, its own.
    pub asset_id: String,
    pub endpoint_id: Option<String>,
    pub name: String,
    pub group_id: String,
    pub group_name: String,
    /// `computer`, `server`, `network`.
    pub kind: String,
    pub os: String,
    /// `debian:12`; empty where nobody can say.
    pub release: String,
    pub state: Stands,
    /// Everything that is open on it, whatever was asked for.
    pub counts: FindingCounts,
    pub overdue: u64,
    pub emergency: u64,
    /// So many updates wait, security or not.
    pub updates: u64,
    /// Since when the oldest is open.
    pub oldest_since: Option<Time>,
    pub last_seen_at: Option<Time>,
    pub online: bool,
}

impl WeakMachine {
    pub(super) fn new(view: &View<'_>, machine: &Machine) -> Self {
        let (mut counts, mut overdue, mut emergency, mut oldest) = (FindingCounts::default(), 0, 0, None::<u32>);
        for shown in view.all(machine).filter(|shown| shown.red) {
            let count = match shown.seen.severity {
                Severity::Critical => &mut counts.critical,
                Severity::High => &mut counts.high,
                Severity::Medium => &mut counts.medium,
                Severity::Low => &mut counts.low,
                Severity::Unknown => &mut counts.unknown,
            };
            *count += 1;
            overdue += u64::from(shown.overdue);
            emergency += u64::from(shown.seen.emergency);
            oldest = Some(oldest.map_or(shown.held.since(), |since| since.min(shown.held.since())));
        }
        let group = view.board.groups.get(machine.group as usize);
        Self {
            asset_id: machine.id.clone(),
            endpoint_id: machine.endpoint.clone(),
            name: machine.name.clone(),
            group_id: group.map(|group| group.id.clone()).unwrap_or_default(),
            group_name: group.map(|group| group.name.clone()).unwrap_or_default(),
            kind: machine.kind.to_string(),
            os: machine.os.to_string(),
            release: machine.release.to_string(),
            state: view.state(machine),
            counts,
            overdue,
            emergency,
            updates: machine.updates,
            oldest_since: oldest.map(time_of),
            last_seen_at: (machine.seen_at > 0).then(|| Time::from_micros(machine.seen_at)),
            online: false,
        }
    }

    /// Whether its agent is connected to this server now.
    pub(super) fn with_presence(mut self, ctx: &Context) -> Self {
        let endpoint: Option<EndpointId> = self.endpoint_id.as_deref().and_then(|id| id.parse().ok());
        self.online = endpoint.is_some_and(|endpoint| ctx.part::<Hub>().is_connected(endpoint));
        self
    }
}

/// List machines
///
/// Those that have a finding that is asked for; where nothing is asked of findings, all.
#[utoipa::path(get, path = "/api/v1/vulnerabilities/machines", tag = "vulnerabilities", params(FindingFilter, MachinesQuery),
    responses((status = 200, body = Page<WeakMachine>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(filter): Query<FindingFilter>,
    Query(query): Query<MachinesQuery>,
) -> ApiResult<Json<Page<WeakMachine>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, offset) = (paging.limit()?, paging.after::<Offset>()?.map_or(0, |place| place.offset));
    let order = Order::read(query.sort.as_deref().unwrap_or("-worst"))?;
    let state = state(query.state.as_deref())?;
    // Words may also be of the machine's name; what else is asked for holds for its findings then.
    let asked = filter.read(&ctx, &caller).await?;
    let named = FindingFilter { q: None, ..filter }.read(&ctx, &caller).await?;
    let (items, total) = counted(&ctx, move |counted| {
        let (view, named) = (asked.view(counted), named.view(counted));
        let mut found = found(counted, &asked.filter, &view, &named, state);
        let total = found.len();
        order.sort(&mut found);
        let page = found.into_iter().skip(offset).take(limit as usize + 1);
        (page.map(|one| WeakMachine::new(&view, one.machine)).collect::<Vec<_>>(), total)
    })
    .await?;
    let items = items.into_iter().map(|item| item.with_presence(&ctx)).collect();
    let next = offset.saturating_add(limit as usize);
    let count = Count { value: total as u64, exact: true };
    Ok(Json(Page::cut(items, limit, count, |_| Offset { offset: next })))
}

fn state(word: Option<&str>) -> Result<Option<Stands>, ApiError> {
    match word.unwrap_or_default() {
        "" => Ok(None),
        "current" => Ok(Some(Stands::Current)),
        "behind" => Ok(Some(Stands::Behind)),
        "unknown" => Ok(Some(Stands::Unknown)),
        _ => Err(ApiError::invalid("?state", "unknown", "one of current, behind, unknown")),
    }
}

/// A machine, and by what it is sorted.
struct Found<'a> {
    machine: &'a Machine,
    findings: usize,
    counts: [u32; 5],
    oldest: u32,
}

fn found<'a>(
    counted: &'a Counted,
    filter: &Filter,
    view: &View<'a>,
    named: &View<'a>,
    state: Option<Stands>,
) -> Vec<Found<'a>> {
    debug_assert!(std::ptr::eq(view.board, &raw const counted.board), "both views are of one board");
    let all = !filter.is_of_findings();
    let sorted = |view: &View<'a>, machine: &'a Machine| {
        let mut one = Found { machine, findings: 0, counts: [0; 5], oldest: u32::MAX };
        for shown in view.findings(machine) {
            one.findings += 1;
            // The worst stands first, so that arrays compare as people do.
            one.counts[4 - shown.seen.severity as usize] += 1;
            one.oldest = one.oldest.min(shown.held.since());
        }
        one
    };
    let has_words = |machine: &Machine| !filter.words.is_empty() && machine.name.to_lowercase().contains(&filter.words);
    let only_words = !Filter { words: String::new(), ..filter.clone() }.is_of_findings();
    let mut found = Vec::new();
    for machine in view.machines() {
        if state.is_some_and(|state| view.state(machine) != state) {
            continue;
        }
        let mut one = sorted(view, machine);
        if one.findings == 0 && has_words(machine) {
            one = sorted(named, machine);
            if one.findings > 0 || only_words {
                found.push(one);
            }
        } else if one.findings > 0 || all {
            found.push(one);
        }
    }
    found
}

#[derive(Clone, Copy)]
enum By {
    Findings,
    Worst,
    Oldest,
    Name,
}

struct Order {
    by: By,
    down: bool,
}

impl Order {
    fn read(sort: &str) -> Result<Self, ApiError> {
        let (word, down) = sort.strip_prefix('-').map_or((sort, false), |word| (word, true));
        let by = match word {
            "findings" => By::Findings,
            "worst" => By::Worst,
            "oldest" => By::Oldest,
            "name" => By::Name,
            _ => return Err(ApiError::invalid("?sort", "unknown", format!("machines cannot be sorted by `{sort}`"))),
        };
        Ok(Self { by, down })
    }

    fn sort(&self, found: &mut [Found<'_>]) {
        found.sort_unstable_by(|one, other| {
            let order = match self.by {
                By::Findings => one.findings.cmp(&other.findings),
                By::Worst => one.counts.cmp(&other.counts),
                By::Oldest => one.oldest.cmp(&other.oldest),
                By::Name => one.machine.name.cmp(&other.machine.name),
            };
            let order = if self.down { order.reverse() } else { order };
            order.then_with(|| (&one.machine.name, &one.machine.id).cmp(&(&other.machine.name, &other.machine.id)))
        });
    }
}
