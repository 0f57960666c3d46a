//! People who administer: accounts, sessions, second factor, API tokens, and the audit log they leave.

mod account;
mod admins;
mod audit;
mod authenticate;
mod oidc;
mod password;
mod session;
mod tokens;

use axum::routing::post;
use utoipa_axum::routes;
use yagura_server_kit::{Authenticator, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    admins::bootstrap::{BootstrapError, add_administrator, first_administrator, reset_link, sign_in_link},
    oidc::{Oidc, OidcSettings},
    tokens::create::issue as issue_token,
};

/// What the sign-in code needs to know of the outside.
#[derive(Debug, Clone)]
pub struct PublicAddress {
    /// The console's origins: `https://name:port`. Requests of browsers must come from one of them.
    pub origins: Vec<String>,
}

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature { migrations: MIGRATIONS, routes, ..ServerFeature::new("admins") };

const MIGRATIONS: &[Migration] = &[
    Migration { version: 202_611_230_100, name: "admins", sql: include_str!("../migrations/202611230100_admins.sql") },
    Migration {
        version: 202_611_250_101,
        name: "employee_sessions",
        sql: include_str!("../migrations/202611250101_employee_sessions.sql"),
    },
];

/// Puts the authenticator and the identity provider, if there is one, into the context.
pub fn install(parts: &mut Parts, address: PublicAddress, oidc: Oidc) {
    parts.insert(oidc);
    parts.insert(Box::new(authenticate::Accounts) as Box<dyn Authenticator>);
    parts.insert(address);
}

fn routes() -> Routes {
    Routes::new()
        .public(routes!(session::create::create))
        .public(routes!(session::link::consume))
        .public(routes!(oidc::methods::read))
        .public(routes!(oidc::start::start))
        .public(routes!(oidc::callback::callback))
        .agent("/agent/v1/sign-in-links", post(session::employee::create))
        .api(P::OwnRead, routes!(session::read::read, session::end::end))
        .api(P::OwnRead, routes!(session::password::change))
        .api(P::OwnRead, routes!(session::preferences::change))
        .api(P::OwnRead, routes!(session::totp::begin, session::totp::remove))
        .api(P::OwnRead, routes!(session::totp::confirm))
        .api(P::OwnRead, routes!(session::list::list))
        .api(P::OwnRead, routes!(session::list::revoke))
        .api(P::AdminsWrite, routes!(admins::list::list, admins::create::create))
        .api(P::AdminsWrite, routes!(admins::update::update))
        .api(P::AdminsWrite, routes!(admins::unlock::unlock))
        .api(P::AdminsWrite, routes!(admins::reset::reset))
        .api(P::TokensWrite, routes!(tokens::list::list, tokens::create::create))
        .api(P::TokensWrite, routes!(tokens::revoke::revoke))
        .api(P::AuditRead, routes!(audit::list))
}
