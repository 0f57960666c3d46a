//! `PUT /api/v1/vulnerabilities/appliances/{id}`: something else runs there now.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

use super::{
    ApplianceBody, ApplianceChange, How, Written,
    list::{ApplianceView, views},
    rows, write,
};
use crate::server::board::ring;

/// Change an appliance
#[utoipa::path(put, path = "/api/v1/vulnerabilities/appliances/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    request_body = ApplianceChange, responses((status = 200, body = ApplianceView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(wanted): Json<ApplianceChange>,
) -> ApiResult<Json<ApplianceView>> {
    let before = rows(&ctx, &caller, Some(&id)).await?.pop().ok_or_else(|| ApiError::not_found("appliance"))?;
    let body = ApplianceBody::from(wanted.body).checked(&ctx, &caller).await?;
    let mut change = Change::begin(&ctx, &caller, "appliance.update").await?;
    let (edition,): (i64,) = sqlx::query_as("SELECT edition FROM vulnerabilities_appliance WHERE id = $1")
        .bind(&id)
        .fetch_optional(change.on())
        .await?
        .ok_or_else(|| ApiError::not_found("appliance"))?;
    if edition != wanted.version {
        return Err(ApiError::conflict("somebody has changed this in the meantime; load it again"));
    }
    let one = Written {
        id: &id,
        asset_id: body.asset_id.as_deref().or(before.asset_id.as_deref()),
        group_id: &body.group_id,
        name: &body.name,
        product: &body.product,
        version: &body.release,
        how: How::Hand,
    };
    let at = change.at().micros();
    write(change.on(), &one, at, &caller.name).await?;
    let known = ApplianceBody {
        name: before.name,
        group_id: before.group_id,
        product: before.product,
        release: before.version,
        asset_id: before.asset_id,
    };
    change.commit(Audit::changed(Object::new("appliance", &id, &body.name), &known, &body)).await?;
    ring(&ctx);
    let now = views(&ctx, &caller, rows(&ctx, &caller, Some(&id)).await?).await?.pop();
    Ok(Json(now.ok_or_else(|| ApiError::not_found("appliance"))?))
}
