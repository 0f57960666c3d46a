//! `POST /api/v1/tokens/{id}/revoke`: the token stops working at once.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::{Id, id};

use super::{Row, SELECT, Token};

/// Revoke an API token
#[utoipa::path(post, path = "/api/v1/tokens/{id}/revoke", tag = "tokens", params(("id" = String, Path)),
    responses((status = 200, body = Token), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<id::ApiToken>>,
) -> ApiResult<Json<Token>> {
    let mut change = Change::begin(&ctx, &caller, "token.revoke").await?;
    sqlx::query("UPDATE admins_token SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2")
        .bind(change.at().micros())
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    let sql = format!("{SELECT} WHERE t.id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(change.on()).await?;
    let token = Token::from(row.ok_or_else(|| ApiError::not_found("token"))?);
    change.commit(Audit::changed(Object::new("token", &id, &token.label), &(), &token)).await?;
    Ok(Json(token))
}
