//! `/api/v1/session/totp`: a second factor by time (RFC 6238), switched on in two steps so that nobody locks himself out.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem, secret};

use crate::{account::Account, password};

const RECOVERY_CODES: usize = 8;

/// A new secret, not yet in force.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewTotp {
    /// Base32, to type by hand.
    secret: String,
    /// `otpauth://`, for a QR code.
    uri: String,
}

/// A one-time code.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TotpCode {
    code: String,
}

/// Codes for the day the phone is lost; each works once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// The password again, before a protection is taken away.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordAgain {
    password: String,
}

/// Begin to use one-time codes
#[utoipa::path(post, path = "/api/v1/session/totp", tag = "session",
    responses((status = 200, body = NewTotp), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn begin(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<NewTotp>> {
    let id = caller.admin()?.to_string();
    let mut change = Change::begin(&ctx, &caller, "admin.totp_begin").await?;
    let account = Account::on(change.on(), &id).await?;
    if account.totp_confirmed != 0 {
        return Err(ApiError::conflict("one-time codes are switched on already; switch them off first"));
    }
    // 20 bytes, the length of HMAC-SHA-1's output (RFC 4226 section 4, R6).
    let secret = Secret::from(secret::random()?[..20].to_vec());
    let text = secret.to_base32();
    let uri = totp(secret, &account.name)?.to_url().map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query("UPDATE admins_admin SET totp_secret = $1 WHERE id = $2")
        .bind(&text)
        .bind(&id)
        .execute(change.on())
        .await?;
    change.commit(Audit::changed(account.object(), &(), &())).await?;
    Ok(Json(NewTotp { secret: text, uri }))
}

/// Prove that the phone has the secret; from then on a code is asked for
#[utoipa::path(post, path = "/api/v1/session/totp/confirm", tag = "session", request_body = TotpCode,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn confirm(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<TotpCode>,
) -> ApiResult<Json<RecoveryCodes>> {
    let id = caller.admin()?.to_string();
    let mut change = Change::begin(&ctx, &caller, "admin.totp_on").await?;
    let account = Account::on(change.on(), &id).await?;
    let step = step_of(&ctx, &account, &body.code)?
        .ok_or_else(|| ApiError::invalid("/code", "wrong", "the code is not the one of this moment"))?;
    sqlx::query("UPDATE admins_admin SET totp_confirmed = 1, totp_last_step = $1, version = version + 1 WHERE id = $2")
        .bind(step)
        .bind(&id)
        .execute(change.on())
        .await?;
    sqlx::query("DELETE FROM admins_recovery WHERE admin_id = $1").bind(&id).execute(change.on()).await?;
    let mut recovery_codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = Secret::from(secret::random()?[..10].to_vec()).to_base32().to_lowercase();
        sqlx::query("INSERT INTO admins_recovery (code_hash, admin_id) VALUES ($1, $2)")
            .bind(secret::hash(&code))
            .bind(&id)
            .execute(change.on())
            .await?;
        recovery_codes.push(code);
    }
    change.commit(Audit::changed(account.object(), &(), &())).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Stop using one-time codes
#[utoipa::path(delete, path = "/api/v1/session/totp", tag = "session", request_body = PasswordAgain,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<PasswordAgain>,
) -> ApiResult<StatusCode> {
    let id = caller.admin()?.to_string();
    reenter(&ctx, &caller, &body.password, "/password").await?;
    let mut change = Change::begin(&ctx, &caller, "admin.totp_off").await?;
    let account = Account::on(change.on(), &id).await?;
    sqlx::query("UPDATE admins_admin SET totp_confirmed = 0, totp_secret = NULL, version = version + 1 WHERE id = $1")
        .bind(&id)
        .execute(change.on())
        .await?;
    sqlx::query("DELETE FROM admins_recovery WHERE admin_id = $1").bind(&id).execute(change.on()).await?;
    change.commit(Audit::changed(account.object(), &(), &())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's own password, asked for again before something grave.
pub(crate) async fn reenter(ctx: &Context, caller: &Caller, given: &str, pointer: &str) -> Result<(), ApiError> {
    let account = Account::by_id(ctx, &caller.admin()?.to_string()).await?.ok_or_else(ApiError::unauthenticated)?;
    if account.is_locked(ctx.now()) {
        return Err(ApiError::invalid(pointer, "locked", "the account is locked after too many attempts"));
    }
    if password::fits(given, Some(&account.password_hash)).await {
        return Ok(());
    }
    super::failed(ctx, &account).await?;
    Err(ApiError::invalid(pointer, "wrong", "your password is wrong"))
}

/// Whether a code, of the phone or of the recovery list, opens the account now. A code opens once.
pub(crate) async fn accepts(ctx: &Context, account: &Account, code: &str) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    let used = match step_of(ctx, account, code)? {
        Some(step) => {
            sqlx::query("UPDATE admins_admin SET totp_last_step = $1 WHERE id = $2 AND totp_last_step < $1")
                .bind(step)
                .bind(&account.id)
                .execute(tx.on())
                .await?
        }
        None => {
            sqlx::query("DELETE FROM admins_recovery WHERE code_hash = $1 AND admin_id = $2")
                .bind(secret::hash(&code.trim().to_lowercase()))
                .bind(&account.id)
                .execute(tx.on())
                .await?
        }
    };
    tx.commit().await?;
    Ok(used.rows_affected() == 1)
}

fn step_of(ctx: &Context, account: &Account, code: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = &account.totp_secret else { return Ok(None) };
    let secret = Secret::try_from_base32(text).map_err(|error| ApiError::unavailable(&error))?;
    let now = u64::try_from(ctx.now().seconds()).unwrap_or(0);
    let step = totp(secret, &account.name)?.check(code.trim(), now);
    Ok(step.map(|step| i64::try_from(step).unwrap_or(i64::MAX)))
}

fn totp(secret: Secret, name: &str) -> Result<Totp, ApiError> {
    // A colon parts issuer and account in the otpauth label, so it cannot stand in a name.
    let account = name.replace(':', "_");
    Builder::new()
        .with_secret(secret)
        .with_account_name(account)
        .with_issuer(Some("Yagura"))
        .build()
        .map_err(|error| ApiError::unavailable(&error))
}
