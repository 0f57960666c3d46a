//! `POST /api/v1/assets/intakes/{id}/revoke`: nothing is taken with it any more; what was told stays.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{IntakeCredential, Row, SELECT, for_all};

/// Revoke an intake credential
#[utoipa::path(post, path = "/api/v1/assets/intakes/{id}/revoke", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = IntakeCredential), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<IntakeCredential>>,
) -> ApiResult<Json<IntakeCredential>> {
    for_all(&caller)?;
    let mut change = Change::begin(&ctx, &caller, "intake.revoke").await?;
    sqlx::query("UPDATE assets_intake SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2")
        .bind(change.at().micros())
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    let sql = format!("{SELECT} WHERE i.id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(change.on()).await?;
    let credential = IntakeCredential::from(row.ok_or_else(|| ApiError::not_found("intake credential"))?);
    change.commit(Audit::changed(Object::new("intake", &id, &credential.name), &(), &credential)).await?;
    Ok(Json(credential))
}
