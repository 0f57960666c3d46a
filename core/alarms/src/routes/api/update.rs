//! `PUT /api/v1/alarm-routes/{id}`.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, IfMatch, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{RouteView, audited, check, object, view};
use crate::routes::{
    AlarmRoute,
    route::{Route, To},
    store,
};

/// Change a route of alarms
#[utoipa::path(put, path = "/api/v1/alarm-routes/{id}", tag = "alarms",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = Route, responses((status = 200, body = RouteView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<Id<AlarmRoute>>,
    Json(mut body): Json<Route>,
) -> ApiResult<Json<RouteView>> {
    let mut change = Change::begin(&ctx, &caller, "alarm_route.update").await?;
    let before = store::find(change.on(), id).await?;
    seen.check(before.etag())?;
    // The address of a webhook is not shown, so that whoever changes something else cannot give it again.
    if let (To::Chat { url: new @ None, service }, To::Chat { url: Some(old), service: same }) =
        (&mut body.to, &before.route.to)
        && service == same
    {
        *new = Some(old.clone());
    }
    check(change.on(), &body).await?;
    store::put(change.on(), &id.to_string(), &body).await?;
    let after = store::find(change.on(), id).await?;
    let view = view(change.on(), after).await?;
    let object = object(&id.to_string(), &body.name);
    change.commit(Audit::changed(object, &audited(&before.route), &audited(&body))).await?;
    Ok(Json(view))
}
