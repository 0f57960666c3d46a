//! `GET` and `PUT /api/v1/vulnerabilities/settings`: how fast it is to be mended, and which alarms are raised.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Etag, Json, Object, error::Problem};

use super::settings::{self, WeaknessAlarms, WeaknessSettings};
use crate::{clock::Days, server::board::changed_rules};

/// What was decided, and its version.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WeaknessSettingsView)]
pub(crate) struct VersionedSettings {
    /// The version that was seen; whoever sends an old one is refused.
    version: i64,
    days: Days,
    emergency_epss: f64,
    red_without_fix: bool,
    alarms: WeaknessAlarms,
}

fn view((settings, Etag(version)): (WeaknessSettings, Etag)) -> Json<VersionedSettings> {
    let WeaknessSettings { days, emergency_epss, red_without_fix, alarms } = settings;
    Json(VersionedSettings { version, days, emergency_epss, red_without_fix, alarms })
}

/// Show how fast findings are to be mended
#[utoipa::path(get, path = "/api/v1/vulnerabilities/settings", tag = "vulnerabilities",
    responses((status = 200, body = VersionedSettings), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_settings(State(ctx): State<Context>) -> ApiResult<Json<VersionedSettings>> {
    Ok(view(settings::load(&mut *ctx.db().read().acquire().await?).await?))
}

/// Say how fast findings are to be mended
#[utoipa::path(put, path = "/api/v1/vulnerabilities/settings", tag = "vulnerabilities", request_body = VersionedSettings,
    responses((status = 200, body = VersionedSettings), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_settings(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<VersionedSettings>,
) -> ApiResult<Json<VersionedSettings>> {
    if caller.limited {
        return Err(ApiError::forbidden(
            "how fast it is to be mended is the whole organisation's, and you see only some groups",
        ));
    }
    let VersionedSettings { version, days, emergency_epss, red_without_fix, alarms } = body;
    let wanted = WeaknessSettings { days, emergency_epss, red_without_fix, alarms };
    wanted.check()?;
    let mut change = Change::begin(&ctx, &caller, "weakness_settings.update").await?;
    let (before, Etag(current)) = settings::load(change.on()).await?;
    if version != current {
        return Err(ApiError::conflict("somebody has changed this in the meantime; load it again"));
    }
    settings::store(change.on(), &wanted).await?;
    let now = settings::load(change.on()).await?;
    change.commit(Audit::changed(Object::new("weakness_settings", &"all", ""), &before, &now.0)).await?;
    changed_rules(&ctx).await?;
    Ok(view(now))
}
