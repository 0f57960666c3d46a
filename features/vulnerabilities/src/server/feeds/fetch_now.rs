//! `POST /api/v1/vulnerabilities/feeds/{id}/fetch`: now instead of later.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{for_all, ring, view::find};

/// Fetch a feed of vulnerabilities now
#[utoipa::path(post, path = "/api/v1/vulnerabilities/feeds/{id}/fetch", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn fetch(State(ctx): State<Context>, caller: Caller, Path(id): Path<String>) -> ApiResult<StatusCode> {
    for_all(&caller)?;
    let mut change = Change::begin(&ctx, &caller, "vulnerability_feed.fetch").await?;
    let row = find(&ctx, &id).await?;
    if row.url.is_empty() || row.enabled == 0 {
        return Err(ApiError::conflict(
            "this feed is not fetched: give it an address and switch it on, or import a file",
        ));
    }
    sqlx::query("UPDATE vulnerabilities_feed SET next_at = 0 WHERE id = $1").bind(&id).execute(change.on()).await?;
    change.commit(Audit::changed(Object::new("vulnerability_feed", &id, &row.name), &(), &())).await?;
    ring(&ctx);
    Ok(StatusCode::ACCEPTED)
}
