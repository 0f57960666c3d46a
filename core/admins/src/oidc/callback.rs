//! `GET /api/v1/session/oidc/callback`: the browser comes back from the identity provider.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderMap, header};
use serde::Deserialize;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Audit, Change, Context, Query, agent::PeerAddress, error::Problem};

use super::{Oidc, account, attempt::Attempt};
use crate::{
    PublicAddress,
    session::{Holder, begin, with_cookie},
};

const PATH: &str = "/api/v1/session/oidc/callback";

/// Where the provider sends browsers back to; it must be registered there.
pub(super) fn redirect_uri(ctx: &Context) -> String {
    format!("{}{PATH}", ctx.part::<PublicAddress>().origins.first().map_or("", String::as_str))
}

/// What the provider sends along (RFC 6749 section 4.1.2).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Returned {
    state: Option<String>,
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Why somebody who came back does not get in; a word for the sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The provider did not vouch for them, or not in answer to this browser.
    Failed,
    /// Nobody administers under that name here.
    NoAccount,
}

impl Refusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NoAccount => "no_account",
        }
    }
}

/// Come back from the identity provider
///
/// Leads to the console, or to the sign-in page with `oidc=failed` or `oidc=no_account` in its address.
#[utoipa::path(get, path = "/api/v1/session/oidc/callback", tag = "session", params(Returned),
    responses((status = 303, description = "on to the console, or back to the sign-in page"), (status = 404, body = Problem)))]
pub(crate) async fn callback(
    State(ctx): State<Context>,
    peer: Option<axum::Extension<PeerAddress>>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> ApiResult<Response> {
    let ip = peer.map(|peer| peer.0.0.to_string());
    let mut response = match sign_in(&ctx, ip, &headers, returned).await? {
        Ok(token) => with_cookie(&ctx, &token, Redirect::to("/")),
        Err(refusal) => Redirect::to(&format!("/sign-in?oidc={}", refusal.as_str())).into_response(),
    };
    response.headers_mut().append(header::SET_COOKIE, Attempt::over());
    Ok(response)
}

/// The token of the new session, or why there is none.
async fn sign_in(
    ctx: &Context,
    ip: Option<String>,
    headers: &HeaderMap,
    returned: Returned,
) -> ApiResult<Result<String, Refusal>> {
    let provider = ctx.part::<Oidc>().0.as_ref().ok_or_else(|| ApiError::not_found("identity provider"))?;
    let attempt = Attempt::carried(headers).filter(|attempt| Some(&attempt.state) == returned.state.as_ref());
    let (Some(attempt), Some(code)) = (attempt, returned.code) else {
        tracing::warn!(
            error = returned.error,
            "somebody came back from the identity provider without having been sent, or without a code"
        );
        return Ok(Err(Refusal::Failed));
    };
    let identity = match provider.redeem(&attempt, &code, &redirect_uri(ctx)).await {
        Ok(identity) => identity,
        Err(error) => {
            tracing::warn!(error = %yagura_server_kit::error::Chain(&error), "a sign-in by the identity provider failed");
            return Ok(Err(Refusal::Failed));
        }
    };
    let mut change = Change::begin_as(ctx, &identity.label(), ip.clone(), "session.begin").await?;
    let Some((account, bound)) = account::of(change.on(), &identity).await? else {
        tracing::warn!(
            identity = identity.label(),
            "the identity provider vouches for somebody who has no account here"
        );
        return Ok(Err(Refusal::NoAccount));
    };
    let token = begin(ctx, change.on(), Holder::Admin(&account), ip, headers).await?;
    change.commit(Audit::created(account.object(), &bound)).await?;
    Ok(Ok(token))
}
