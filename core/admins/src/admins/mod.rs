//! Administrators changing administrators. Each change asks for the caller's own password again.

pub(crate) mod bootstrap;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod reset;
pub(crate) mod unlock;
pub(crate) mod update;

use std::time::Duration;

use serde::Deserialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context, secret};

/// The caller's own password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct YourPassword {
    pub your_password: String,
}

/// How long a one-time link works.
const LINK_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// A one-time sign-in link for an account; its token stands behind the `#`, so no server or proxy log ever holds it.
async fn new_link(ctx: &Context, connection: &mut AnyConnection, admin: &str) -> Result<String, ApiError> {
    let token = secret::new("ygl_")?;
    sqlx::query("DELETE FROM admins_link WHERE admin_id = $1").bind(admin).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO admins_link (token_hash, admin_id, expires_at) VALUES ($1, $2, $3)")
        .bind(secret::hash(&token))
        .bind(admin)
        .bind((ctx.now() + LINK_LIFETIME).micros())
        .execute(connection)
        .await?;
    let origins = &ctx.part::<crate::PublicAddress>().origins;
    Ok(format!("{}/sign-in#{token}", origins.first().map_or("", String::as_str)))
}

/// How many can still change administrators: enabled, unlimited administrators besides `but`.
async fn others(connection: &mut AnyConnection, but: &str) -> Result<i64, ApiError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM admins_admin
         WHERE role = 'administrator' AND disabled = 0 AND limited = 0 AND id <> $1",
    )
    .bind(but)
    .fetch_one(connection)
    .await?;
    Ok(count)
}
