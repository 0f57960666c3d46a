//! `POST /api/v1/assets/imports/{id}/cancel`: no further rows are written down; those that are stay.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    for_all,
    job::{ImportJob, find},
};

/// Cancel an import of assets
#[utoipa::path(post, path = "/api/v1/assets/imports/{id}/cancel", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = ImportJob), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<ImportJob>>,
) -> ApiResult<Json<ImportJob>> {
    for_all(&caller)?;
    let job = find(&ctx, &id.to_string()).await?;
    let mut change = Change::begin(&ctx, &caller, "assets.import_cancel").await?;
    sqlx::query("UPDATE assets_import SET cancel_wanted = 1 WHERE id = $1 AND state = 'running'")
        .bind(&job.id)
        .execute(change.on())
        .await?;
    change.commit(Audit::changed(Object::new("assets_import", &id, "cancel"), &(), &job)).await?;
    Ok(Json(find(&ctx, &job.id).await?))
}
