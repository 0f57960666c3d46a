//! `GET /api/v1/vulnerabilities/findings`: findings flat, one for each machine and package, for tables and other programs.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{
    Offset,
    filter::FindingFilter,
    finding::{PickedMachine, explain, pick},
};
use crate::{
    claim::Evidence,
    count::{Machine, Shown},
    finding::Severity,
    server::board::counted,
};

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingsQuery {
    /// At most so many findings; one that is in several packages is several items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A finding of one machine and one package.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlatFinding {
    asset_id: String,
    /// The machine's name.
    endpoint: String,
    package: String,
    installed: String,
    /// Empty where there is none.
    fixed: String,
    /// Who says so: a feed, or the updater.
    source: String,
    severity: Severity,
    /// The weakness; empty where only the updater speaks.
    cve: String,
    evidence: Vec<Evidence>,
    since: Time,
    overdue: bool,
}

/// List findings
#[utoipa::path(get, path = "/api/v1/vulnerabilities/findings", tag = "vulnerabilities", params(FindingFilter, FindingsQuery),
    responses((status = 200, body = Page<FlatFinding>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(filter): Query<FindingFilter>,
    Query(query): Query<FindingsQuery>,
) -> ApiResult<Json<Page<FlatFinding>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, offset) = (paging.limit()?, paging.after::<Offset>()?.map_or(0, |place| place.offset));
    let asked = filter.read(&ctx, &caller).await?;
    let (picked, total) = counted(&ctx, move |counted| {
        let view = asked.view(counted);
        let mut machines: Vec<(&Machine, usize)> =
            view.machines().map(|machine| (machine, view.findings(machine).count())).filter(|(_, n)| *n > 0).collect();
        machines.sort_unstable_by(|(one, _), (other, _)| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        let total: usize = machines.iter().map(|(_, n)| n).sum();
        let (mut skip, mut left, mut picked) = (offset, limit as usize, Vec::<PickedMachine>::new());
        for (machine, findings) in machines {
            if left == 0 {
                break;
            }
            if skip >= findings {
                skip -= findings;
                continue;
            }
            let shown: Vec<Shown<'_>> = view.findings(machine).skip(skip).take(left).collect();
            (skip, left) = (0, left - shown.len());
            picked.push(pick(&view, machine, shown.into_iter()));
        }
        (picked, total)
    })
    .await?;
    let explained = explain(&ctx, &picked).await?;
    let mut items = Vec::new();
    for (machine, findings) in picked.into_iter().zip(explained) {
        for finding in findings {
            let mut packages: Vec<(String, String)> =
                finding.packages.into_iter().map(|one| (one.name, one.installed)).collect();
            if packages.is_empty() {
                packages.push((finding.subject, String::new()));
            }
            items.extend(packages.into_iter().map(|(package, installed)| FlatFinding {
                asset_id: machine.id.clone(),
                endpoint: machine.name.clone(),
                package,
                installed,
                fixed: finding.fixed.clone(),
                source: finding.feed.clone(),
                severity: finding.severity,
                cve: finding.weakness.clone().unwrap_or_default(),
                evidence: finding.evidence.clone(),
                since: finding.since,
                overdue: finding.overdue,
            }));
        }
    }
    let next = offset.saturating_add(limit as usize);
    let next_cursor = (next < total).then(|| yagura_server_kit::Cursor::write(&Offset { offset: next }));
    Ok(Json(Page { items, next_cursor, count: Count { value: total as u64, exact: true } }))
}
