//! `POST /api/v1/vulnerabilities/feeds`: a feed of one's own.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{
    body::FeedNew,
    for_all, ring,
    view::{Feed, find},
};

/// Add a feed of vulnerabilities
#[utoipa::path(post, path = "/api/v1/vulnerabilities/feeds", tag = "vulnerabilities", request_body = FeedNew,
    responses((status = 201, body = Feed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<FeedNew>,
) -> ApiResult<(StatusCode, Json<Feed>)> {
    for_all(&caller)?;
    body.check()?;
    let id = Id::<Feed>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "vulnerability_feed.create").await?;
    sqlx::query(
        "INSERT INTO vulnerabilities_feed (id, name, format, url, every_s, enabled, built_in, licence, public_key, api_key, records, etag,
         last_modified, failure, skipped, next_at, removed, version)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, 0, '', '', '', 0, 0, 0, 1)",
    )
    .bind(&id)
    .bind(body.name.trim())
    .bind(&body.format)
    .bind(&body.url)
    .bind(body.every_s)
    .bind(i64::from(body.enabled))
    .bind(&body.licence)
    .bind(body.public_key.trim())
    .bind(body.api_key.as_deref().unwrap_or_default())
    .execute(change.on())
    .await?;
    change.commit(Audit::created(Object::new("vulnerability_feed", &id, &body.name), &body)).await?;
    ring(&ctx);
    Ok((StatusCode::CREATED, Json(Feed::of(find(&ctx, &id).await?, ctx.now()))))
}
