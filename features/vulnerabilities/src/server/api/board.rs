//! `GET /api/v1/vulnerabilities/board`: how everything stands at a glance.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{day_text, filter::FindingFilter};
use crate::{
    claim::Part,
    count::{COLUMNS, Cell, Column, GroupTotals, Totals, totals},
    ends::DAY_US,
    finding::Severity,
    server::board::counted,
};

/// Days of the trend.
const TREND: i64 = 90;
/// A release that ends within so many days is shown before it does.
const ENDING: i64 = 180;

/// Whose machines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BoardQuery {
    /// Id of a group; its subgroups count too.
    group: Option<String>,
    /// `computer`, `server`, `network`.
    kind: Option<String>,
}

/// How all machines stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeaknessBoard {
    /// When it was counted last.
    counted_at: Time,
    machines: u64,
    /// With nothing open.
    current: u64,
    /// With something open.
    behind: u64,
    /// Of which nobody can say.
    unknown: u64,
    parts: Vec<BoardPart>,
    emergency: BoardEmergency,
    /// The worst first.
    severities: Vec<BoardSeverity>,
    /// Each group with all below it, those above first.
    groups: Vec<BoardGroup>,
    appeared_this_week: u64,
    fixed_this_week: u64,
    /// Findings that are lived with.
    excepted: u64,
    /// Findings that nobody can mend yet, or will.
    no_fix: u64,
    /// By day, of all kinds of machines.
    trend: Vec<BoardDay>,
    /// Releases that have ended, or will within 180 days, and that somebody has.
    ends: Vec<BoardEnd>,
    feeds: BoardFeeds,
}

/// Open findings of one part.
#[derive(Debug, Serialize, ToSchema)]
struct BoardPart {
    part: Part,
    machines: u64,
    findings: u64,
    overdue: u64,
}

/// What is exploited, or is likely to be soon.
#[derive(Debug, Serialize, ToSchema)]
struct BoardEmergency {
    machines: u64,
    findings: u64,
    weaknesses: u64,
}

/// Open findings of one severity.
#[derive(Debug, Serialize, ToSchema)]
struct BoardSeverity {
    severity: Severity,
    machines: u64,
    findings: u64,
    overdue: u64,
}

/// How a group stands.
#[derive(Debug, Serialize, ToSchema)]
struct BoardGroup {
    id: String,
    name: String,
    /// The names from the root.
    path: String,
    machines: u64,
    current: u64,
    behind: u64,
    unknown: u64,
    cells: Vec<BoardCell>,
}

/// Open findings of a group under one heading.
#[derive(Debug, Serialize, ToSchema)]
struct BoardCell {
    column: Column,
    machines: u64,
    findings: u64,
    worst: Option<Severity>,
}

/// One day.
#[derive(Debug, Default, Serialize, ToSchema)]
struct BoardDay {
    /// `2026-11-30`.
    day: String,
    behind: u64,
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    overdue: u64,
    appeared: u64,
    fixed: u64,
}

/// A release that ends.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BoardEnd {
    pub product: String,
    pub cycle: String,
    /// `2026-11-30`.
    pub ends_on: String,
    pub machines: u64,
    pub ended: bool,
}

/// How old what is known is.
#[derive(Debug, Serialize, ToSchema)]
struct BoardFeeds {
    /// So many are fetched or imported.
    count: u64,
    failing: u64,
    /// The good state that is oldest.
    oldest_good_at: Option<Time>,
}

/// Show how everything stands
#[utoipa::path(get, path = "/api/v1/vulnerabilities/board", tag = "vulnerabilities", params(BoardQuery),
    responses((status = 200, body = WeaknessBoard), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn board(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<BoardQuery>,
) -> ApiResult<Json<WeaknessBoard>> {
    let filter = FindingFilter { group: query.group.clone(), kind: query.kind, ..FindingFilter::default() };
    let asked = filter.read(&ctx, &caller).await?;
    let now = ctx.now();
    let today = now.micros().div_euclid(DAY_US);
    let mut board = counted(&ctx, move |counted| {
        let view = asked.view(counted);
        let totals = totals(&view);
        let groups = (0..).zip(&counted.board.groups).zip(&totals.groups);
        let groups = groups.filter(|((at, _), _)| view.sees(*at)).map(|((_, group), total)| BoardGroup {
            id: group.id.clone(),
            name: group.name.clone(),
            path: group.path.clone(),
            machines: total.machines,
            current: total.current,
            behind: total.behind,
            unknown: total.unknown,
            cells: COLUMNS.iter().zip(&total.cells).map(|(column, cell)| BoardCell::new(*column, cell)).collect(),
        });
        WeaknessBoard {
            groups: groups.collect(),
            ends: ends(&counted.board.cycles, &totals, today),
            ..WeaknessBoard::new(counted.at.unwrap_or(now), &totals.all, totals.emergencies)
        }
    })
    .await?;
    board.trend = trend(&ctx, &caller, query.group.as_deref().unwrap_or_default(), today).await?;
    let week = board.trend.iter().filter(|one| one.day > day_text(today - 7));
    let (appeared, fixed) = week.fold((0, 0), |(appeared, fixed), day| (appeared + day.appeared, fixed + day.fixed));
    (board.appeared_this_week, board.fixed_this_week) = (appeared, fixed);
    board.feeds = feeds(&ctx).await?;
    Ok(Json(board))
}

impl WeaknessBoard {
    fn new(counted_at: Time, all: &GroupTotals, weaknesses: u64) -> Self {
        let parts = [Part::Os, Part::Patches, Part::ThirdParty, Part::Remote];
        let part = |(part, cell): (Part, &Cell)| BoardPart {
            part,
            machines: cell.machines,
            findings: cell.findings,
            overdue: cell.overdue,
        };
        let severity = |severity: Severity| {
            let cell = all.severities[severity as usize];
            BoardSeverity { severity, machines: cell.machines, findings: cell.findings, overdue: cell.overdue }
        };
        let [.., emergency] = all.cells;
        Self {
            counted_at,
            machines: all.machines,
            current: all.current,
            behind: all.behind,
            unknown: all.unknown,
            parts: parts.into_iter().zip(&all.cells).map(part).collect(),
            emergency: BoardEmergency { machines: emergency.machines, findings: emergency.findings, weaknesses },
            severities: Severity::ALL.into_iter().map(severity).collect(),
            groups: Vec::new(),
            appeared_this_week: 0,
            fixed_this_week: 0,
            excepted: all.excepted,
            no_fix: all.no_fix,
            trend: Vec::new(),
            ends: Vec::new(),
            feeds: BoardFeeds { count: 0, failing: 0, oldest_good_at: None },
        }
    }
}

impl BoardCell {
    fn new(column: Column, cell: &Cell) -> Self {
        Self { column, machines: cell.machines, findings: cell.findings, worst: cell.worst }
    }
}

fn ends(cycles: &[crate::count::Cycle], totals: &Totals, today: i64) -> Vec<BoardEnd> {
    let mut ends: Vec<(i64, BoardEnd)> = Vec::new();
    for (at, machines) in &totals.cycles {
        let Some(cycle) = cycles.get(*at as usize) else { continue };
        let Some(day) = cycle.ends_on.filter(|day| *day <= today + ENDING) else { continue };
        let end = BoardEnd {
            product: cycle.product.clone(),
            cycle: cycle.cycle.clone(),
            ends_on: day_text(day),
            machines: *machines,
            ended: day < today,
        };
        ends.push((day, end));
    }
    ends.sort_by_key(|(day, _)| *day);
    ends.into_iter().map(|(_, end)| end).collect()
}

/// Days of the groups that the caller sees, together.
async fn trend(ctx: &Context, caller: &Caller, group: &str, today: i64) -> Result<Vec<BoardDay>, ApiError> {
    const SUMS: [&str; 8] = ["behind", "critical", "high", "medium", "low", "overdue", "appeared", "fixed"];
    let sums: Vec<String> = SUMS.iter().map(|name| format!("CAST(SUM(d.{name}) AS BIGINT)")).collect();
    let sql = format!(
        "SELECT d.day, {} FROM vulnerabilities_day d JOIN endpoints_group g ON g.id = d.group_id
         WHERE d.day > $1 AND {} AND ($3 = '' OR g.id_path LIKE (SELECT top.id_path FROM endpoints_group top WHERE top.id = $3) || '%')
         GROUP BY d.day ORDER BY d.day",
        sums.join(", "),
        visible("g.id", 2)
    );
    type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(today - TREND)
        .bind(caller.limit())
        .bind(group)
        .fetch_all(ctx.db().read())
        .await?;
    let day = |(day, behind, critical, high, medium, low, overdue, appeared, fixed): Row| BoardDay {
        day: day_text(day),
        behind: behind.unsigned_abs(),
        critical: critical.unsigned_abs(),
        high: high.unsigned_abs(),
        medium: medium.unsigned_abs(),
        low: low.unsigned_abs(),
        overdue: overdue.unsigned_abs(),
        appeared: appeared.unsigned_abs(),
        fixed: fixed.unsigned_abs(),
    };
    Ok(rows.into_iter().map(day).collect())
}

async fn feeds(ctx: &Context) -> Result<BoardFeeds, ApiError> {
    let (count, failing, oldest): (i64, i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN failure <> '' THEN 1 ELSE 0 END), 0) AS BIGINT), MIN(good_at)
         FROM vulnerabilities_feed WHERE removed = 0 AND (enabled = 1 OR good_at IS NOT NULL)",
    )
    .fetch_one(ctx.db().read())
    .await?;
    Ok(BoardFeeds {
        count: count.unsigned_abs(),
        failing: failing.unsigned_abs(),
        oldest_good_at: oldest.map(Time::from_micros),
    })
}
