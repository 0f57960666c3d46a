//! `POST /api/v1/session/link`: sign in with a one-time link. Consumed by POST, so that a mail scanner which follows the link
//! does not use it up.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Change, Code, Context, Json, agent::PeerAddress, error::Problem, secret,
};

use super::{Holder, begin, create::own_origin, employee, read::SessionView, with_cookie};
use crate::account::Account;

/// The token after the `#` of the link.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UseLink {
    token: String,
}

/// Sign in with a one-time link
#[utoipa::path(post, path = "/api/v1/session/link", tag = "session", request_body = UseLink,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn consume(
    State(ctx): State<Context>,
    peer: Option<axum::Extension<PeerAddress>>,
    headers: HeaderMap,
    Json(body): Json<UseLink>,
) -> ApiResult<Response> {
    own_origin(&ctx, &headers)?;
    let ip = peer.map(|peer| peer.0.0.to_string());
    if body.token.starts_with(employee::PREFIX) {
        return employee::consume(&ctx, &body.token, ip, &headers).await;
    }
    let mut change = Change::begin_as(&ctx, "one-time link", ip.clone(), "session.begin").await?;
    let hash = secret::hash(&body.token);
    let admin: Option<(String,)> =
        sqlx::query_as("SELECT admin_id FROM admins_link WHERE token_hash = $1 AND expires_at > $2")
            .bind(&hash)
            .bind(ctx.now().micros())
            .fetch_optional(change.on())
            .await?;
    let Some((admin,)) = admin else { return Err(stale()) };
    let used = sqlx::query("DELETE FROM admins_link WHERE token_hash = $1").bind(&hash).execute(change.on()).await?;
    if used.rows_affected() != 1 {
        return Err(stale());
    }
    let account = Account::on(change.on(), &admin).await?;
    if account.disabled != 0 {
        return Err(stale());
    }
    let token = begin(&ctx, change.on(), Holder::Admin(&account), ip, &headers).await?;
    change.commit(Audit::created(account.object(), &())).await?;
    Ok(with_cookie(&ctx, &token, Json(SessionView::of(&ctx, &account).await?)))
}

/// A token that opens nothing (any more).
pub(super) fn stale() -> ApiError {
    ApiError::new(Code::Unauthenticated, "the link was used already or is too old").with(
        "/token",
        "used_or_expired",
        None,
    )
}
