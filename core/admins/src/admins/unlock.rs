//! `POST /api/v1/admins/{id}/unlock`: lift the lock after too many attempts.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::{Id, id};

use super::YourPassword;
use crate::{
    account::{self, Account, Admin},
    session::totp::reenter,
};

/// Unlock an administrator
#[utoipa::path(post, path = "/api/v1/admins/{id}/unlock", tag = "admins", params(("id" = String, Path)),
    request_body = YourPassword, responses((status = 200, body = Admin), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn unlock(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<id::Admin>>,
    Json(body): Json<YourPassword>,
) -> ApiResult<Json<Admin>> {
    reenter(&ctx, &caller, &body.your_password, "/your_password").await?;
    let key = id.to_string();
    let mut change = Change::begin(&ctx, &caller, "admin.unlock").await?;
    let before = Account::on(change.on(), &key).await?;
    let groups = account::groups(change.on(), &key).await?;
    sqlx::query("UPDATE admins_admin SET locked_until = NULL, failed_attempts = 0 WHERE id = $1")
        .bind(&key)
        .execute(change.on())
        .await?;
    let after = Account::on(change.on(), &key).await?;
    let (before, after) = (Admin::new(&before, groups.clone(), ctx.now())?, Admin::new(&after, groups, ctx.now())?);
    let object = yagura_server_kit::Object::new("admin", &key, &after.name);
    change.commit(Audit::changed(object, &before, &after)).await?;
    Ok(Json(after))
}
