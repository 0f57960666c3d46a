//! `PUT /api/v1/licences/{id}`: a purchase is written down anew.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    Bought,
    body::LicenceBody,
    count_again,
    view::{LicenceView, find},
};
use crate::server::{catalogue::ring, for_all};

/// Change a licence
#[utoipa::path(put, path = "/api/v1/licences/{id}", tag = "licences",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = LicenceBody, responses((status = 200, body = LicenceView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<Id<Bought>>,
    Json(body): Json<LicenceBody>,
) -> ApiResult<Json<LicenceView>> {
    for_all(&caller)?;
    let id = id.to_string();
    let mut change = Change::begin(&ctx, &caller, "licence.update").await?;
    let before = find(&ctx, &id).await?;
    let (version,): (i64,) =
        sqlx::query_as("SELECT version FROM licences_licence WHERE id = $1").bind(&id).fetch_one(change.on()).await?;
    seen.check(Etag(version))?;
    let product = body.check(change.on()).await?;
    body.write(change.on(), &id, product).await?;
    count_again(change.on(), before.product).await?;
    count_again(change.on(), product).await?;
    let object = Object::new("licence", &id, &before.product_name);
    let before = LicenceView::new(&ctx, &caller, before).await?;
    change.commit(Audit::changed(object, &before, &body)).await?;
    ring(&ctx);
    Ok(Json(LicenceView::new(&ctx, &caller, find(&ctx, &id).await?).await?))
}
