//! `GET /api/v1/session/oidc/start`: sends the browser to the identity provider.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use http::header;
use yagura_server_kit::{ApiError, ApiResult, Context, error::Problem};

use super::{Oidc, attempt::Attempt, callback::redirect_uri};

/// Begin to sign in with the identity provider
#[utoipa::path(get, path = "/api/v1/session/oidc/start", tag = "session",
    responses((status = 303, description = "on to the provider"), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn start(State(ctx): State<Context>) -> ApiResult<Response> {
    let provider = ctx.part::<Oidc>().0.as_ref().ok_or_else(|| ApiError::not_found("identity provider"))?;
    let attempt = Attempt::new()?;
    let there =
        provider.authorisation(&attempt, &redirect_uri(&ctx)).await.map_err(|error| ApiError::unavailable(&error))?;
    let mut response = Redirect::to(&there).into_response();
    if let Some(cookie) = attempt.cookie() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
