//! `GET` and `PUT /api/v1/licences/watch`: which alarms about products and licences are raised.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, error::Problem};

use super::settings::{self, LicenceWatch};
use crate::server::for_all;

/// Which alarms about products and licences are raised, and the version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceWatchView {
    value: LicenceWatch,
    etag: String,
}

fn view((value, etag): (LicenceWatch, Etag)) -> Json<LicenceWatchView> {
    Json(LicenceWatchView { value, etag: etag.to_string() })
}

/// Show which alarms about licences are raised
#[utoipa::path(get, path = "/api/v1/licences/watch", tag = "licences",
    responses((status = 200, body = LicenceWatchView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_watch(State(ctx): State<Context>) -> ApiResult<Json<LicenceWatchView>> {
    Ok(view(settings::load(&mut *ctx.db().read().acquire().await?).await?))
}

/// Choose which alarms about licences are raised
#[utoipa::path(put, path = "/api/v1/licences/watch", tag = "licences",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = LicenceWatch, responses((status = 200, body = LicenceWatchView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_watch(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<LicenceWatch>,
) -> ApiResult<Json<LicenceWatchView>> {
    for_all(&caller)?;
    wanted.check()?;
    let mut change = Change::begin(&ctx, &caller, "licence_watch.update").await?;
    let (before, etag) = settings::load(change.on()).await?;
    seen.check(etag)?;
    settings::store(change.on(), &wanted).await?;
    let now = settings::load(change.on()).await?;
    change.commit(Audit::changed(Object::new("licence_watch", &"all", ""), &before, &now.0)).await?;
    Ok(view(now))
}
