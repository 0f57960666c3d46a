//! `GET /api/v1/assets/ledger`: all assets, filtered, sorted and paged.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{Any, AssertSqlSafe, FromRow, query::QueryAs};
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::{Time, words};

use super::{
    view::{AssetSummary, FROM, Row, SELECT, seen_by},
    which::WhichQuery,
};
use crate::{
    server::ledger::{AssetKind, AssetStanding, Source, fold},
    whereabouts::Place,
};

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
    /// Where it was last seen: `office`, `home`, `elsewhere`.
    whereabouts: Option<String>,
    /// Updates wait: `any`, or `security` for those that close a hole.
    updates: Option<String>,
    /// The fullest volume is full to at least so many percent.
    fullest: Option<u32>,
    /// A lease or a warranty ends before this time.
    ends_before: Option<Time>,
    /// No source has told of it since this time.
    silent_since: Option<Time>,
    /// `name`, `seen_at`, `first_at`, `fullest`, `memory_bytes`, `os_name`, `lease_until`, `warranty_until`; with `-` before it the other way
    /// round.
    pub(super) sort: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How many came before: rows move in most of the orders, which would break a cursor by key.
#[derive(Serialize, Deserialize)]
struct Offset {
    offset: i64,
}

/// List assets
#[utoipa::path(get, path = "/api/v1/assets/ledger", tag = "assets", params(LedgerQuery, WhichQuery),
    responses((status = 200, body = Page<AssetSummary>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Query(which): Query<WhichQuery>,
) -> ApiResult<Json<Page<AssetSummary>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let offset = paging.after::<Offset>()?.map_or(0, |place| place.offset.max(0));
    let order = Order::read(query.sort.as_deref().unwrap_or("name"))?;
    let filters = Filters::read(&ctx, &caller, &query, &which).await?;
    let rows: Vec<Numbered> = filtered(sqlx::query_as(AssertSqlSafe(page(&filters, &order))), &filters)
        .bind(i64::from(limit) + 1)
        .bind(offset)
        .fetch_all(ctx.db().read())
        .await?;
    let total = match rows.first() {
        Some(row) => row.total,
        None if offset == 0 => 0,
        // Behind the last row stands no number.
        None => {
            let sql = format!("SELECT COUNT(*) {}", hits(&filters));
            filtered::<(i64,)>(sqlx::query_as(AssertSqlSafe(sql)), &filters).fetch_one(ctx.db().read()).await?.0
        }
    };
    let items: Vec<AssetSummary> =
        rows.iter().map(|row| AssetSummary::new(&ctx, &row.row)).collect::<Result<_, ApiError>>()?;
    let count = Count { value: total.unsigned_abs(), exact: true };
    let next = offset + i64::from(limit);
    Ok(Json(Page::cut(items, limit, count, |_| Offset { offset: next })))
}

/// A row, and how many there are in all.
#[derive(FromRow)]
struct Numbered {
    #[sqlx(flatten)]
    row: Row,
    total: i64,
}

/// One page of all there is: an index is in its order already, and nothing needs to be gathered.
fn page_of_all(filters: &Filters, order: &Order) -> String {
    format!(
        "WITH page AS (SELECT a.id AS id, a.{column} AS place {hits} ORDER BY a.{column} {way}, a.id {way} LIMIT $18 OFFSET $19)
         {SELECT}, (SELECT COUNT(*) FROM assets_asset) AS total {FROM} JOIN page ON page.id = a.id ORDER BY {}",
        order.by("page"),
        column = order.column,
        way = order.way,
        hits = hits(filters),
    )
}

/// One page. What fits is gathered once, by id and what it is sorted by, counted, and cut; only what is shown is looked up whole.
fn page(filters: &Filters, order: &Order) -> String {
    if *filters == Filters::default() && order.column == "name" {
        return page_of_all(filters, order);
    }
    format!(
        "WITH hit AS MATERIALIZED (SELECT a.id AS id, a.{column} AS place {hits}),
         page AS (SELECT id, place FROM hit ORDER BY {} LIMIT $18 OFFSET $19)
         {SELECT}, (SELECT COUNT(*) FROM hit) AS total {FROM} JOIN page ON page.id = a.id ORDER BY {}",
        order.by("hit"),
        order.by("page"),
        column = order.column,
        hits = hits(filters),
    )
}

words! {
    /// Which updates wait.
    Waiting {
        /// Any.
        Any = "any",
        /// Some that close a hole in security.
        Security = "security",
    }
}

/// The filters as SQL wants them: an empty text restricts nothing.
#[derive(Default, PartialEq)]
pub(super) struct Filters {
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
    whereabouts: String,
    updates: String,
    fullest: Option<i64>,
    ends_before: Option<i64>,
    silent_since: Option<i64>,
    os_exact: String,
    number: String,
    more: String,
}

impl Filters {
    pub(super) async fn read(
        ctx: &Context,
        caller: &Caller,
        query: &LedgerQuery,
        which: &WhichQuery,
    ) -> Result<Self, ApiError> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        word::<AssetKind>("?kind", query.kind.as_deref())?;
        word::<AssetStanding>("?standing", query.standing.as_deref())?;
        word::<Source>("?source", query.source.as_deref())?;
        word::<Place>("?whereabouts", query.whereabouts.as_deref())?;
        word::<Waiting>("?updates", query.updates.as_deref())?;
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
            whereabouts: text(&query.whereabouts),
            updates: text(&query.updates),
            fullest: query.fullest.map(i64::from),
            ends_before: query.ends_before.map(Time::micros),
            silent_since: query.silent_since.map(Time::micros),
            os_exact: text(&which.os_exact),
            number: text(&which.number).trim().to_lowercase(),
            more: which.conditions()?,
        })
    }
}

/// `FROM ... WHERE ...`: which assets fit. What is not asked for costs nothing: groups are joined only where they matter.
pub(super) fn hits(filters: &Filters) -> String {
    let grouped = !filters.limit.is_empty() || !filters.below.is_empty();
    let (from, seen, below) = if grouped {
        (
            "FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
             JOIN endpoints_group g ON g.id = COALESCE(e.group_id, a.group_id)",
            seen_by(1),
            "($6 = '' OR g.id_path LIKE $6)",
        )
    } else {
        ("FROM assets_asset a", "$1 = ''".to_owned(), "$6 = ''")
    };
    let words = if filters.q.is_empty() {
        "$2 = ''"
    } else {
        "(a.told_words LIKE $2 OR a.written_words LIKE $2 OR a.endpoint_id IN (SELECT found.id FROM endpoints_endpoint found
         JOIN people_person p ON p.id = found.primary_user_id WHERE lower(p.name) LIKE $2))"
    };
    let name = if !filters.package.is_empty() {
        "pk.folded = $8 AND $9 = ''"
    } else {
        // The end of a range that holds all texts with this beginning.
        "$8 = '' AND pk.folded >= $9 AND pk.folded < $9 || '\u{10ffff}'"
    };
    let package = if filters.package.is_empty() && filters.package_prefix.is_empty() {
        "$8 = '' AND $9 = '' AND $10 = $10".to_owned()
    } else {
        format!(
            "a.led_by IN (SELECT i.sighting FROM assets_package pk JOIN assets_installed i ON i.package = pk.number
             WHERE {name} AND ($10 = '' OR pk.version = $10))"
        )
    };
    format!(
        "{from} WHERE {seen} AND {words} AND ($3 = '' OR a.kind = $3) AND ($4 = '' OR a.standing = $4)
         AND ($5 = '' OR a.sources LIKE $5) AND {below} AND ($7 = '' OR a.os_name || ' ' || a.os_version LIKE $7) AND {package}
         AND a.fullest >= $11 AND ($12 = {} OR a.lease_until < $12 OR a.warranty_until < $12) AND a.seen_at < $13
         AND ($14 = '' OR a.whereabouts = $14) AND ($15 = '' OR ($15 = 'any' AND a.updates > 0) OR a.security_updates > 0)
         AND ($16 = '' OR $16 = CASE WHEN a.os_name = '' THEN 'unknown' ELSE trim(a.os_name || ' ' || a.os_version) END)
         AND ($17 = '' OR lower(a.inventory_number) = $17 OR lower(a.serial) = $17){}",
        i64::MIN,
        filters.more,
    )
}

pub(super) type Asked<'q, T> = QueryAs<'q, Any, T, sqlx::any::AnyArguments>;

pub(super) fn filtered<'q, T>(query: Asked<'q, T>, filters: &'q Filters) -> Asked<'q, T> {
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
        .bind(filters.fullest.unwrap_or(-1))
        .bind(filters.ends_before.unwrap_or(i64::MIN))
        .bind(filters.silent_since.unwrap_or(i64::MAX))
        .bind(&filters.whereabouts)
        .bind(&filters.updates)
        .bind(&filters.os_exact)
        .bind(&filters.number)
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

/// By what is sorted, and which way.
pub(super) struct Order {
    pub(super) column: &'static str,
    way: &'static str,
}

impl Order {
    pub(super) fn read(sort: &str) -> Result<Self, ApiError> {
        const KNOWN: [&str; 8] =
            ["name", "seen_at", "first_at", "fullest", "memory_bytes", "os_name", "lease_until", "warranty_until"];
        let (column, way) = sort.strip_prefix('-').map_or((sort, "ASC"), |column| (column, "DESC"));
        let column = KNOWN
            .into_iter()
            .find(|known| *known == column)
            .ok_or_else(|| ApiError::invalid("?sort", "unknown", format!("assets cannot be sorted by `{sort}`")))?;
        Ok(Self { column, way })
    }

    /// The order of a table that has `place` and `id`.
    pub(super) fn by(&self, table: &str) -> String {
        let Self { column, way } = self;
        // What has no date comes last in both ways; SQLite and PostgreSQL differ where nobody says so.
        let last = if column.ends_with("_until") {
            format!("CASE WHEN {table}.place IS NULL THEN 1 ELSE 0 END, ")
        } else {
            String::new()
        };
        format!("{last}{table}.place {way}, {table}.id {way}")
    }
}

/// A LIKE pattern for "contains"; what means something to LIKE is dropped, as SQLite and PostgreSQL escape it differently.
fn like(text: &str) -> String {
    format!("%{}%", fold(&plain(text)))
}

fn plain(text: &str) -> String {
    text.replace(['%', '_', '\\'], "")
}
