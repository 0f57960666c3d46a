//! `PUT /api/v1/vulnerabilities/feeds/{id}`: whether, from where and how often it is fetched.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, Path, error::Problem};

use super::{
    body::{FeedChange, address},
    for_all, ring,
    view::{Feed, find},
};

/// Change a feed of vulnerabilities
#[utoipa::path(put, path = "/api/v1/vulnerabilities/feeds/{id}", tag = "vulnerabilities",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = FeedChange, responses((status = 200, body = Feed), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<FeedChange>,
) -> ApiResult<Json<Feed>> {
    for_all(&caller)?;
    let mut change = Change::begin(&ctx, &caller, "vulnerability_feed.update").await?;
    let row = find(&ctx, &id).await?;
    seen.check(Etag(row.version))?;
    body.check()?;
    // What another address said of its state means nothing for this one; and whoever enables a feed wants it now.
    let is_new = row.url != body.url;
    // A key is for the server that it was given for: somebody else's address does not get it.
    let server = |url: &str| address(url).map(|(target, _)| target);
    let is_elsewhere = server(&row.url) != server(&body.url);
    let is_now = body.enabled && (row.enabled == 0 || is_new);
    sqlx::query(
        "UPDATE vulnerabilities_feed SET url = $1, every_s = $2, enabled = $3, public_key = $4, version = version + 1,
         etag = CASE WHEN $5 = 1 THEN '' ELSE etag END, last_modified = CASE WHEN $5 = 1 THEN '' ELSE last_modified END,
         known_until = CASE WHEN $5 = 1 THEN NULL ELSE known_until END,
         next_at = CASE WHEN $6 = 1 THEN 0 ELSE next_at END, api_key = CASE WHEN $7 = 1 THEN $8 ELSE api_key END
         WHERE id = $9 AND version = $10",
    )
    .bind(&body.url)
    .bind(body.every_s)
    .bind(i64::from(body.enabled))
    .bind(body.public_key.trim())
    .bind(i64::from(is_new))
    .bind(i64::from(is_now))
    .bind(i64::from(body.api_key.is_some() || is_elsewhere))
    .bind(body.api_key.as_deref().unwrap_or_default())
    .bind(&id)
    .bind(row.version)
    .execute(change.on())
    .await?;
    let object = Object::new("vulnerability_feed", &id, &row.name);
    let public_key = row.public_key.clone();
    let before =
        FeedChange { url: row.url, every_s: row.every_s, enabled: row.enabled != 0, public_key, api_key: None };
    change.commit(Audit::changed(object, &before, &body)).await?;
    ring(&ctx);
    Ok(Json(Feed::of(find(&ctx, &id).await?, ctx.now())))
}
