//! `POST /api/v1/admins/{id}/reset`: a new one-time link for somebody who forgot the password or lost the phone.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::{Id, id};

use super::{YourPassword, new_link};
use crate::{
    account::Account,
    session::{end_all, totp::reenter},
};

/// A one-time sign-in link.
#[derive(Serialize, ToSchema)]
pub(crate) struct Link {
    link: String,
}

/// Reset an administrator's password and second factor
#[utoipa::path(post, path = "/api/v1/admins/{id}/reset", tag = "admins", params(("id" = String, Path)),
    request_body = YourPassword, responses((status = 200, body = Link), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn reset(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<id::Admin>>,
    Json(body): Json<YourPassword>,
) -> ApiResult<Json<Link>> {
    reenter(&ctx, &caller, &body.your_password, "/your_password").await?;
    let key = id.to_string();
    let change = Change::begin(&ctx, &caller, "admin.reset").await?;
    Ok(Json(Link { link: forget(&ctx, change, &key).await? }))
}

/// Takes password, second factor and sessions away, and gives a link that leads to a new password.
pub(super) async fn forget(ctx: &Context, mut change: Change, key: &str) -> Result<String, ApiError> {
    let account = Account::on(change.on(), key).await?;
    sqlx::query(
        "UPDATE admins_admin SET must_change_password = 1, password_hash = '', totp_secret = NULL, totp_confirmed = 0,
         locked_until = NULL, failed_attempts = 0, version = version + 1 WHERE id = $1",
    )
    .bind(key)
    .execute(change.on())
    .await?;
    sqlx::query("DELETE FROM admins_recovery WHERE admin_id = $1").bind(key).execute(change.on()).await?;
    end_all(change.on(), key, "").await?;
    let link = new_link(ctx, change.on(), key).await?;
    change.commit(Audit::changed(account.object(), &(), &())).await?;
    Ok(link)
}
