//! `GET /api/v1/commands/{id}`.

use axum::extract::State;
use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::id::CommandId;

use super::view::{Command, Row, SELECT};

/// Show a command
#[utoipa::path(get, path = "/api/v1/commands/{id}", tag = "commands", params(("id" = String, Path)),
    responses((status = 200, body = Command), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<CommandId>,
) -> ApiResult<Json<Command>> {
    let mut connection = ctx.db().read().acquire().await?;
    Ok(Json(row(&mut connection, &caller, id).await?.try_into()?))
}

/// The row of a command to an endpoint that the caller may see.
pub(crate) async fn row(connection: &mut AnyConnection, caller: &Caller, id: CommandId) -> Result<Row, ApiError> {
    let sql = format!("{SELECT} WHERE c.id = $1 AND {}", visible("e.group_id", 2));
    let row = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string()).bind(caller.limit());
    row.fetch_optional(connection).await?.ok_or_else(|| ApiError::not_found("command"))
}
