//! `GET /api/v1/alarm-routes`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Context, Json, error::Problem};

use super::{RouteView, view};
use crate::routes::store;

/// All routes, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlarmRoutesView)]
pub(crate) struct RoutesView {
    items: Vec<RouteView>,
}

/// List the routes of alarms
#[utoipa::path(get, path = "/api/v1/alarm-routes", tag = "alarms",
    responses((status = 200, body = RoutesView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>) -> ApiResult<Json<RoutesView>> {
    let mut connection = ctx.db().read().acquire().await?;
    let mut items = Vec::new();
    for kept in store::list(&mut connection).await? {
        items.push(view(&mut connection, kept).await?);
    }
    Ok(Json(RoutesView { items }))
}
