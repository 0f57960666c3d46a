//! `GET` and `PUT /api/v1/distribution/settings`: how large a package may be.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Caller, Context, IfMatch, Json, Settings, Versioned,
    error::Problem,
    settings::{self, within},
};

/// What may be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DistributionSettings {
    /// Largest package file, in bytes: a megabyte to 16 gigabytes.
    pub(super) most_bytes: u64,
}

impl Default for DistributionSettings {
    fn default() -> Self {
        Self { most_bytes: 2 << 30 }
    }
}

impl Settings for DistributionSettings {
    const TABLE: &'static str = "distribution_settings";
    const ACTION: &'static str = "distribution_settings.update";

    fn check(&self) -> Result<(), ApiError> {
        within(&[("/most_bytes", self.most_bytes, 1 << 20, 16 << 30)])
    }
}

/// Show what may be handed in
#[utoipa::path(get, path = "/api/v1/distribution/settings", tag = "distribution",
    responses((status = 200, body = Versioned<DistributionSettings>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn read_settings(State(ctx): State<Context>) -> ApiResult<Json<Versioned<DistributionSettings>>> {
    settings::read(&ctx).await
}

/// Say what may be handed in
#[utoipa::path(put, path = "/api/v1/distribution/settings", tag = "distribution",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = DistributionSettings, responses((status = 200, body = Versioned<DistributionSettings>),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn change_settings(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<DistributionSettings>,
) -> ApiResult<Json<Versioned<DistributionSettings>>> {
    settings::change(&ctx, &caller, &seen, &wanted).await
}
