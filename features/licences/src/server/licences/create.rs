//! `POST /api/v1/licences`: something was bought.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{
    Bought,
    body::LicenceBody,
    count_again,
    view::{LicenceView, find},
};
use crate::server::{catalogue::ring, for_all};

/// Add a licence
#[utoipa::path(post, path = "/api/v1/licences", tag = "licences", request_body = LicenceBody,
    responses((status = 201, body = LicenceView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<LicenceBody>,
) -> ApiResult<(StatusCode, Json<LicenceView>)> {
    for_all(&caller)?;
    let id = Id::<Bought>::new();
    let mut change = Change::begin(&ctx, &caller, "licence.create").await?;
    let product = body.check(change.on()).await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO licences_licence (id, product, edition, version_from, version_to, counted_by, amount, contract, seller,
         price, document, upgrade, note, created_at, version, bought, used, unused, unknown)
         VALUES ($1, $2, '', '', '', $3, 0, '', '', '', '', '', '', $4, 0, 0, 0, 0, 0)",
    )
    .bind(id.to_string())
    .bind(product)
    .bind(&body.counted_by)
    .bind(at)
    .execute(change.on())
    .await?;
    body.write(change.on(), &id.to_string(), product).await?;
    count_again(change.on(), product).await?;
    let (name,): (String,) = sqlx::query_as("SELECT name FROM licences_product WHERE number = $1")
        .bind(product)
        .fetch_one(change.on())
        .await?;
    change.commit(Audit::created(Object::new("licence", &id, &name), &body)).await?;
    ring(&ctx);
    let row = find(&ctx, &id.to_string()).await?;
    Ok((StatusCode::CREATED, Json(LicenceView::new(&ctx, &caller, row).await?)))
}
