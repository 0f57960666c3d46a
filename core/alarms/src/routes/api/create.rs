//! `POST /api/v1/alarm-routes`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem};
use yagura_vocabulary::Id;

use super::{RouteView, audited, check, object, view};
use crate::routes::{AlarmRoute, route::Route, store};

/// More routes are a mistake of a program.
const MOST: usize = 200;

/// Make a route of alarms
#[utoipa::path(post, path = "/api/v1/alarm-routes", tag = "alarms", request_body = Route,
    responses((status = 201, body = RouteView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<Route>,
) -> ApiResult<(StatusCode, Json<RouteView>)> {
    let mut change = Change::begin(&ctx, &caller, "alarm_route.create").await?;
    check(change.on(), &body).await?;
    if store::list(change.on()).await?.len() >= MOST {
        return Err(ApiError::conflict(format!("there are {MOST} routes already: remove one first")));
    }
    let id = Id::<AlarmRoute>::new();
    store::put(change.on(), &id.to_string(), &body).await?;
    let made = store::find(change.on(), id).await?;
    let view = view(change.on(), made).await?;
    change.commit(Audit::created(object(&id.to_string(), &body.name), &audited(&body))).await?;
    Ok((StatusCode::CREATED, Json(view)))
}
