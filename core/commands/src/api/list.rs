//! `GET /api/v1/commands`: newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::CommandState;

use super::view::{Command, Row, SELECT};

/// Which commands.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Id or host name of an endpoint.
    endpoint: Option<String>,
    state: Option<CommandState>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The place in the list: the command that came last. Ids sort by age.
#[derive(Serialize, Deserialize)]
struct Place {
    id: String,
}

/// List commands
#[utoipa::path(get, path = "/api/v1/commands", tag = "commands", params(ListQuery),
    responses((status = 200, body = Page<Command>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<Command>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.map(|place| place.id).unwrap_or_default();
    let endpoint = query.endpoint.unwrap_or_default();
    let state = query.state.map(CommandState::as_str).unwrap_or_default();
    let chosen = format!(
        "{} AND ($2 = '' OR e.id = $2 OR lower(e.hostname) = lower($2)) AND ($3 = '' OR c.state = $3)",
        visible("e.group_id", 1)
    );
    let sql = format!(
        "SELECT COUNT(*) FROM commands_command c JOIN endpoints_endpoint e ON e.id = c.endpoint_id WHERE {chosen}"
    );
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&endpoint)
        .bind(state)
        .fetch_one(ctx.db().read())
        .await?;
    let sql = format!("{SELECT} WHERE {chosen} AND ($4 = '' OR c.id < $4) ORDER BY c.id DESC LIMIT $5");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&endpoint)
        .bind(state)
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let commands = rows.into_iter().map(Command::try_from).collect::<Result<Vec<_>, ApiError>>()?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    Ok(Json(Page::cut(commands, limit, count, |command| Place { id: command.id.clone() })))
}
