//! `GET /api/v1/endpoints/summary`: how many are in which state.

use axum::extract::State;
use serde::Serialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};
use yagura_vocabulary::EndpointState;

use super::view::{EndpointSummary, Row, SELECT};
use crate::{presence, visible};

/// Endpoints by state.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Summary {
    /// All that are not retired.
    total: u64,
    online: u64,
    offline: u64,
    silent: u64,
    pending: u64,
    retired: u64,
    /// Those that look like copies.
    clone_suspected: u64,
}

/// Count endpoints by state
#[utoipa::path(get, path = "/api/v1/endpoints/summary", tag = "endpoints",
    responses((status = 200, body = Summary), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn summary(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Summary>> {
    let silent_days = presence::silent_after_days(&ctx).await?;
    let sql = format!("{SELECT} WHERE {}", visible("e.group_id", 1));
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    let mut summary = Summary::default();
    for row in rows {
        let endpoint = EndpointSummary::new(&ctx, row, silent_days)?;
        let counter = match endpoint.state {
            EndpointState::Online => &mut summary.online,
            EndpointState::Offline => &mut summary.offline,
            EndpointState::Silent => &mut summary.silent,
            EndpointState::Pending => &mut summary.pending,
            EndpointState::Retired => &mut summary.retired,
        };
        *counter += 1;
        if endpoint.state != EndpointState::Retired {
            summary.total += 1;
            summary.clone_suspected += u64::from(endpoint.clone_suspected);
        }
    }
    Ok(Json(summary))
}
