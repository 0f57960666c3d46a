//! `POST /api/v1/session/password`: change one's own password.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Credential, Json, error::Problem};

use super::end_all;
use crate::{account::Account, password};

/// The old and the new.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPassword {
    /// Not needed while there is none: after the first one-time link, or after a reset.
    current: Option<String>,
    new: String,
}

/// Change one's own password
#[utoipa::path(post, path = "/api/v1/session/password", tag = "session", request_body = NewPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewPassword>,
) -> ApiResult<StatusCode> {
    let Credential::Session(session) = caller.credential else {
        return Err(ApiError::forbidden("an API token cannot change a password"));
    };
    let id = caller.admin()?.to_string();
    let account = Account::by_id(&ctx, &id).await?.ok_or_else(ApiError::unauthenticated)?;
    // Right after the first link or a reset there is none.
    if !account.password_hash.is_empty() {
        let current = body.current.as_deref().unwrap_or_default();
        if !password::fits(current, Some(&account.password_hash)).await {
            return Err(ApiError::invalid("/current", "wrong", "the current password is wrong"));
        }
    }
    password::check(&body.new, &account.name, "/new")?;
    let hash = password::hash(&body.new).await?;
    let mut change = Change::begin(&ctx, &caller, "admin.password").await?;
    sqlx::query(
        "UPDATE admins_admin SET password_hash = $1, must_change_password = 0, version = version + 1 WHERE id = $2",
    )
    .bind(hash)
    .bind(&id)
    .execute(change.on())
    .await?;
    // Whoever had the old password is out everywhere else.
    end_all(change.on(), &id, &session.to_string()).await?;
    change.commit(Audit::changed(account.object(), &(), &())).await?;
    Ok(StatusCode::NO_CONTENT)
}
