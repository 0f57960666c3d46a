//! Console sessions: the cookie, and one file for each thing one does with one's own.
//!
//! A session is an administrator's or an employee's, who has no account of the console: see [`Holder`].

pub(crate) mod create;
pub(crate) mod employee;
pub(crate) mod end;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod password;
pub(crate) mod preferences;
pub(crate) mod read;
pub(crate) mod totp;

use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use sqlx::FromRow;
use yagura_people::Seat;
use yagura_server_kit::{ApiError, Context, Tx, secret};
use yagura_vocabulary::{Id, id};

use self::preferences::Language;
use crate::account::Account;

/// A session ends when it was not used for this long.
const IDLE: Duration = Duration::from_secs(12 * 3600);
/// How stale the time of last use may be before it is written: not every request should write.
pub(crate) const TOUCH_EVERY_MICROS: i64 = 60_000_000;

#[derive(Debug, FromRow)]
pub(crate) struct Session {
    pub id: String,
    pub admin_id: Option<String>,
    pub account_id: Option<String>,
    pub last_used_at: i64,
}

/// Whose a session is.
pub(crate) enum Holder<'a> {
    /// An account of the console.
    Admin(&'a Account),
    /// An account on an endpoint. It has no settings of its own here, so the session knows its language.
    Employee(&'a Seat, Language),
}

/// The cookie is named by instance, so that two servers on one host do not take each other's.
fn cookie_name(ctx: &Context) -> String {
    let id = ctx.server().to_string();
    format!("__Host-yagura-{}", &id[id.len() - 12..])
}

pub(crate) fn cookie(ctx: &Context, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(ctx);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split("; "))
        .filter_map(|pair| pair.split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

pub(crate) async fn find(ctx: &Context, token: &str) -> Result<Option<Session>, ApiError> {
    Ok(sqlx::query_as(
        "SELECT id, admin_id, account_id, last_used_at FROM admins_session WHERE token_hash = $1 AND expires_at > $2",
    )
    .bind(secret::hash(token))
    .bind(ctx.now().micros())
    .fetch_optional(ctx.db().read())
    .await?)
}

pub(crate) async fn touch(ctx: &Context, session: &Session) -> Result<(), ApiError> {
    let now = ctx.now();
    if now.micros() - session.last_used_at < TOUCH_EVERY_MICROS {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE admins_session SET last_used_at = $1, expires_at = $2 WHERE id = $3")
        .bind(now.micros())
        .bind((now + IDLE).micros())
        .bind(&session.id)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// Begins a session for somebody who has shown who it is, inside the transaction that says so.
pub(crate) async fn begin(
    ctx: &Context,
    connection: &mut sqlx::AnyConnection,
    holder: Holder<'_>,
    ip: Option<String>,
    headers: &HeaderMap,
) -> Result<String, ApiError> {
    let now = ctx.now();
    let token = secret::new("ygs_")?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.map(|agent| agent.chars().take(300).collect::<String>());
    let (admin, account, language) = match holder {
        Holder::Admin(account) => (Some(&account.id), None, None),
        Holder::Employee(seat, language) => (None, Some(&seat.id), Some(language.as_str())),
    };
    sqlx::query("DELETE FROM admins_session WHERE expires_at <= $1")
        .bind(now.micros())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO admins_session (id, token_hash, admin_id, account_id, language, created_at, last_used_at,
         expires_at, ip, user_agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(Id::<id::Session>::new().to_string())
    .bind(secret::hash(&token))
    .bind(admin)
    .bind(account)
    .bind(language)
    .bind(now.micros())
    .bind(now.micros())
    .bind((now + IDLE).micros())
    .bind(ip)
    .bind(agent)
    .execute(&mut *connection)
    .await?;
    if let Holder::Admin(account) = holder {
        sqlx::query(
            "UPDATE admins_admin SET last_sign_in = $1, failed_attempts = 0, locked_until = NULL WHERE id = $2",
        )
        .bind(now.micros())
        .bind(&account.id)
        .execute(connection)
        .await?;
    }
    Ok(token)
}

/// Removes sessions: all of an account but one, when its password or rights change.
pub(crate) async fn end_all(tx: &mut sqlx::AnyConnection, admin: &str, but: &str) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM admins_session WHERE admin_id = $1 AND id <> $2")
        .bind(admin)
        .bind(but)
        .execute(tx)
        .await?;
    Ok(())
}

/// The answer with the session's cookie.
pub(crate) fn with_cookie(ctx: &Context, token: &str, body: impl axum::response::IntoResponse) -> Response {
    set_cookie(body, &format!("{}={token}; Path=/; Secure; HttpOnly; SameSite=Lax", cookie_name(ctx)))
}

/// The answer that takes the cookie away.
pub(crate) fn without_cookie(ctx: &Context, body: impl axum::response::IntoResponse) -> Response {
    set_cookie(body, &format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", cookie_name(ctx)))
}

fn set_cookie(body: impl axum::response::IntoResponse, cookie: &str) -> Response {
    let mut response = body.into_response();
    // Our names and tokens are plain ASCII, so this is always a header value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    (response.status(), response).into_response()
}

/// Counts a failed attempt. After five in a row the account is locked for a quarter of an hour.
pub(crate) async fn failed(ctx: &Context, account: &Account) -> Result<(), ApiError> {
    const ATTEMPTS: i64 = 5;
    const LOCK: Duration = Duration::from_secs(15 * 60);
    let mut tx: Tx = ctx.db().write().await?;
    let attempts = account.failed_attempts + 1;
    let locked = (attempts >= ATTEMPTS).then(|| (ctx.now() + LOCK).micros());
    sqlx::query(
        "UPDATE admins_admin SET failed_attempts = failed_attempts + 1, locked_until = COALESCE($1, locked_until)
         WHERE id = $2",
    )
    .bind(locked)
    .bind(&account.id)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}
