//! `GET /api/v1/events/erasures`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Context, Json, error::Problem};

use super::job::{Erasure, all};

/// Erasures.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Erasures {
    /// The newest first, 200 at most.
    items: Vec<Erasure>,
}

/// List erasures
#[utoipa::path(get, path = "/api/v1/events/erasures", tag = "events",
    responses((status = 200, body = Erasures), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Erasures>> {
    let mut connection = ctx.db().read().acquire().await?;
    Ok(Json(Erasures { items: all(&mut connection).await? }))
}
