//! `POST /api/v1/vulnerabilities/imports/{id}/cancel`: an import goes no further.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    for_all,
    job::{Import, find},
};

/// Cancel an import of a feed
#[utoipa::path(post, path = "/api/v1/vulnerabilities/imports/{id}/cancel", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 200, body = Import), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Import>>,
) -> ApiResult<Json<Import>> {
    for_all(&caller)?;
    let job = find(&ctx, &id.to_string()).await?;
    let mut change = Change::begin(&ctx, &caller, "vulnerability_feed.import_cancel").await?;
    sqlx::query("UPDATE vulnerabilities_import SET cancel_wanted = 1 WHERE id = $1 AND state = 'running'")
        .bind(&job.id)
        .execute(change.on())
        .await?;
    change.commit(Audit::changed(Object::new("vulnerability_import", &id, "cancel"), &(), &job)).await?;
    Ok(Json(find(&ctx, &job.id).await?))
}
