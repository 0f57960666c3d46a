//! `POST /api/v1/session`: sign in with name, password and, where it is switched on, a one-time code.

use axum::{extract::State, response::Response};
use http::{HeaderMap, header};
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Authenticator, Change, Code, Context, Json, agent::PeerAddress, error::Problem,
};

use super::{Holder, begin, failed, read::SessionView, totp, with_cookie};
use crate::{account::Account, password};

/// Name and password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    name: String,
    password: String,
    /// The one-time code, for accounts that have a second factor.
    code: Option<String>,
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    peer: Option<axum::Extension<PeerAddress>>,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> ApiResult<Response> {
    own_origin(&ctx, &headers)?;
    let ip = peer.map(|peer| peer.0.0.to_string());
    let account = Account::by_name(&ctx, &body.name).await?;
    let fits = password::fits(&body.password, account.as_ref().map(|a| a.password_hash.as_str())).await;
    let wrong = || ApiError::new(Code::Unauthenticated, "name or password is wrong").with("/password", "wrong", None);
    let Some(account) = account else { return Err(wrong()) };
    if account.is_locked(ctx.now()) {
        return Err(ApiError::new(Code::Unauthenticated, "the account is locked after too many attempts")
            .with("/name", "locked", None));
    }
    if !fits || account.disabled != 0 {
        failed(&ctx, &account).await?;
        return Err(wrong());
    }
    if account.totp_confirmed != 0 {
        let code = body.code.as_deref().unwrap_or_default();
        if code.is_empty() {
            return Err(ApiError::new(Code::Unauthenticated, "give the one-time code").with("/code", "required", None));
        }
        if !totp::accepts(&ctx, &account, code).await? {
            failed(&ctx, &account).await?;
            return Err(ApiError::new(Code::Unauthenticated, "the one-time code is wrong").with("/code", "wrong", None));
        }
    }
    let mut change = Change::begin_as(&ctx, &account.name, ip.clone(), "session.begin").await?;
    let token = begin(&ctx, change.on(), Holder::Admin(&account), ip, &headers).await?;
    change.commit(Audit::created(account.object(), &())).await?;
    Ok(with_cookie(&ctx, &token, Json(SessionView::of(&ctx, &account).await?)))
}

/// Refuses a browser's request that comes from another site. Programs send no Origin; they have no cookie to abuse.
pub(crate) fn own_origin(ctx: &Context, headers: &HeaderMap) -> Result<(), ApiError> {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    if origin.is_some() && !ctx.part::<Box<dyn Authenticator>>().is_own_origin(ctx, origin) {
        return Err(ApiError::forbidden("the request does not come from this server's own pages (Origin)"));
    }
    Ok(())
}
