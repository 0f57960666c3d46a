//! `GET /api/v1/events/holds`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Context, Json, error::Problem};

use super::{Hold, all};

/// Every legal hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Holds {
    /// Those in force first.
    items: Vec<Hold>,
}

/// List legal holds
#[utoipa::path(get, path = "/api/v1/events/holds", tag = "events",
    responses((status = 200, body = Holds), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Holds>> {
    let mut connection = ctx.db().read().acquire().await?;
    Ok(Json(Holds { items: all(&mut connection).await? }))
}
