//! `GET /api/v1/licences/products/{id}/machines`: who has a product, and whether it is used there.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_server_kit::{
    ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Path, Query, error::Problem,
};
use yagura_vocabulary::Time;

use super::number;
use crate::server::{catalogue::is_followed, usage::IDLE_US};

/// Which machines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MachinesQuery {
    /// `lately`, `not`, `unknown`.
    used: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A machine in use that has a product.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProductMachine {
    /// The asset.
    id: String,
    name: String,
    /// The names of its group from the root.
    group: String,
    /// Who uses it.
    person: String,
    edition: String,
    version: String,
    /// `lately`, `not` for 90 days, or `unknown`: the product's programs are not known, or its endpoint has not told of programs for
    /// 90 days.
    used: String,
    last_used_at: Option<Time>,
    /// On so many days, as far as they were counted.
    days: u64,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    group_path: String,
    person: String,
    edition: String,
    version: String,
    used: String,
    last_at: Option<i64>,
    days: i64,
}

/// List the machines with a product
#[utoipa::path(get, path = "/api/v1/licences/products/{id}/machines", tag = "licences",
    params(("id" = String, Path), MachinesQuery),
    responses((status = 200, body = Page<ProductMachine>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn machines(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<MachinesQuery>,
) -> ApiResult<Json<Page<ProductMachine>>> {
    let product = number(&id)?;
    let known: Option<(i64,)> = sqlx::query_as("SELECT number FROM licences_product WHERE number = $1")
        .bind(product)
        .fetch_optional(ctx.db().read())
        .await?;
    known.ok_or_else(|| ApiError::not_found("product"))?;
    let used = query.used.unwrap_or_default();
    if !["", "lately", "not", "unknown"].contains(&used.as_str()) {
        return Err(ApiError::invalid("?used", "unknown", "one of lately, not, unknown"));
    }
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let (after_name, after_id): (String, String) = paging.after()?.unwrap_or_default();
    let cut = ctx.now().micros() - IDLE_US;
    let followed = i64::from(is_followed(&ctx, product).await?);
    // The same judgement as `use_of`, where the page is cut.
    let held = format!(
        "(SELECT a.id AS id, a.name AS name, g.path AS group_path, COALESCE(w.name, a.person) AS person,
         MAX(l.edition) AS edition, MAX(l.version) AS version, MAX(u.last_at) AS last_at, COALESCE(MAX(u.days), 0) AS days,
         CASE WHEN MAX(u.last_at) >= $3 THEN 'lately' WHEN $4 = 1 AND MAX(h.last_at) >= $3 AND MAX(h.first_at) <= $3
         AND MIN(COALESCE(v.since_at, CASE WHEN a.first_at > p.first_at THEN a.first_at ELSE p.first_at END)) <= $3
         THEN 'not' ELSE 'unknown' END AS used
         FROM licences_package l JOIN assets_package p ON p.number = l.package
         JOIN assets_installed i ON i.package = l.package JOIN assets_asset a ON a.led_by = i.sighting
         LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         JOIN endpoints_group g ON g.id = COALESCE(e.group_id, a.group_id)
         LEFT JOIN people_person w ON w.id = e.primary_user_id
         LEFT JOIN licences_have v ON v.product = l.product AND v.asset_id = a.id
         LEFT JOIN licences_use u ON u.endpoint_id = a.endpoint_id AND u.product = l.product
         LEFT JOIN licences_heard h ON h.endpoint_id = a.endpoint_id
         WHERE l.product = $1 AND a.standing = 'in_use' AND {}
         GROUP BY a.id, a.name, g.path, w.name, a.person) held WHERE ($5 = '' OR used = $5)",
        visible("g.id", 2)
    );
    let sql = format!(
        "SELECT id, name, group_path, person, edition, version, used, last_at, days FROM {held}
         AND (name, id) > ($6, $7) ORDER BY name, id LIMIT $8"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(product)
        .bind(caller.limit())
        .bind(cut)
        .bind(followed)
        .bind(&used)
        .bind(after_name)
        .bind(after_id)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) FROM {held}")))
        .bind(product)
        .bind(caller.limit())
        .bind(cut)
        .bind(followed)
        .bind(&used)
        .fetch_one(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| (row.name.clone(), row.id.clone()));
    Ok(Json(page.map(|row| ProductMachine {
        id: row.id,
        name: row.name,
        group: row.group_path,
        person: row.person,
        edition: row.edition,
        version: row.version,
        used: row.used,
        last_used_at: row.last_at.map(Time::from_micros),
        days: row.days.unsigned_abs(),
    })))
}
