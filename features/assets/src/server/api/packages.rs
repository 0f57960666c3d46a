//! `GET /api/v1/assets/packages`: what is installed in the organisation, and on how many machines.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use crate::server::ledger::fold;

/// Which packages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PackagesQuery {
    /// The beginning of the name; full and half width, upper and lower case are the same.
    q: Option<String>,
    /// The package system: `dpkg`, `rpm`, `flatpak`.
    source: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A package in one version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PackageView {
    name: String,
    version: String,
    publisher: String,
    source: String,
    architecture: String,
    /// On so many machines.
    machines: u64,
    /// When it was first seen on one.
    first_at: Time,
}

#[derive(FromRow)]
struct Row {
    number: i64,
    folded: String,
    architecture: String,
    name: String,
    version: String,
    publisher: String,
    source: String,
    machines: i64,
    first_at: i64,
}

/// List installed packages
#[utoipa::path(get, path = "/api/v1/assets/packages", tag = "assets", params(PackagesQuery),
    responses((status = 200, body = Page<PackageView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn packages(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<PackagesQuery>,
) -> ApiResult<Json<Page<PackageView>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let (after_name, after_version, after_number): (String, String, i64) =
        paging.after()?.unwrap_or((String::new(), String::new(), -1));
    let prefix = query.q.as_deref().map(fold).unwrap_or_default();
    let source = query.source.unwrap_or_default();
    // A range instead of LIKE, so that the index serves.
    let matching = "folded >= $1 AND folded < $1 || '\u{10ffff}' AND ($2 = '' OR source = $2)";
    // Whoever may see everything is told the kept number; for others their own machines are counted, on the one page that is cut first.
    let machines = if caller.limit().is_empty() {
        "CASE WHEN $7 = '' THEN page.machines ELSE 0 END".to_owned()
    } else {
        format!(
            "(SELECT COUNT(*) FROM assets_installed i JOIN assets_asset a ON a.led_by = i.sighting
             LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
             WHERE i.package = page.number AND {})",
            visible("COALESCE(e.group_id, a.group_id)", 7)
        )
    };
    // What nobody has any more is left out.
    let sql = format!(
        "WITH page AS (SELECT number, name, version, publisher, source, architecture, first_at, folded, machines
         FROM assets_package WHERE {matching} AND machines > 0 AND (folded, version, number) > ($3, $4, $5)
         ORDER BY folded, version, number LIMIT $6)
         SELECT page.number AS number, page.folded AS folded, page.name AS name, page.version AS version,
         page.publisher AS publisher, page.source AS source, page.architecture AS architecture,
         page.first_at AS first_at, {machines} AS machines
         FROM page ORDER BY page.folded, page.version, page.number",
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(&prefix)
        .bind(&source)
        .bind(after_name)
        .bind(after_version)
        .bind(after_number)
        .bind(i64::from(limit) + 1)
        .bind(caller.limit())
        .fetch_all(ctx.db().read())
        .await?;
    let sql = format!("SELECT COUNT(*) FROM assets_package WHERE {matching} AND machines > 0");
    let (count,): (i64,) =
        sqlx::query_as(AssertSqlSafe(sql)).bind(&prefix).bind(&source).fetch_one(ctx.db().read()).await?;
    // What only machines have that the caller may not see is counted too.
    let count = Count { value: count.unsigned_abs(), exact: caller.limit().is_empty() };
    let page = Page::cut(rows, limit, count, |row| (row.folded.clone(), row.version.clone(), row.number));
    let mut page = page.map(|row| PackageView {
        name: row.name,
        version: row.version,
        publisher: row.publisher,
        source: row.source,
        architecture: row.architecture,
        machines: row.machines.unsigned_abs(),
        first_at: Time::from_micros(row.first_at),
    });
    page.items.retain(|package| package.machines > 0);
    Ok(Json(page))
}
