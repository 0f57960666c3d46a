//! `GET /api/v1/assets/ledger`: all assets, filtered, sorted and paged.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{Any, AssertSqlSafe, query::QueryAs};
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use super::view::{AssetSummary, FROM, Row, SELECT, seen_by};
use crate::server::ledger::{AssetKind, AssetStanding, Source, fold};

/// Which assets, in which order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LedgerQuery {
    /// Part of the name, serial or inventory number, model, address, place, or the user's name.
    q: Option<String>,
    /// `computer`, `server`, `printer`, `network`, `phone`, `other`.
    kind: Option<String>,
    /// `in_use`, `stock`, `lent`, `returned`, `disposed`.
    standing: Option<String>,
    /// Who told of it: `agent`, `fusioninventory`, `ocs`, `osquery`, `snmp`, `import`.
    source: Option<String>,
    /// Id of a group; its subgroups count too.
    group: Option<String>,
    /// The operating system begins with this.
    os: Option<String>,
    /// A package with this name is installed; `*` at the end stands for any rest.
    package: Option<String>,
    /// The package has this version.
    package_version: Option<String>,
    /// The fullest volume is full to at least so many percent.
    fullest: Option<u32>,
    /// A lease or a warranty ends before this time.
    ends_before: Option<Time>,
    /// No source has told of it since this time.
    silent_since: Option<Time>,
    /// `name`, `seen_at`, `first_at`, `fullest`, `memory_bytes`, `os_name`, `lease_until`, `warranty_until`; with `-` before it the other way
    /// round.
    sort: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How many came before: rows move in most of the orders, which would break a cursor by key.
#[derive(Serialize, Deserialize)]
struct Place {
    offset: i64,
}

/// List assets
#[utoipa::path(get, path = "/api/v1/assets/ledger", tag = "assets", params(LedgerQuery),
    responses((status = 200, body = Page<AssetSummary>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
) -> ApiResult<Json<Page<AssetSummary>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let offset = paging.after::<Place>()?.map_or(0, |place| place.offset.max(0));
    let order = order(query.sort.as_deref().unwrap_or("name"))?;
    let filters = Filters::read(&ctx, &caller, &query).await?;
    let matching = matching(&filters);
    let sql = format!("{SELECT} {FROM} {matching} ORDER BY {order} LIMIT $14 OFFSET $15");
    let rows: Vec<Row> = filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters)
        .bind(i64::from(limit) + 1)
        .bind(offset)
        .fetch_all(ctx.db().read())
        .await?;
    let sql = format!("SELECT COUNT(*) {FROM} {matching}");
    let (count,): (i64,) = filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters).fetch_one(ctx.db().read()).await?;
    let items: Vec<AssetSummary> =
        rows.iter().map(|row| AssetSummary::new(&ctx, row)).collect::<Result<_, ApiError>>()?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let next = offset + i64::from(limit);
    Ok(Json(Page::cut(items, limit, count, |_| Place { offset: next })))
}

/// The filters as SQL wants them: an empty text restricts nothing.
struct Filters {
    limit: String,
    q: String,
    kind: String,
    standing: String,
    source: String,
    below: String,
    os: String,
    package: String,
    package_prefix: String,
    version: String,
    fullest: i64,
    ends_before: i64,
    silent_since: i64,
}

impl Filters {
    async fn read(ctx: &Context, caller: &Caller, query: &LedgerQuery) -> Result<Self, ApiError> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        word::<AssetKind>("?kind", query.kind.as_deref())?;
        word::<AssetStanding>("?standing", query.standing.as_deref())?;
        word::<Source>("?source", query.source.as_deref())?;
        let package = query.package.as_deref().map(fold).unwrap_or_default();
        let (package, prefix) = match package.strip_suffix('*') {
            Some(prefix) => (String::new(), prefix.to_owned()),
            None => (package, String::new()),
        };
        Ok(Self {
            limit: caller.limit(),
            q: query.q.as_deref().filter(|q| !q.is_empty()).map(like).unwrap_or_default(),
            kind: text(&query.kind),
            standing: text(&query.standing),
            source: query.source.as_ref().map(|word| format!("%,{word},%")).unwrap_or_default(),
            below: below(ctx, query.group.as_deref()).await?,
            os: query.os.as_deref().filter(|os| !os.is_empty()).map(|os| format!("{}%", plain(os))).unwrap_or_default(),
            package,
            package_prefix: prefix,
            version: text(&query.package_version),
            fullest: query.fullest.map_or(-1, i64::from),
            ends_before: query.ends_before.map_or(i64::MIN, Time::micros),
            silent_since: query.silent_since.map_or(i64::MAX, Time::micros),
        })
    }
}

fn matching(filters: &Filters) -> String {
    // Asked only where it is wanted: it goes through everything that is installed.
    let package = if filters.package.is_empty() && filters.package_prefix.is_empty() {
        "($8 = '' AND $9 = '' AND $10 = $10)".to_owned()
    } else {
        let name = if filters.package_prefix.is_empty() {
            "pk.folded = $8 AND $9 = ''"
        } else {
            // The end of a range that holds all texts with this beginning.
            "$8 = '' AND pk.folded >= $9 AND pk.folded < $9 || '\u{10ffff}'"
        };
        format!(
            "a.id IN (SELECT s.asset_id FROM assets_package pk JOIN assets_installed i ON i.package = pk.number
             JOIN assets_sighting s ON s.number = i.sighting
             WHERE {name} AND s.leads = 1 AND ($10 = '' OR pk.version = $10))"
        )
    };
    format!(
        "WHERE {} AND ($2 = '' OR lower(a.name) LIKE $2 OR lower(a.serial) LIKE $2 OR lower(a.inventory_number) LIKE $2
         OR lower(a.model) LIKE $2 OR a.ip LIKE $2 OR a.mac LIKE $2 OR lower(a.place) LIKE $2 OR lower(a.person) LIKE $2
         OR lower(p.name) LIKE $2)
         AND ($3 = '' OR a.kind = $3) AND ($4 = '' OR a.standing = $4) AND ($5 = '' OR a.sources LIKE $5)
         AND ($6 = '' OR g.id_path LIKE $6) AND ($7 = '' OR a.os_name || ' ' || a.os_version LIKE $7) AND {package}
         AND a.fullest >= $11 AND ($12 = {} OR a.lease_until < $12 OR a.warranty_until < $12) AND a.seen_at < $13",
        seen_by(1),
        i64::MIN,
    )
}

type Asked<'q, T> = QueryAs<'q, Any, T, sqlx::any::AnyArguments>;

fn filtered<'q, T>(query: Asked<'q, T>, filters: &'q Filters) -> Asked<'q, T> {
    query
        .bind(&filters.limit)
        .bind(&filters.q)
        .bind(&filters.kind)
        .bind(&filters.standing)
        .bind(&filters.source)
        .bind(&filters.below)
        .bind(&filters.os)
        .bind(&filters.package)
        .bind(&filters.package_prefix)
        .bind(&filters.version)
        .bind(filters.fullest)
        .bind(filters.ends_before)
        .bind(filters.silent_since)
}

/// A pattern for the `id_path` of a fixed group and all below it; empty for all.
async fn below(ctx: &Context, group: Option<&str>) -> Result<String, ApiError> {
    let Some(group) = group else { return Ok(String::new()) };
    let row: Option<(String,)> = sqlx::query_as("SELECT id_path FROM endpoints_group WHERE id = $1 AND kind = 'fixed'")
        .bind(group)
        .fetch_optional(ctx.db().read())
        .await?;
    let (path,) = row.ok_or_else(|| ApiError::invalid("?group", "unknown", "there is no such fixed group"))?;
    Ok(format!("{path}%"))
}

fn word<T: std::str::FromStr>(pointer: &str, text: Option<&str>) -> Result<(), ApiError>
where
    T::Err: std::fmt::Display,
{
    match text.map(str::parse::<T>) {
        Some(Err(error)) => Err(ApiError::invalid(pointer, "unknown", error.to_string())),
        _ => Ok(()),
    }
}

fn order(sort: &str) -> Result<String, ApiError> {
    let (column, way) = sort.strip_prefix('-').map_or((sort, "ASC"), |column| (column, "DESC"));
    let known = ["name", "seen_at", "first_at", "fullest", "memory_bytes", "os_name", "lease_until", "warranty_until"];
    if !known.contains(&column) {
        return Err(ApiError::invalid("?sort", "unknown", format!("assets cannot be sorted by `{sort}`")));
    }
    // What has no date comes last in both ways; SQLite and PostgreSQL differ where nobody says so.
    let last = if column.ends_with("_until") {
        format!("CASE WHEN a.{column} IS NULL THEN 1 ELSE 0 END, ")
    } else {
        String::new()
    };
    Ok(format!("{last}a.{column} {way}, a.id {way}"))
}

/// A LIKE pattern for "contains"; what means something to LIKE is dropped, as SQLite and PostgreSQL escape it differently.
fn like(text: &str) -> String {
    format!("%{}%", plain(text).to_lowercase())
}

fn plain(text: &str) -> String {
    text.replace(['%', '_', '\\'], "")
}
