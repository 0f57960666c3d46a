//! `DELETE /api/v1/licences/{id}`: a purchase was written down by mistake.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    Bought, count_again,
    view::{LicenceView, find},
};
use crate::server::{catalogue::ring, for_all};

/// Remove a licence
#[utoipa::path(delete, path = "/api/v1/licences/{id}", tag = "licences", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Bought>>,
) -> ApiResult<StatusCode> {
    for_all(&caller)?;
    let id = id.to_string();
    let row = find(&ctx, &id).await?;
    let (product, name) = (row.product, row.product_name.clone());
    let before = LicenceView::new(&ctx, &caller, row).await?;
    let mut change = Change::begin(&ctx, &caller, "licence.remove").await?;
    sqlx::query("DELETE FROM licences_licence WHERE id = $1").bind(&id).execute(change.on()).await?;
    count_again(change.on(), product).await?;
    change.commit(Audit::removed(Object::new("licence", &id, &name), &before)).await?;
    ring(&ctx);
    Ok(StatusCode::NO_CONTENT)
}
