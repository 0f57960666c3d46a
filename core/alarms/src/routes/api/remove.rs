//! `DELETE /api/v1/alarm-routes/{id}`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, IfMatch, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{audited, object};
use crate::routes::{AlarmRoute, store};

/// Remove a route of alarms
#[utoipa::path(delete, path = "/api/v1/alarm-routes/{id}", tag = "alarms",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<Id<AlarmRoute>>,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&ctx, &caller, "alarm_route.remove").await?;
    let before = store::find(change.on(), id).await?;
    seen.check(before.etag())?;
    store::remove(change.on(), &before.id).await?;
    change.commit(Audit::removed(object(&before.id, &before.route.name), &audited(&before.route))).await?;
    Ok(StatusCode::NO_CONTENT)
}
