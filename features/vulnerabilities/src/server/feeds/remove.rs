//! `DELETE /api/v1/vulnerabilities/feeds/{id}`: a feed of one's own goes, and all that only it said.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{
    for_all, ring,
    view::{Feed, find},
};

/// Remove a feed of vulnerabilities
///
/// What it said is taken away in the background, and what is claimed of packages because of it with that.
#[utoipa::path(delete, path = "/api/v1/vulnerabilities/feeds/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    for_all(&caller)?;
    let mut change = Change::begin(&ctx, &caller, "vulnerability_feed.remove").await?;
    let row = find(&ctx, &id).await?;
    if row.built_in != 0 {
        return Err(ApiError::conflict("this feed is built in; switch it off instead"));
    }
    sqlx::query("UPDATE vulnerabilities_feed SET removed = 1, enabled = 0 WHERE id = $1")
        .bind(&id)
        .execute(change.on())
        .await?;
    sqlx::query("UPDATE vulnerabilities_import SET cancel_wanted = 1 WHERE feed = $1 AND state = 'running'")
        .bind(&id)
        .execute(change.on())
        .await?;
    let object = Object::new("vulnerability_feed", &id, &row.name);
    change.commit(Audit::removed(object, &Feed::of(row, ctx.now()))).await?;
    ring(&ctx);
    Ok(StatusCode::NO_CONTENT)
}
