//! `GET /api/v1/power`: what was asked for and what came of it, newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::{CommandState, Time, id::CommandId};

use super::look::PowerEndpoint;
use crate::Deed;

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PowerListQuery {
    /// Id or host name of an endpoint.
    endpoint: Option<String>,
    /// A request.
    request: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What was asked of one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PowerOrder {
    request_id: String,
    command_id: CommandId,
    endpoint: PowerEndpoint,
    /// What was asked for.
    action: Deed,
    /// Who wakes it; none where it is the endpoint itself, or one that the caller may not see.
    neighbour: Option<String>,
    reason: String,
    asked_at: Time,
    asked_by: String,
    /// How the command stands.
    state: CommandState,
    /// What the agent told at the end.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Why it failed.
    error: Option<String>,
    /// When it said hello after it was to wake.
    woken_at: Option<Time>,
}

#[derive(FromRow)]
struct Row {
    request_id: String,
    command_id: String,
    endpoint_id: String,
    hostname: String,
    carrier_id: String,
    carrier: Option<String>,
    deed: String,
    reason: String,
    asked_at: i64,
    asked_by: String,
    woken_at: Option<i64>,
    state: String,
    result: Option<String>,
    error: Option<String>,
}

impl TryFrom<Row> for PowerOrder {
    type Error = ApiError;

    fn try_from(row: Row) -> Result<Self, ApiError> {
        let id = row.endpoint_id.parse().map_err(|error| ApiError::unavailable(&error))?;
        Ok(Self {
            request_id: row.request_id,
            command_id: row.command_id.parse().map_err(|error| ApiError::unavailable(&error))?,
            action: serde_json::from_value(Value::String(row.deed)).map_err(|error| ApiError::unavailable(&error))?,
            neighbour: row.carrier.filter(|_| row.carrier_id != row.endpoint_id),
            endpoint: PowerEndpoint { id, hostname: row.hostname },
            reason: row.reason,
            asked_at: Time::from_micros(row.asked_at),
            asked_by: row.asked_by,
            state: row.state.parse().map_err(|error| ApiError::unavailable(&error))?,
            result: row.result.and_then(|result| serde_json::from_str(&result).ok()),
            error: row.error,
            woken_at: row.woken_at.map(Time::from_micros),
        })
    }
}

/// The place in the list: the command that came last. Ids sort by age.
#[derive(Serialize, Deserialize)]
struct Place {
    id: String,
}

/// List what was asked for
#[utoipa::path(get, path = "/api/v1/power", tag = "power", params(PowerListQuery),
    responses((status = 200, body = Page<PowerOrder>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<PowerListQuery>,
) -> ApiResult<Json<Page<PowerOrder>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.map(|place| place.id).unwrap_or_default();
    let (endpoint, request) = (query.endpoint.unwrap_or_default(), query.request.unwrap_or_default());
    let chosen = format!(
        "FROM power_order o JOIN endpoints_endpoint e ON e.id = o.endpoint_id
         JOIN commands_command c ON c.id = o.command_id
         LEFT JOIN endpoints_endpoint w ON w.id = o.carrier_id AND {}
         WHERE {} AND ($2 = '' OR e.id = $2 OR lower(e.hostname) = lower($2)) AND ($3 = '' OR o.request_id = $3)",
        visible("w.group_id", 1),
        visible("e.group_id", 1)
    );
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) {chosen}")))
        .bind(caller.limit())
        .bind(&endpoint)
        .bind(&request)
        .fetch_one(ctx.db().read())
        .await?;
    let sql = format!(
        "SELECT o.request_id AS request_id, o.command_id AS command_id, e.id AS endpoint_id, e.hostname AS hostname,
         o.carrier_id AS carrier_id, w.hostname AS carrier, o.deed AS deed, o.reason AS reason, o.asked_at AS asked_at,
         o.asked_by AS asked_by, o.woken_at AS woken_at, c.state AS state, c.result AS result, c.error AS error
         {chosen} AND ($4 = '' OR o.command_id < $4) ORDER BY o.command_id DESC LIMIT $5"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&endpoint)
        .bind(&request)
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let orders = rows.into_iter().map(PowerOrder::try_from).collect::<Result<Vec<_>, _>>()?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    Ok(Json(Page::cut(orders, limit, count, |order| Place { id: order.command_id.to_string() })))
}
