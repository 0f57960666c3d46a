//! `GET /api/v1/session`: who am I, and what may I do.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Permission, Role, error::Problem};
use yagura_vocabulary::id::AdminId;

use crate::account::{self, Account};

/// Somebody's session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    admin: SignedIn,
    permissions: Vec<Permission>,
    organisation: Organisation,
    server: ServerView,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    id: AdminId,
    name: String,
    display_name: String,
    role: Role,
    groups: Option<Vec<String>>,
    language: String,
    must_change_password: bool,
    totp_enabled: bool,
}

/// The organisation that this server serves.
#[derive(Serialize, ToSchema)]
pub(crate) struct Organisation {
    name: String,
    time_zone: String,
}

/// This server.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerView {
    version: &'static str,
    instance: String,
}

impl SessionView {
    pub(crate) async fn of(ctx: &Context, account: &Account) -> Result<Self, ApiError> {
        let mut connection = ctx.db().read().acquire().await?;
        let groups = account::groups(&mut connection, &account.id).await?;
        let settings: Vec<(String, String)> = sqlx::query_as(
            "SELECT name, value FROM organisation_setting WHERE name IN ('organisation_name', 'time_zone')",
        )
        .fetch_all(&mut *connection)
        .await?;
        let setting = |name: &str, otherwise: &str| {
            settings.iter().find(|(n, _)| n == name).map_or_else(|| otherwise.to_owned(), |(_, v)| v.clone())
        };
        Ok(Self {
            admin: SignedIn {
                id: account.id.parse().map_err(|error| ApiError::unavailable(&error))?,
                name: account.name.clone(),
                display_name: account.display_name.clone(),
                role: account.role(),
                groups: (account.limited != 0).then(|| groups.into_iter().map(|group| group.id).collect()),
                language: account.language.clone(),
                must_change_password: account.must_change_password != 0,
                totp_enabled: account.totp_confirmed != 0,
            },
            permissions: account.role().permissions(),
            organisation: Organisation {
                name: setting("organisation_name", ""),
                time_zone: setting("time_zone", "Asia/Tokyo"),
            },
            server: ServerView { version: env!("CARGO_PKG_VERSION"), instance: ctx.server().to_string() },
        })
    }
}

/// Who am I
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<SessionView>> {
    let account = Account::by_id(&ctx, &caller.admin.to_string()).await?.ok_or_else(ApiError::unauthenticated)?;
    Ok(Json(SessionView::of(&ctx, &account).await?))
}
