//! `DELETE /api/v1/session`: sign out.

use axum::{extract::State, response::Response};
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Credential, Object, error::Problem};

use super::without_cookie;

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn end(State(ctx): State<Context>, caller: Caller) -> ApiResult<Response> {
    let Credential::Session(id) = caller.credential else {
        return Err(ApiError::conflict("an API token has no session to end"));
    };
    let mut change = Change::begin(&ctx, &caller, "session.end").await?;
    sqlx::query("DELETE FROM admins_session WHERE id = $1").bind(id.to_string()).execute(change.on()).await?;
    change.commit(Audit::removed(Object::new("session", &id, &caller.name), &())).await?;
    Ok(without_cookie(&ctx, StatusCode::NO_CONTENT))
}
