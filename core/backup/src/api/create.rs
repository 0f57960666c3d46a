//! `POST /api/v1/backups`: to the folder that the settings name.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Caller, Change, Context, Json, error::Problem};

use crate::job::{self, Job};

/// Make a backup
#[utoipa::path(post, path = "/api/v1/backups", tag = "backups",
    responses((status = 202, body = Job), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn create(State(ctx): State<Context>, caller: Caller) -> ApiResult<(StatusCode, Json<Job>)> {
    let directory: Option<(String,)> =
        sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'backup_directory'")
            .fetch_optional(ctx.db().read())
            .await?;
    let (directory,) = directory.ok_or_else(|| ApiError::conflict("the settings name no folder for backups yet"))?;
    let change = Change::begin(&ctx, &caller, "backup.create").await?;
    let job = job::ask(&ctx, change, &caller.name, &directory).await?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}
