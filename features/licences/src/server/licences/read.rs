//! `GET /api/v1/licences/{id}`: one purchase and how it stands.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    Bought,
    view::{LicenceView, find},
};

/// Show a licence
#[utoipa::path(get, path = "/api/v1/licences/{id}", tag = "licences", params(("id" = String, Path)),
    responses((status = 200, body = LicenceView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Bought>>,
) -> ApiResult<Json<LicenceView>> {
    let row = find(&ctx, &id.to_string()).await?;
    Ok(Json(LicenceView::new(&ctx, &caller, row).await?))
}
