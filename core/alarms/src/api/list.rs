//! `GET /api/v1/alarms`: newest first.

use axum::extract::State;
use serde::Deserialize;
use sqlx::{Any, AssertSqlSafe, query::QueryAs};
use utoipa::IntoParams;
use yagura_endpoints::{id_by_name_or_id, visible};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::{Severity, Time};

use super::{AlarmState, AlarmView, FROM, Row, SELECT};

/// Which alarms.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlarmQuery {
    /// States, separated by commas: `open`, `handling`, `handled`.
    state: Option<String>,
    /// Severities, separated by commas: `low`, `medium`, `high`, `critical`.
    severity: Option<String>,
    /// Kinds, separated by commas: `endpoint.silent`.
    kind: Option<String>,
    /// The class of the rule, or of what is raised without one.
    class: Option<String>,
    /// Id or host name of an endpoint.
    endpoint: Option<String>,
    /// Raised from this time on.
    since: Option<Time>,
    /// Raised before this time.
    until: Option<Time>,
    /// Handled from this time on.
    handled_since: Option<Time>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The filters as SQL wants them: an empty text restricts nothing; words stand between commas.
struct Filters {
    limit: String,
    states: String,
    severities: String,
    kinds: String,
    endpoint: String,
    since: i64,
    until: i64,
    /// As LIKE finds it in the detail; empty for any.
    class: String,
    handled_since: Option<i64>,
}

/// List alarms
#[utoipa::path(get, path = "/api/v1/alarms", tag = "alarms", params(AlarmQuery),
    responses((status = 200, body = Page<AlarmView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<AlarmQuery>,
) -> ApiResult<Json<Page<AlarmView>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let (before_at, before_id): (i64, String) = paging.after()?.unwrap_or((i64::MAX, String::new()));
    let endpoint = match &query.endpoint {
        Some(name) => id_by_name_or_id(&ctx, &caller, name).await?.0.to_string(),
        None => String::new(),
    };
    let filters = Filters {
        limit: caller.limit(),
        states: words("?state", query.state.as_deref(), |word| AlarmState::parse(word).is_some())?,
        severities: words("?severity", query.severity.as_deref(), |word| word.parse::<Severity>().is_ok())?,
        kinds: words("?kind", query.kind.as_deref(), |_| true)?,
        endpoint,
        since: query.since.map_or(i64::MIN, Time::micros),
        until: query.until.map_or(i64::MAX, Time::micros),
        class: query.class.as_deref().map(class).transpose()?.unwrap_or_default(),
        handled_since: query.handled_since.map(Time::micros),
    };
    let matching = format!(
        "WHERE {} AND ($2 = '' OR $2 LIKE '%,' || a.state || ',%') AND ($3 = '' OR $3 LIKE '%,' || a.severity || ',%')
         AND ($4 = '' OR $4 LIKE '%,' || a.kind || ',%') AND ($5 = '' OR a.endpoint_id = $5)
         AND a.raised_at >= $6 AND a.raised_at < $7 AND ($8 = '' OR a.detail LIKE $8)
         AND (COALESCE(a.handled_at, -1) >= COALESCE($9, -1))",
        visible("e.group_id", 1)
    );
    let sql = format!(
        "{SELECT} {FROM} {matching} AND (a.raised_at < $10 OR (a.raised_at = $10 AND a.id < $11))
         ORDER BY a.raised_at DESC, a.id DESC LIMIT $12"
    );
    let rows: Vec<Row> = filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters)
        .bind(before_at)
        .bind(before_id)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let sql = format!("SELECT COUNT(*) {FROM} {matching}");
    let (count,): (i64,) = filtered(sqlx::query_as(AssertSqlSafe(sql)), &filters).fetch_one(ctx.db().read()).await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| (row.raised_at, row.id.clone()));
    Ok(Json(page.map(AlarmView::from)))
}

type Asked<'q, T> = QueryAs<'q, Any, T, sqlx::any::AnyArguments>;

fn filtered<'q, T>(query: Asked<'q, T>, filters: &'q Filters) -> Asked<'q, T> {
    query
        .bind(&filters.limit)
        .bind(&filters.states)
        .bind(&filters.severities)
        .bind(&filters.kinds)
        .bind(&filters.endpoint)
        .bind(filters.since)
        .bind(filters.until)
        .bind(&filters.class)
        .bind(filters.handled_since)
}

/// How LIKE finds a class in the detail. A class has lower-case letters, digits and `_`, which stands for any one letter: of two
/// classes that differ only in such a place both are found.
fn class(word: &str) -> Result<String, ApiError> {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if word.is_empty() || !word.chars().all(known) {
        return Err(ApiError::invalid("?class", "unknown", format!("`{word}` is no class")));
    }
    Ok(format!("%\"class\":\"{word}\"%"))
}

/// `a,b` as `,a,b,`, in which `,a,` is looked for. Kinds are dotted words, so nothing in them means anything to LIKE.
fn words(pointer: &str, text: Option<&str>, known: impl Fn(&str) -> bool) -> Result<String, ApiError> {
    let words: Vec<_> = text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    if let Some(word) = words.iter().find(|word| !known(word)) {
        return Err(ApiError::invalid(pointer, "unknown", format!("`{word}` is none of the words that stand here")));
    }
    Ok(if words.is_empty() { String::new() } else { format!(",{},", words.join(",")) })
}
