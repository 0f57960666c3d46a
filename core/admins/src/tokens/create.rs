//! `POST /api/v1/tokens`: a new token; its secret is in the answer and nowhere else.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Permission, error::Problem, secret,
};
use yagura_vocabulary::{Id, id};

use super::{Row, SELECT, Token};
use crate::{account::Account, admins::bootstrap::BootstrapError};

const YEAR_S: u64 = 365 * 86_400;

/// A new token.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewToken {
    label: String,
    scopes: Vec<Permission>,
    /// Lifetime in seconds, at most a year.
    expires_in_s: u64,
    /// Why logs are read with it; required with the scope `events.read`, unless `purpose_by_case`.
    purpose: Option<String>,
    /// Whoever uses it says why logs are read each time, by a case.
    #[serde(default)]
    purpose_by_case: bool,
}

/// The token and its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    token: Token,
    /// Shown once.
    secret: String,
}

/// Create an API token
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = CreatedToken), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewToken>,
) -> ApiResult<(StatusCode, Json<CreatedToken>)> {
    if body.label.trim().is_empty() {
        return Err(ApiError::invalid("/label", "required", "say what the token is for"));
    }
    if body.scopes.is_empty() || body.scopes.iter().any(|scope| !caller.may(*scope)) {
        return Err(ApiError::invalid("/scopes", "out_of_range", "scopes are one or more of your own permissions"));
    }
    if !(60..=YEAR_S).contains(&body.expires_in_s) {
        return Err(ApiError::invalid("/expires_in_s", "out_of_range", "a token lives for a minute to a year"));
    }
    let purpose = body.purpose.filter(|purpose| !purpose.trim().is_empty());
    if body.scopes.contains(&Permission::EventsRead) && purpose.is_none() && !body.purpose_by_case {
        return Err(ApiError::invalid("/purpose", "required", "reading people's logs needs a purpose"));
    }
    let change = Change::begin(&ctx, &caller, "token.create").await?;
    let lifetime = Duration::from_secs(body.expires_in_s);
    let admin = caller.admin()?.to_string();
    let created = store(&ctx, change, &admin, &body.label, &body.scopes, lifetime, purpose.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

async fn store(
    ctx: &Context,
    mut change: Change,
    admin: &str,
    label: &str,
    scopes: &[Permission],
    lifetime: Duration,
    purpose: Option<&str>,
) -> Result<CreatedToken, ApiError> {
    let secret = secret::new("ygt_")?;
    let id = Id::<id::ApiToken>::new().to_string();
    sqlx::query(
        "INSERT INTO admins_token (id, secret_hash, label, scopes, admin_id, created_at, expires_at, purpose)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(secret::hash(&secret))
    .bind(label)
    .bind(serde_json::to_string(scopes).unwrap_or_default())
    .bind(admin)
    .bind(change.at().micros())
    .bind((ctx.now() + lifetime).micros())
    .bind(purpose)
    .execute(change.on())
    .await?;
    let sql = format!("{SELECT} WHERE t.id = $1");
    let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(&id).fetch_one(change.on()).await?;
    let token = Token::from(row);
    change.commit(Audit::created(Object::new("token", &id, label), &token)).await?;
    Ok(CreatedToken { token, secret })
}

/// A token of the administrator `name` with all of their permissions, made on the server's own machine.
///
/// # Errors
/// When there is no such administrator or the database is away.
pub async fn issue(ctx: &Context, name: &str, label: &str, lifetime: Duration) -> Result<String, BootstrapError> {
    let failed = crate::admins::bootstrap::failed("make an API token");
    let account = Account::by_name(ctx, name).await.map_err(&failed)?;
    let account = account.ok_or_else(|| failed(ApiError::not_found("administrator")))?;
    let change = Change::begin_as(ctx, "command line", None, "token.create").await.map_err(&failed)?;
    let scopes = account.role().permissions();
    let created = store(ctx, change, &account.id, label, &scopes, lifetime, None).await;
    Ok(created.map_err(&failed)?.secret)
}
