//! What only somebody on the server's own machine can do: make the first administrator, and let one in again.

use yagura_server_kit::{ApiError, Audit, Change, Context, Role};
use yagura_vocabulary::{Id, id};

use super::{
    create::{check_name, insert},
    new_link,
    reset::forget,
};
use crate::account::Account;

/// It could not be done.
#[derive(Debug, thiserror::Error)]
#[error("failed to {0}: {1}")]
pub struct BootstrapError(&'static str, String);

pub(crate) fn failed(what: &'static str) -> impl Fn(ApiError) -> BootstrapError {
    move |error| BootstrapError(what, format!("{error:?}"))
}

/// Makes the administrator `name` if there is nobody yet. Returns whether it did.
///
/// # Errors
/// When the database is away.
pub async fn first_administrator(ctx: &Context, name: &str, display_name: &str) -> Result<bool, BootstrapError> {
    let failed = failed("make the first administrator");
    let mut change = Change::begin_as(ctx, "command line", None, "admin.create").await.map_err(&failed)?;
    let count: Result<(i64,), _> = sqlx::query_as("SELECT COUNT(*) FROM admins_admin").fetch_one(change.on()).await;
    if count.map_err(ApiError::from).map_err(&failed)?.0 > 0 {
        return Ok(false);
    }
    finish(ctx, change, name, display_name, Role::Administrator).await.map_err(&failed)?;
    Ok(true)
}

/// Makes somebody who may sign in with a one-time link: the way back in when no administrator is left who can.
///
/// # Errors
/// When the name is taken or cannot be one, or the database is away.
pub async fn add_administrator(
    ctx: &Context,
    name: &str,
    display_name: &str,
    role: Role,
) -> Result<(), BootstrapError> {
    let failed = failed("make an administrator");
    check_name(name).map_err(&failed)?;
    let change = Change::begin_as(ctx, "command line", None, "admin.create").await.map_err(&failed)?;
    finish(ctx, change, name, display_name, role).await.map_err(&failed)
}

async fn finish(ctx: &Context, mut change: Change, name: &str, display_name: &str, role: Role) -> Result<(), ApiError> {
    let id = Id::<id::Admin>::new().to_string();
    insert(ctx, change.on(), &id, name, display_name, None, role).await?;
    let account = Account::on(change.on(), &id).await?;
    change.commit(Audit::created(account.object(), &())).await
}

/// A one-time sign-in link for `name`.
///
/// # Errors
/// When there is no such administrator or the database is away.
pub async fn sign_in_link(ctx: &Context, name: &str) -> Result<String, BootstrapError> {
    let failed = failed("make a sign-in link");
    let account = Account::by_name(ctx, name).await.map_err(&failed)?;
    let account =
        account.ok_or_else(|| BootstrapError("make a sign-in link", format!("there is no administrator `{name}`")))?;
    let mut change = Change::begin_as(ctx, "command line", None, "admin.link").await.map_err(&failed)?;
    let link = new_link(ctx, change.on(), &account.id).await.map_err(&failed)?;
    change.commit(Audit::changed(account.object(), &(), &())).await.map_err(&failed)?;
    Ok(link)
}

/// The same for somebody who forgot the password or lost the second factor: both are taken away, sessions end, and the link
/// leads to a new password.
///
/// # Errors
/// When there is no such administrator or the database is away.
pub async fn reset_link(ctx: &Context, name: &str) -> Result<String, BootstrapError> {
    let failed = failed("reset an administrator");
    let account = Account::by_name(ctx, name).await.map_err(&failed)?;
    let account = account
        .ok_or_else(|| BootstrapError("reset an administrator", format!("there is no administrator `{name}`")))?;
    let change = Change::begin_as(ctx, "command line", None, "admin.reset").await.map_err(&failed)?;
    forget(ctx, change, &account.id).await.map_err(&failed)
}
