//! `GET /api/v1/alarms/{id}`.

use axum::extract::State;
use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{AlarmView, FROM, Row, SELECT};
use crate::raise::Alarm;

/// Show an alarm
#[utoipa::path(get, path = "/api/v1/alarms/{id}", tag = "alarms", params(("id" = String, Path)),
    responses((status = 200, body = AlarmView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Alarm>>,
) -> ApiResult<Json<AlarmView>> {
    let mut connection = ctx.db().read().acquire().await?;
    Ok(Json(AlarmView::from(find(&mut connection, &caller, id).await?)))
}

/// The alarm, if the caller may see it.
pub(super) async fn find(connection: &mut AnyConnection, caller: &Caller, id: Id<Alarm>) -> Result<Row, ApiError> {
    let sql = format!("{SELECT} {FROM} WHERE a.id = $1 AND {}", visible("e.group_id", 2));
    let found = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string()).bind(caller.limit());
    found.fetch_optional(connection).await?.ok_or_else(|| ApiError::not_found("alarm"))
}
