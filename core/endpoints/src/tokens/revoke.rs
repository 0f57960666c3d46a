//! `POST /api/v1/enrolment-tokens/{id}/revoke`: no machine can use it any more; those that did stay.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::{Id, id};

use super::{EnrolmentToken, Row, SELECT};
use crate::visible;

/// Revoke an enrolment token
#[utoipa::path(post, path = "/api/v1/enrolment-tokens/{id}/revoke", tag = "enrolment", params(("id" = String, Path)),
    responses((status = 200, body = EnrolmentToken), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<id::EnrolmentToken>>,
) -> ApiResult<Json<EnrolmentToken>> {
    let mut change = Change::begin(&ctx, &caller, "enrolment_token.revoke").await?;
    let sql = format!("{SELECT} WHERE t.id = $1 AND {}", visible("t.group_id", 2));
    let find = || sqlx::query_as::<_, Row>(AssertSqlSafe(sql.clone())).bind(id.to_string()).bind(caller.limit());
    find().fetch_optional(change.on()).await?.ok_or_else(|| ApiError::not_found("enrolment token"))?;
    sqlx::query("UPDATE endpoints_token SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2")
        .bind(change.at().micros())
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    let row = find().fetch_one(change.on()).await?;
    let token = EnrolmentToken::new(row, ctx.now());
    change.commit(Audit::changed(Object::new("enrolment_token", &id, &token.label), &(), &token)).await?;
    Ok(Json(token))
}
