//! `GET /api/v1/licences/products/{id}`: one product, and which packages it is made of.

use axum::extract::State;
use serde::Serialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};

use super::{
    number,
    view::{COLUMNS, ProductView, Row, shown},
};
use crate::server::catalogue::is_followed;

/// Packages that are shown.
const MOST: i64 = 200;

/// A product with what it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductDetail {
    pub product: ProductView,
    /// Whether its programs are known, so that it can be told where it is used.
    pub followed: bool,
    /// The packages that are this product, at most 200.
    pub packages: Vec<ProductPackage>,
}

/// A package that is a part of a product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductPackage {
    pub name: String,
    /// As the package writes it.
    pub package_version: String,
    pub publisher: String,
    pub source: String,
    /// What was read out of it.
    pub edition: String,
    pub version: String,
}

/// Show a product
#[utoipa::path(get, path = "/api/v1/licences/products/{id}", tag = "licences", params(("id" = String, Path)),
    responses((status = 200, body = ProductDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<ProductDetail>> {
    let product = number(&id)?;
    let sql = format!("SELECT {COLUMNS} FROM {} WHERE number = $2", shown(&caller, 1));
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(product).fetch_optional(ctx.db().read()).await?;
    let row = row.ok_or_else(|| ApiError::not_found("product"))?;
    let view = ProductView::new(&caller, row);
    if caller.limited && view.machines == 0 && view.licences == "none" {
        return Err(ApiError::not_found("product"));
    }
    let packages: Vec<(String, String, String, String, String, String)> = sqlx::query_as(
        "SELECT p.name, p.version, p.publisher, p.source, l.edition, l.version FROM licences_package l
         JOIN assets_package p ON p.number = l.package WHERE l.product = $1 ORDER BY p.folded, p.version, p.number LIMIT $2",
    )
    .bind(product)
    .bind(MOST)
    .fetch_all(ctx.db().read())
    .await?;
    let package = |(name, package_version, publisher, source, edition, version)| ProductPackage {
        name,
        package_version,
        publisher,
        source,
        edition,
        version,
    };
    let followed = is_followed(&ctx, product).await?;
    Ok(Json(ProductDetail { product: view, followed, packages: packages.into_iter().map(package).collect() }))
}
