//! From a cookie or a bearer token to a caller.

use async_trait::async_trait;
use http::{HeaderMap, header, request::Parts};
use sqlx::FromRow;
use yagura_people::Seat;
use yagura_server_kit::{
    ApiError, Authenticator, Caller, Context, Credential, Permission, Role, Who, agent::PeerAddress, secret,
};
use yagura_vocabulary::{Id, id::Admin};

use crate::{PublicAddress, account::Account, session};

pub(crate) struct Accounts;

#[async_trait]
impl Authenticator for Accounts {
    async fn authenticate(&self, ctx: &Context, parts: &Parts) -> Result<Option<Caller>, ApiError> {
        let ip = parts.extensions.get::<PeerAddress>().map(|peer| peer.0.to_string());
        if let Some(token) = bearer(&parts.headers) {
            return by_token(ctx, token, ip).await;
        }
        match session::cookie(ctx, &parts.headers) {
            Some(token) => by_session(ctx, &token, ip).await,
            None => Ok(None),
        }
    }

    async fn in_the_name_of(&self, ctx: &Context, admin: Id<Admin>) -> Result<Option<Caller>, ApiError> {
        match usable(ctx, &admin.to_string()).await? {
            Some(account) => Ok(Some(caller(&account, Credential::Order, None)?)),
            None => Ok(None),
        }
    }

    fn is_own_origin(&self, ctx: &Context, origin: Option<&str>) -> bool {
        let ours = &ctx.part::<PublicAddress>().origins;
        origin.is_some_and(|origin| ours.iter().any(|own| own == origin))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

#[derive(FromRow)]
struct Token {
    id: String,
    admin_id: String,
    scopes: String,
    last_used_at: Option<i64>,
}

async fn by_token(ctx: &Context, token: &str, ip: Option<String>) -> Result<Option<Caller>, ApiError> {
    let now = ctx.now();
    let found: Option<Token> = sqlx::query_as(
        "SELECT id, admin_id, scopes, last_used_at FROM admins_token
         WHERE secret_hash = $1 AND revoked_at IS NULL AND expires_at > $2",
    )
    .bind(secret::hash(token))
    .bind(now.micros())
    .fetch_optional(ctx.db().read())
    .await?;
    let Some(token) = found else { return Ok(None) };
    let Some(account) = usable(ctx, &token.admin_id).await? else { return Ok(None) };
    if token.last_used_at.is_none_or(|at| now.micros() - at > session::TOUCH_EVERY_MICROS) {
        let mut tx = ctx.db().write().await?;
        sqlx::query("UPDATE admins_token SET last_used_at = $1 WHERE id = $2")
            .bind(now.micros())
            .bind(&token.id)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
    }
    let scopes: Vec<Permission> = serde_json::from_str(&token.scopes).unwrap_or_default();
    let id = token.id.parse().map_err(|error| ApiError::unavailable(&error))?;
    let mut caller = caller(&account, Credential::Token(id), ip)?;
    caller.permissions.retain(|permission| scopes.contains(permission));
    // A token was made by somebody who had a password; it does not stop working because that must be renewed.
    caller.must_change_password = false;
    Ok(Some(caller))
}

async fn by_session(ctx: &Context, token: &str, ip: Option<String>) -> Result<Option<Caller>, ApiError> {
    let Some(session) = session::find(ctx, token).await? else { return Ok(None) };
    let id = session.id.parse().map_err(|error| ApiError::unavailable(&error))?;
    let credential = Credential::Session(id);
    let caller = match (&session.admin_id, &session.account_id) {
        (Some(admin), _) => match usable(ctx, admin).await? {
            Some(account) => caller(&account, credential, ip)?,
            None => return Ok(None),
        },
        (None, Some(account)) => match session::employee::seat(ctx, account).await? {
            Some(seat) => employee(&seat, credential, ip)?,
            None => return Ok(None),
        },
        // The table refuses a session of nobody.
        (None, None) => return Ok(None),
    };
    session::touch(ctx, &session).await?;
    Ok(Some(caller))
}

async fn usable(ctx: &Context, admin: &str) -> Result<Option<Account>, ApiError> {
    Ok(Account::by_id(ctx, admin).await?.filter(|account| account.disabled == 0))
}

fn caller(account: &Account, credential: Credential, ip: Option<String>) -> Result<Caller, ApiError> {
    Ok(Caller {
        who: Who::Admin(account.id.parse().map_err(|error| ApiError::unavailable(&error))?),
        name: account.name.clone(),
        role: account.role(),
        permissions: account.role().permissions_within(account.limited != 0),
        limited: account.limited != 0,
        must_change_password: account.must_change_password != 0,
        credential,
        ip,
    })
}

/// Whoever comes in from an endpoint sees their own and nothing else.
fn employee(seat: &Seat, credential: Credential, ip: Option<String>) -> Result<Caller, ApiError> {
    Ok(Caller {
        who: Who::Employee(seat.employee()?),
        name: seat.label(),
        role: Role::Employee,
        permissions: Role::Employee.permissions(),
        limited: true,
        must_change_password: false,
        credential,
        ip,
    })
}
