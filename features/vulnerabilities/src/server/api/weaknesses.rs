//! `GET /api/v1/vulnerabilities/weaknesses`: what is weak, each once.

use std::{cmp::Ordering, collections::HashMap};

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{Offset, filter::FindingFilter, told};
use crate::{
    claim::{Evidence, Part, Standing},
    count::{Board, OfWeakness, weaknesses},
    finding::Severity,
    server::board::{counted, time_of},
};

/// Subjects that are named in a list.
const SUBJECTS: usize = 5;

/// In which order, and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WeaknessesQuery {
    /// `machines`, `severity`, `score`, `epss`, `published`, `since`; with `-` before it downwards. `-severity` where it is not said.
    sort: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A weakness in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WeaknessSummary {
    #[serde(flatten)]
    pub head: WeaknessHead,
    /// What is weak by it, at most five.
    pub subjects: Vec<String>,
}

/// A weakness, and where it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WeaknessHead {
    /// `CVE-2026-1000`; `update:NAME` where only the updater says that something waits; `end:PRODUCT:CYCLE` of a release that has ended.
    pub id: String,
    pub title_ja: String,
    pub title_en: String,
    pub severity: Severity,
    /// CVSS; 0 where there is none.
    pub score: f64,
    /// Known to be exploited since.
    pub exploited_at: Option<Time>,
    /// The day until which those who warn of it want it mended.
    pub due_at: Option<Time>,
    /// Used by extortionists.
    pub ransomware: bool,
    /// How likely it is to be exploited within thirty days.
    pub epss: Option<f64>,
    pub part: Part,
    pub machines: u64,
    /// On so many of them it should have been mended.
    pub overdue: u64,
    /// Since when it is known on the first of them.
    pub since: Time,
    pub standing: Standing,
    /// A version without it; empty where there is none, or several.
    pub fixed: String,
    /// The surest evidence.
    pub evidence: Evidence,
}

impl WeaknessSummary {
    fn new(board: &Board, one: &OfWeakness) -> Self {
        let mut subjects: Vec<String> =
            one.findings.iter().map(|at| board.findings[*at as usize].subject.to_string()).collect();
        subjects.sort_unstable();
        subjects.truncate(SUBJECTS);
        Self { head: WeaknessHead::new(board, one), subjects }
    }
}

impl WeaknessHead {
    pub(super) fn new(board: &Board, one: &OfWeakness) -> Self {
        let weakness = &board.weaknesses[one.weakness as usize];
        Self {
            id: weakness.id.to_string(),
            title_ja: weakness.title_ja.to_string(),
            title_en: weakness.title_en.to_string(),
            severity: weakness.severity,
            score: weakness.score,
            exploited_at: weakness.exploited_at.map(Time::from_micros),
            due_at: weakness.due_at.map(Time::from_micros),
            ransomware: weakness.ransomware,
            epss: weakness.epss,
            part: one.part,
            machines: one.machines,
            overdue: one.overdue,
            since: time_of(one.since),
            standing: one.standing,
            fixed: String::new(),
            evidence: one.evidence,
        }
    }
}

/// List weaknesses
#[utoipa::path(get, path = "/api/v1/vulnerabilities/weaknesses", tag = "vulnerabilities", params(FindingFilter, WeaknessesQuery),
    responses((status = 200, body = Page<WeaknessSummary>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(filter): Query<FindingFilter>,
    Query(query): Query<WeaknessesQuery>,
) -> ApiResult<Json<Page<WeaknessSummary>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, offset) = (paging.limit()?, paging.after::<Offset>()?.map_or(0, |place| place.offset));
    let order = Order::read(query.sort.as_deref().unwrap_or("-severity"))?;
    let asked = filter.read(&ctx, &caller).await?;
    let (mut items, total) = counted(&ctx, move |counted| {
        let board = &counted.board;
        let mut found = weaknesses(&asked.view(counted));
        let total = found.len();
        order.cut(board, &mut found, offset.saturating_add(limit as usize + 1));
        let page = found.iter().skip(offset);
        (page.map(|one| WeaknessSummary::new(board, one)).collect::<Vec<_>>(), total)
    })
    .await?;
    let ids: Vec<&str> = items.iter().map(|item| item.head.id.as_str()).collect();
    let fixed: HashMap<String, String> = told::fixed(&ctx, &ids).await?;
    for item in &mut items {
        item.head.fixed = fixed.get(&item.head.id).cloned().unwrap_or_default();
    }
    let next = offset.saturating_add(limit as usize);
    let count = Count { value: total as u64, exact: true };
    Ok(Json(Page::cut(items, limit, count, |_| Offset { offset: next })))
}

/// By what is sorted, and which way.
struct Order {
    by: By,
    down: bool,
}

#[derive(Clone, Copy)]
enum By {
    Machines,
    Severity,
    Score,
    Epss,
    Published,
    Since,
}

impl Order {
    fn read(sort: &str) -> Result<Self, ApiError> {
        let (word, down) = sort.strip_prefix('-').map_or((sort, false), |word| (word, true));
        let by = match word {
            "machines" => By::Machines,
            "severity" => By::Severity,
            "score" => By::Score,
            "epss" => By::Epss,
            "published" => By::Published,
            "since" => By::Since,
            _ => {
                let message = format!("weaknesses cannot be sorted by `{sort}`");
                return Err(ApiError::invalid("?sort", "unknown", message));
            }
        };
        Ok(Self { by, down })
    }

    /// Leaves the first `most`, in order. The others, mostly very many, are not sorted.
    fn cut(&self, board: &Board, found: &mut Vec<OfWeakness>, most: usize) {
        if most < found.len() {
            found.select_nth_unstable_by(most, |one, other| self.compare(board, one, other));
            found.truncate(most);
        }
        found.sort_unstable_by(|one, other| self.compare(board, one, other));
    }

    fn compare(&self, board: &Board, one: &OfWeakness, other: &OfWeakness) -> Ordering {
        let (a, b) = (&board.weaknesses[one.weakness as usize], &board.weaknesses[other.weakness as usize]);
        let order = match self.by {
            By::Machines => one.machines.cmp(&other.machines),
            // Among those of one severity the exploited ones, then the more likely ones, are worse.
            By::Severity => (a.severity, a.exploited_at.is_some())
                .cmp(&(b.severity, b.exploited_at.is_some()))
                .then(a.score.total_cmp(&b.score))
                .then(one.machines.cmp(&other.machines)),
            By::Score => a.score.total_cmp(&b.score),
            By::Epss => a.epss.unwrap_or(-1.0).total_cmp(&b.epss.unwrap_or(-1.0)),
            By::Published => a.published_at.cmp(&b.published_at),
            By::Since => one.since.cmp(&other.since),
        };
        let order = if self.down { order.reverse() } else { order };
        order.then_with(|| a.id.cmp(&b.id))
    }
}
