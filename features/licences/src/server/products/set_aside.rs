//! `POST /api/v1/licences/products/set-aside`: products wait no longer, until they come to more machines.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};

use super::{ProductIds, known};
use crate::server::for_all;

/// Set products aside
///
/// They leave the inbox without a class, and come back with the next machine that installs them.
#[utoipa::path(post, path = "/api/v1/licences/products/set-aside", tag = "licences", request_body = ProductIds,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set_aside(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<ProductIds>,
) -> ApiResult<StatusCode> {
    for_all(&caller)?;
    let mut change = Change::begin(&ctx, &caller, "software.set_aside").await?;
    let products = known(change.on(), &body.products).await?;
    let mut audits = Vec::with_capacity(products.len());
    for product in products {
        sqlx::query("UPDATE licences_product SET aside = machines WHERE number = $1")
            .bind(product.number)
            .execute(change.on())
            .await?;
        let object = Object::new("software", &product.number, &product.name);
        audits.push(Audit::changed(object, &(), &json!({"set_aside_at_machines": product.machines})));
    }
    change.commit_all(audits).await?;
    Ok(StatusCode::NO_CONTENT)
}
