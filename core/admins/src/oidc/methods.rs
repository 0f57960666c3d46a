//! `GET /api/v1/session/methods`: how one can sign in here, for the sign-in page.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{Context, Json};

use super::Oidc;

/// An identity provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct OidcMethod {
    /// What people call it.
    name: String,
    /// Where the browser goes to sign in with it.
    start: &'static str,
}

/// The ways in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Methods {
    /// Name and password, always.
    password: bool,
    /// The identity provider; null where there is none.
    oidc: Option<OidcMethod>,
}

/// Show how one can sign in
#[utoipa::path(get, path = "/api/v1/session/methods", tag = "session", responses((status = 200, body = Methods)))]
pub(crate) async fn read(State(ctx): State<Context>) -> Json<Methods> {
    let oidc = ctx.part::<Oidc>().0.as_ref();
    let oidc =
        oidc.map(|provider| OidcMethod { name: provider.name().to_owned(), start: "/api/v1/session/oidc/start" });
    Json(Methods { password: true, oidc })
}
