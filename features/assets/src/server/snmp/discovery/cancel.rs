//! `POST /api/v1/assets/discoveries/{id}/cancel`: no more addresses are asked; what was found stays.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

use super::job::{Discovery, find};
use crate::server::snmp::for_all;

/// Cancel a search for devices
#[utoipa::path(post, path = "/api/v1/assets/discoveries/{id}/cancel", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = Discovery), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Discovery>> {
    for_all(&caller)?;
    let job = find(&ctx, &id).await?;
    let mut change = Change::begin(&ctx, &caller, "device.discover_cancel").await?;
    sqlx::query("UPDATE assets_discovery SET cancel_wanted = 1 WHERE id = $1 AND state = 'running'")
        .bind(&job.id)
        .execute(change.on())
        .await?;
    change.commit(Audit::changed(Object::new("device_discovery", &id, &job.addresses), &(), &job)).await?;
    Ok(Json(find(&ctx, &job.id).await?))
}
