//! `DELETE /api/v1/assets/snmp-credentials/{id}`: a credential with which no device is asked any more.

use axum::extract::State;
use http::StatusCode;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{Row, SELECT, SnmpCredential};
use crate::server::snmp::for_all;

/// Remove a credential for devices
#[utoipa::path(delete, path = "/api/v1/assets/snmp-credentials/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    for_all(&caller)?;
    let mut change = Change::begin(&ctx, &caller, "device_credential.remove").await?;
    let sql = format!("{SELECT} WHERE c.id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(&id).fetch_optional(change.on()).await?;
    let credential = SnmpCredential::from(row.ok_or_else(|| ApiError::not_found("credential"))?);
    if credential.devices > 0 {
        return Err(ApiError::conflict(format!(
            "{} devices are asked with it: give them another credential first",
            credential.devices
        )));
    }
    sqlx::query("DELETE FROM assets_snmp_credential WHERE id = $1").bind(&id).execute(change.on()).await?;
    change.commit(Audit::removed(Object::new("device_credential", &id, &credential.name), &credential)).await?;
    Ok(StatusCode::NO_CONTENT)
}
