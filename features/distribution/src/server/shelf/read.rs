//! `GET /api/v1/distribution/items/{id}`: one of them, with a script's text.

use axum::extract::State;
use serde::Serialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Context, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    ShelfItem,
    view::{Row, SELECT, ShelfView},
};

/// A package file or one version of a script, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShelfWhole {
    #[serde(flatten)]
    item: ShelfView,
    /// A script's text.
    text: Option<String>,
}

/// The row of an item.
pub(in crate::server) async fn find(ctx: &Context, id: &str) -> Result<Row, ApiError> {
    let row = sqlx::query_as(AssertSqlSafe(format!("{SELECT} WHERE i.id = $1")))
        .bind(id)
        .fetch_optional(ctx.db().read())
        .await?;
    row.ok_or_else(|| ApiError::not_found("package or script"))
}

/// Show a package or a script
#[utoipa::path(get, path = "/api/v1/distribution/items/{id}", tag = "distribution", params(("id" = String, Path)),
    responses((status = 200, body = ShelfWhole), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>, Path(id): Path<Id<ShelfItem>>) -> ApiResult<Json<ShelfWhole>> {
    let row = find(&ctx, &id.to_string()).await?;
    let (text,): (String,) = sqlx::query_as("SELECT content FROM distribution_item WHERE id = $1")
        .bind(id.to_string())
        .fetch_one(ctx.db().read())
        .await?;
    let text = (row.kind == "script").then_some(text);
    Ok(Json(ShelfWhole { item: row.try_into()?, text }))
}
