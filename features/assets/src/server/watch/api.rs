//! `GET` and `PUT /api/v1/assets/watch`: which alarms about assets are raised.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, error::Problem,
};

use super::{AssetWatch, settings};

/// Which alarms about assets are raised, and the version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssetWatchView {
    value: AssetWatch,
    etag: String,
}

fn view((value, etag): (AssetWatch, Etag)) -> Json<AssetWatchView> {
    Json(AssetWatchView { value, etag: etag.to_string() })
}

/// Show which alarms about assets are raised
#[utoipa::path(get, path = "/api/v1/assets/watch", tag = "assets",
    responses((status = 200, body = AssetWatchView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_watch(State(ctx): State<Context>) -> ApiResult<Json<AssetWatchView>> {
    Ok(view(settings::load(&mut *ctx.db().read().acquire().await?).await?))
}

/// Choose which alarms about assets are raised
#[utoipa::path(put, path = "/api/v1/assets/watch", tag = "assets",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = AssetWatch, responses((status = 200, body = AssetWatchView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_watch(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<AssetWatch>,
) -> ApiResult<Json<AssetWatchView>> {
    if caller.limited {
        return Err(ApiError::forbidden("these alarms are the whole organisation's, and you see only some groups"));
    }
    wanted.check()?;
    let mut change = Change::begin(&ctx, &caller, "assets_watch.update").await?;
    let (before, etag) = settings::load(change.on()).await?;
    seen.check(etag)?;
    settings::store(change.on(), &wanted).await?;
    let now = settings::load(change.on()).await?;
    change.commit(Audit::changed(Object::new("assets_watch", &"all", ""), &before, &now.0)).await?;
    Ok(view(now))
}
