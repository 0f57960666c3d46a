//! `GET /api/v1/session`: who am I, and what may I do.

use axum::extract::State;
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_people::Seat;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Permission, Role, Who, error::Problem};

use super::employee;
use crate::account::{self, Account};

/// Somebody's session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    admin: SignedIn,
    permissions: Vec<Permission>,
    organisation: Organisation,
    server: ServerView,
}

/// Who is signed in: somebody with an account of the console, or, in the role `employee`, somebody at an endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// The administrator's id; an employee's is that of the account on the endpoint.
    id: String,
    name: String,
    display_name: String,
    role: Role,
    groups: Option<Vec<String>>,
    #[schema(value_type = super::preferences::Language)]
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
    /// An administrator's.
    pub(crate) async fn of(ctx: &Context, account: &Account) -> Result<Self, ApiError> {
        let mut connection = ctx.db().read().acquire().await?;
        let groups = account::groups(&mut connection, &account.id).await?;
        let admin = SignedIn {
            id: account.id.clone(),
            name: account.name.clone(),
            display_name: account.display_name.clone(),
            role: account.role(),
            groups: (account.limited != 0).then(|| groups.into_iter().map(|group| group.id).collect()),
            language: account.language.clone(),
            must_change_password: account.must_change_password != 0,
            totp_enabled: account.totp_confirmed != 0,
        };
        Self::new(ctx, &mut connection, admin).await
    }

    /// An employee's.
    pub(crate) async fn of_employee(ctx: &Context, seat: &Seat, language: &str) -> Result<Self, ApiError> {
        let mut connection = ctx.db().read().acquire().await?;
        let admin = SignedIn {
            id: seat.id.clone(),
            name: seat.name.clone(),
            display_name: seat.person_name.clone().unwrap_or_else(|| seat.name.clone()),
            role: Role::Employee,
            groups: Some(Vec::new()),
            language: language.to_owned(),
            must_change_password: false,
            totp_enabled: false,
        };
        Self::new(ctx, &mut connection, admin).await
    }

    async fn new(ctx: &Context, connection: &mut AnyConnection, admin: SignedIn) -> Result<Self, ApiError> {
        let settings: Vec<(String, String)> = sqlx::query_as(
            "SELECT name, value FROM organisation_setting WHERE name IN ('organisation_name', 'time_zone')",
        )
        .fetch_all(connection)
        .await?;
        let setting = |name: &str, otherwise: &str| {
            settings.iter().find(|(n, _)| n == name).map_or_else(|| otherwise.to_owned(), |(_, v)| v.clone())
        };
        Ok(Self {
            permissions: admin.role.permissions_within(admin.groups.is_some()),
            admin,
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
    let view = match &caller.who {
        Who::Admin(id) => {
            let account = Account::by_id(&ctx, &id.to_string()).await?.ok_or_else(ApiError::unauthenticated)?;
            SessionView::of(&ctx, &account).await?
        }
        Who::Employee(employee) => {
            let (seat, language) = employee::seated(&ctx, &caller, employee).await?;
            SessionView::of_employee(&ctx, &seat, &language).await?
        }
    };
    Ok(Json(view))
}
