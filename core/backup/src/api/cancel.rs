//! `POST /api/v1/backups/{id}/cancel`.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use crate::job::{self, BackupJob, Job};

/// Stop a backup
#[utoipa::path(post, path = "/api/v1/backups/{id}/cancel", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = Job), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<BackupJob>>,
) -> ApiResult<Json<Job>> {
    let change = Change::begin(&ctx, &caller, "backup.cancel").await?;
    Ok(Json(job::cancel(&ctx, change, &id.to_string()).await?))
}
