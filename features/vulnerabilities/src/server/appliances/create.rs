//! `POST /api/v1/vulnerabilities/appliances`: somebody writes down what runs on a device.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{
    Appliance, ApplianceBody, How, Written,
    list::{ApplianceView, views},
    rows, write,
};
use crate::server::board::ring;

/// Add an appliance
#[utoipa::path(post, path = "/api/v1/vulnerabilities/appliances", tag = "vulnerabilities", request_body = ApplianceBody,
    responses((status = 201, body = ApplianceView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<ApplianceBody>,
) -> ApiResult<(StatusCode, Json<ApplianceView>)> {
    let body = body.checked(&ctx, &caller).await?;
    let id = Id::<Appliance>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "appliance.create").await?;
    let at = change.at().micros();
    let one = Written {
        id: &id,
        asset_id: body.asset_id.as_deref(),
        group_id: &body.group_id,
        name: &body.name,
        product: &body.product,
        version: &body.release,
        how: How::Hand,
    };
    write(change.on(), &one, at, &caller.name).await?;
    change.commit(Audit::created(Object::new("appliance", &id, &body.name), &body)).await?;
    ring(&ctx);
    let made = views(&ctx, &caller, rows(&ctx, &caller, Some(&id)).await?).await?.pop();
    Ok((StatusCode::CREATED, Json(made.ok_or_else(|| ApiError::not_found("appliance"))?)))
}
