//! `GET /api/v1/endpoints/{id}`.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Etag, Json, Path, error::Problem};
use yagura_vocabulary::{Time, id::EndpointId};

use super::{
    find,
    view::{EndpointDetail, EndpointSummary, section},
};
use crate::presence;

/// Show an endpoint
#[utoipa::path(get, path = "/api/v1/endpoints/{id}", tag = "endpoints", params(("id" = String, Path)),
    responses((status = 200, body = EndpointDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<EndpointId>,
) -> ApiResult<Json<EndpointDetail>> {
    Ok(Json(detail(&ctx, &caller, id).await?))
}

pub(crate) async fn detail(ctx: &Context, caller: &Caller, id: EndpointId) -> Result<EndpointDetail, ApiError> {
    let row = find::row(ctx, caller, id).await?;
    let sensors = section(ctx, id, "sensors").await?;
    Ok(EndpointDetail {
        enrolled_at: Time::from_micros(row.enrolled_at),
        hardware_id: row.hardware_id.clone(),
        boot_id: row.boot_id.clone(),
        clock_skew_ms: row.clock_skew_ms,
        sensors: sensors.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default(),
        features: serde_json::from_str(&row.features).unwrap_or_default(),
        etag: Etag(row.version).to_string(),
        summary: EndpointSummary::new(ctx, row, presence::silent_after_days(ctx).await?)?,
    })
}
