//! `GET /api/v1/vulnerabilities/appliances`: what runs on devices that nobody can look into.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{Row, rows};
use crate::{
    ends::DAY_US,
    finding::Severity,
    server::{
        api::{Offset, day_text, filter::FindingFilter},
        board::counted,
        ends,
    },
};

/// An appliance, and how it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ApplianceView {
    pub id: String,
    /// The asset that it is, where the ledger has it.
    pub asset_id: Option<String>,
    pub name: String,
    pub group_id: String,
    pub group_name: String,
    /// The name under which feeds speak of it.
    pub product: String,
    /// The version that it runs.
    pub release: String,
    /// `hand`, `banner`, `snmp`.
    pub how: String,
    pub at: Time,
    /// Open findings of the machine that it is.
    pub findings: u64,
    pub worst: Option<Severity>,
    /// `2026-11-30`: when nobody looks after this version any more, where that is known.
    pub ends_on: Option<String>,
    pub ended: bool,
    /// The row's version.
    pub version: i64,
}

/// How many findings a machine has, and the worst.
type Stands = HashMap<String, (u64, Option<Severity>)>;

/// List appliances
#[utoipa::path(get, path = "/api/v1/vulnerabilities/appliances", tag = "vulnerabilities", params(PageQuery),
    responses((status = 200, body = Page<ApplianceView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> ApiResult<Json<Page<ApplianceView>>> {
    let (limit, offset) = (paging.limit()?, paging.after::<Offset>()?.map_or(0, |place| place.offset));
    let rows = rows(&ctx, &caller, None).await?;
    let count = Count { value: rows.len() as u64, exact: true };
    let next = offset + limit as usize;
    let page: Vec<Row> = rows.into_iter().skip(offset).take(limit as usize + 1).collect();
    let items = views(&ctx, &caller, page).await?;
    Ok(Json(Page::cut(items, limit, count, |_| Offset { offset: next })))
}

/// How these stand.
pub(super) async fn views(ctx: &Context, caller: &Caller, rows: Vec<Row>) -> Result<Vec<ApplianceView>, ApiError> {
    let asked = FindingFilter::default().read(ctx, caller).await?;
    let ids: Vec<String> = rows.iter().map(|row| row.asset_id.clone().unwrap_or_else(|| row.id.clone())).collect();
    let today = ctx.now().micros().div_euclid(DAY_US);
    // Those who tell of ends name the product without its maker.
    let products: Vec<&str> = rows
        .iter()
        .flat_map(|row| [row.product.as_str(), row.product.rsplit(':').next().unwrap_or_default()])
        .collect();
    let ends = ends::days(ctx, &products).await?;
    let ends = ends.into_iter().filter_map(|(key, day)| Some((key, day?))).collect();
    let stands = counted(ctx, move |counted| {
        let view = asked.view(counted);
        let board = &counted.board;
        ids.into_iter()
            .filter_map(|id| board.machine(&id).map(|at| (id, &board.machines[at])))
            .map(|(id, machine)| {
                let open = view.findings(machine).fold((0_u64, None::<Severity>), |(count, worst), shown| {
                    (count + 1, worst.max(Some(shown.seen.severity)))
                });
                (id, open)
            })
            .collect::<Stands>()
    })
    .await?;
    let view = |row: Row| {
        let machine = row.asset_id.as_ref().unwrap_or(&row.id);
        let (findings, worst) = stands.get(machine).copied().unwrap_or_default();
        let end = end_of(&ends, &row.product, &row.version);
        ApplianceView {
            findings,
            worst,
            ends_on: end.map(day_text),
            ended: end.is_some_and(|day| day < today),
            id: row.id,
            asset_id: row.asset_id,
            name: row.name,
            group_id: row.group_id,
            group_name: row.group_name,
            product: row.product,
            release: row.version,
            how: row.how,
            at: Time::from_micros(row.at),
            version: row.edition,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The end of the cycle that a version belongs to: `7.2.4` to `7.2`, else to `7`.
fn end_of(ends: &HashMap<(String, String), i64>, product: &str, version: &str) -> Option<i64> {
    // Those who tell of ends name the product without its maker.
    let names = [product, product.rsplit(':').next().unwrap_or(product)];
    let mut cycle = version;
    loop {
        let found = names.iter().find_map(|name| ends.get(&((*name).to_owned(), cycle.to_owned())));
        if let Some(day) = found {
            return Some(*day);
        }
        cycle = cycle.rsplit_once('.')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_ends_with_the_nearest_cycle_that_it_belongs_to() {
        let ends = [("fortios", "7.2", 10), ("fortios", "7", 5), ("fortinet:fortios", "6", 1)];
        let ends = ends.map(|(product, cycle, day)| ((product.to_owned(), cycle.to_owned()), day)).into();
        assert_eq!(end_of(&ends, "fortinet:fortios", "7.2.4"), Some(10));
        assert_eq!(end_of(&ends, "fortinet:fortios", "7.4.1"), Some(5));
        assert_eq!(end_of(&ends, "fortinet:fortios", "6.4"), Some(1));
        assert_eq!(end_of(&ends, "fortinet:fortios", "8.0"), None);
    }
}
