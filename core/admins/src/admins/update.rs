//! `PATCH /api/v1/admins/{id}`: role, groups, disable. Nobody disables or demotes the last administrator, or himself.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Path, Role, error::Problem,
};
use yagura_vocabulary::id::{AdminId, GroupId};

use super::{create::set_groups, others};
use crate::{
    Oidc,
    account::{self, Account, Admin},
    session::{end_all, totp::reenter},
};

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AdminChange {
    display_name: Option<String>,
    role: Option<Role>,
    /// The groups to limit them to; an empty list lifts the limit.
    groups: Option<Vec<GroupId>>,
    disabled: Option<bool>,
    /// `true`: a new password must be chosen before anything else, from now on.
    must_change_password: Option<bool>,
    /// The identity provider's name (`sub`) for them, to sign in with it; empty to undo that.
    oidc_subject: Option<String>,
    your_password: String,
}

/// Change an administrator
#[utoipa::path(patch, path = "/api/v1/admins/{id}", tag = "admins", 
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = AdminChange, responses((status = 200, body = Admin), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<AdminId>,
    Json(body): Json<AdminChange>,
) -> ApiResult<Json<Admin>> {
    reenter(&ctx, &caller, &body.your_password, "/your_password").await?;
    let key = id.to_string();
    let mut change = Change::begin(&ctx, &caller, "admin.update").await?;
    let before = Account::on(change.on(), &key).await?;
    seen.check(Etag(before.version))?;
    let before_view = Admin::new(&before, account::groups(change.on(), &key).await?, ctx.now())?;
    if let Some(name) = &body.display_name {
        sqlx::query("UPDATE admins_admin SET display_name = $1 WHERE id = $2")
            .bind(name)
            .bind(&key)
            .execute(change.on())
            .await?;
    }
    if let Some(role) = body.role {
        sqlx::query("UPDATE admins_admin SET role = $1 WHERE id = $2")
            .bind(role.as_str())
            .bind(&key)
            .execute(change.on())
            .await?;
    }
    if let Some(groups) = &body.groups {
        set_groups(change.on(), &key, (!groups.is_empty()).then_some(groups.as_slice())).await?;
    }
    if let Some(must) = body.must_change_password {
        // Only choosing one lifts it.
        if !must {
            let message = "only the person lifts this, by choosing a password";
            return Err(ApiError::invalid("/must_change_password", "out_of_range", message));
        }
        sqlx::query("UPDATE admins_admin SET must_change_password = 1 WHERE id = $1")
            .bind(&key)
            .execute(change.on())
            .await?;
    }
    if let Some(sub) = &body.oidc_subject {
        let subject = match sub.trim() {
            "" => None,
            sub => Some(ctx.part::<Oidc>().subject(sub).ok_or_else(|| {
                ApiError::invalid("/oidc_subject", "no_provider", "the configuration names no identity provider")
            })?),
        };
        sqlx::query("UPDATE admins_admin SET oidc_subject = $1 WHERE id = $2")
            .bind(subject)
            .bind(&key)
            .execute(change.on())
            .await?;
    }
    if let Some(disabled) = body.disabled {
        if disabled && id == caller.admin()? {
            return Err(ApiError::invalid("/disabled", "yourself", "nobody disables his own account"));
        }
        sqlx::query("UPDATE admins_admin SET disabled = $1 WHERE id = $2")
            .bind(i64::from(disabled))
            .bind(&key)
            .execute(change.on())
            .await?;
    }
    sqlx::query("UPDATE admins_admin SET version = version + 1 WHERE id = $1").bind(&key).execute(change.on()).await?;
    let after = Account::on(change.on(), &key).await?;
    let still_full = after.role() == Role::Administrator && after.disabled == 0 && after.limited == 0;
    if !still_full && others(change.on(), &key).await? == 0 {
        return Err(ApiError::conflict("this is the last administrator who can manage administrators").with(
            "/role",
            "last_administrator",
            None,
        ));
    }
    if after.disabled != 0 || after.role != before.role {
        // Sessions carry the rights they were begun with in people's minds; end them.
        end_all(change.on(), &key, "").await?;
    }
    let admin = Admin::new(&after, account::groups(change.on(), &key).await?, ctx.now())?;
    change.commit(Audit::changed(after.object(), &before_view, &admin)).await?;
    Ok(Json(admin))
}
