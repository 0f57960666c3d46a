//! `GET` and `PUT /api/v1/distribution/settings`: how large a package may be.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, error::Problem,
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

/// What may be handed in, and the version.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DistributionSettingsView {
    value: DistributionSettings,
    etag: String,
}

fn view((value, etag): (DistributionSettings, Etag)) -> Json<DistributionSettingsView> {
    Json(DistributionSettingsView { value, etag: etag.to_string() })
}

/// What holds, and its version; the usual where nobody decided.
pub(super) async fn load(connection: &mut AnyConnection) -> Result<(DistributionSettings, Etag), ApiError> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT value, version FROM distribution_settings WHERE one = 1")
        .fetch_optional(connection)
        .await?;
    let Some((value, version)) = row else { return Ok((DistributionSettings::default(), Etag(0))) };
    let value = serde_json::from_str(&value).map_err(|error| ApiError::unavailable(&error))?;
    Ok((value, Etag(version)))
}

/// Show what may be handed in
#[utoipa::path(get, path = "/api/v1/distribution/settings", tag = "distribution",
    responses((status = 200, body = DistributionSettingsView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn read_settings(State(ctx): State<Context>) -> ApiResult<Json<DistributionSettingsView>> {
    Ok(view(load(&mut *ctx.db().read().acquire().await?).await?))
}

/// Say what may be handed in
#[utoipa::path(put, path = "/api/v1/distribution/settings", tag = "distribution",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = DistributionSettings, responses((status = 200, body = DistributionSettingsView),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn change_settings(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<DistributionSettings>,
) -> ApiResult<Json<DistributionSettingsView>> {
    if caller.limited {
        return Err(ApiError::forbidden("the shelf is the whole organisation's, and you see only some groups"));
    }
    if !(1 << 20..=16 << 30).contains(&wanted.most_bytes) {
        return Err(ApiError::invalid("/most_bytes", "out_of_range", "between a megabyte and 16 gigabytes"));
    }
    let mut change = Change::begin(&ctx, &caller, "distribution_settings.update").await?;
    let (before, etag) = load(change.on()).await?;
    seen.check(etag)?;
    sqlx::query(
        "INSERT INTO distribution_settings (one, value, version) VALUES (1, $1, 1)
         ON CONFLICT (one) DO UPDATE SET value = excluded.value, version = distribution_settings.version + 1",
    )
    .bind(serde_json::to_string(&wanted).map_err(|error| ApiError::unavailable(&error))?)
    .execute(change.on())
    .await?;
    let now = load(change.on()).await?;
    change.commit(Audit::changed(Object::new("distribution_settings", &"all", ""), &before, &now.0)).await?;
    Ok(view(now))
}
