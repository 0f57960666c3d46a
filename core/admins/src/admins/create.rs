//! `POST /api/v1/admins`: a new administrator, who gets in by a one-time link and sets a password first.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Role, error::Problem};
use yagura_vocabulary::id::{AdminId, GroupId};

use super::new_link;
use crate::{
    account::{self, Account, Admin},
    session::totp::reenter,
};

/// A new administrator.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewAdmin {
    /// What they sign in with: 1 to 64 characters without spaces.
    name: String,
    display_name: String,
    email: Option<String>,
    role: Role,
    /// The groups they are limited to; all when absent.
    groups: Option<Vec<GroupId>>,
    your_password: String,
}

/// The new administrator, and the link to give to them.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedAdmin {
    pub admin: Admin,
    /// Works once, for a day.
    pub link: String,
}

/// Create an administrator
#[utoipa::path(post, path = "/api/v1/admins", tag = "admins", request_body = NewAdmin,
    responses((status = 201, body = CreatedAdmin), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewAdmin>,
) -> ApiResult<(StatusCode, Json<CreatedAdmin>)> {
    check_name(&body.name)?;
    if let Some(email) = &body.email {
        yagura_mail::address("/email", email)?;
    }
    reenter(&ctx, &caller, &body.your_password, "/your_password").await?;
    let id = AdminId::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "admin.create").await?;
    insert(&ctx, change.on(), &id, &body.name, &body.display_name, body.email.as_deref(), body.role).await?;
    if let Some(groups) = &body.groups {
        set_groups(change.on(), &id, Some(groups)).await?;
    }
    let link = new_link(&ctx, change.on(), &id).await?;
    let account = Account::on(change.on(), &id).await?;
    if let Some(to) = account.email.clone() {
        invite(&ctx, change.tx(), to, &account.display_name, &link).await?;
    }
    let admin = Admin::new(&account, account::groups(change.on(), &id).await?, ctx.now())?;
    change.commit(Audit::created(account.object(), &admin)).await?;
    Ok((StatusCode::CREATED, Json(CreatedAdmin { admin, link })))
}

/// Sends the link to its owner, if there is a way to send mail. Whoever made the account has it in any case.
async fn invite(
    ctx: &Context,
    tx: &mut yagura_server_kit::Tx,
    to: String,
    name: &str,
    link: &str,
) -> Result<(), ApiError> {
    if yagura_mail::load(tx.on()).await?.is_none() {
        return Ok(());
    }
    let subject = "Yagura: 管理者アカウントのお知らせ / your account".to_owned();
    let text = format!(
        "{name} 様\n\nYaguraの管理者アカウントが作られました。次のリンクから入り、パスワードを決めてください。\n\
         リンクは一度だけ、24時間以内に使えます。\n\n{link}\n\n\
         An account was made for you in Yagura. Open the link above and choose a password.\n\
         It works once, within 24 hours.\n"
    );
    yagura_mail::enqueue(ctx, tx, &yagura_mail::Mail { to, subject, text }).await
}

pub(crate) fn check_name(name: &str) -> Result<(), ApiError> {
    let bad = name.is_empty() || name.chars().count() > 64 || name.chars().any(|c| c.is_whitespace() || c.is_control());
    if bad {
        return Err(ApiError::invalid("/name", "bad_name", "a sign-in name has 1 to 64 characters and no spaces"));
    }
    Ok(())
}

pub(crate) async fn insert(
    ctx: &Context,
    connection: &mut sqlx::AnyConnection,
    id: &str,
    name: &str,
    display_name: &str,
    email: Option<&str>,
    role: Role,
) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO admins_admin (id, name, display_name, email, role, limited, password_hash, must_change_password,
         disabled, failed_attempts, totp_confirmed, totp_last_step, language, created_at, version)
         VALUES ($1, $2, $3, $4, $5, 0, '', 1, 0, 0, 0, 0, 'ja', $6, 1)",
    )
    .bind(id)
    .bind(name)
    .bind(display_name)
    .bind(email)
    .bind(role.as_str())
    .bind(ctx.now().micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Limits an account to groups; `None` lifts the limit.
pub(crate) async fn set_groups(
    connection: &mut sqlx::AnyConnection,
    admin: &str,
    groups: Option<&[GroupId]>,
) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM admins_group WHERE admin_id = $1").bind(admin).execute(&mut *connection).await?;
    for group in groups.unwrap_or_default() {
        let known: Option<(String,)> = sqlx::query_as("SELECT id FROM endpoints_group WHERE id = $1")
            .bind(group.to_string())
            .fetch_optional(&mut *connection)
            .await?;
        if known.is_none() {
            return Err(ApiError::invalid("/groups", "unknown", format!("there is no group {group}")));
        }
        sqlx::query("INSERT INTO admins_group (admin_id, group_id) VALUES ($1, $2)")
            .bind(admin)
            .bind(group.to_string())
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE admins_admin SET limited = $1 WHERE id = $2")
        .bind(i64::from(groups.is_some()))
        .bind(admin)
        .execute(connection)
        .await?;
    Ok(())
}
