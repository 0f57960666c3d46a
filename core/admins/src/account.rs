//! An administrator's account as it lies in the database.

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context, Etag, Object, Role};
use yagura_vocabulary::{Time, id::AdminId};

/// One account.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Account {
    pub id: String,
    pub name: String,
    pub display_name: String,
    pub email: Option<String>,
    pub role: String,
    pub limited: i64,
    pub password_hash: String,
    pub must_change_password: i64,
    pub disabled: i64,
    pub failed_attempts: i64,
    pub locked_until: Option<i64>,
    pub totp_secret: Option<String>,
    pub totp_confirmed: i64,
    pub oidc_subject: Option<String>,
    pub language: String,
    pub last_sign_in: Option<i64>,
    pub version: i64,
}

pub(crate) const COLUMNS: &str =
    "id, name, display_name, email, role, limited, password_hash, must_change_password, disabled,
     failed_attempts, locked_until, totp_secret, totp_confirmed, oidc_subject, language, last_sign_in, version";

impl Account {
    pub(crate) async fn by_name(ctx: &Context, name: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM admins_admin WHERE name = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(name).fetch_optional(ctx.db().read()).await?)
    }

    pub(crate) async fn by_id(ctx: &Context, id: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM admins_admin WHERE id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?)
    }

    /// Inside a change, so that what is decided on it cannot become stale.
    pub(crate) async fn on(connection: &mut AnyConnection, id: &str) -> Result<Self, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM admins_admin WHERE id = $1");
        let found = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
        found.ok_or_else(|| ApiError::not_found("administrator"))
    }

    pub(crate) fn role(&self) -> Role {
        // A role that this version does not know (after a downgrade) may do least.
        Role::parse(&self.role).unwrap_or(Role::Employee)
    }

    pub(crate) fn is_locked(&self, now: Time) -> bool {
        self.locked_until.is_some_and(|until| now.micros() < until)
    }

    pub(crate) fn object(&self) -> Object {
        Object::new("admin", &self.id, &self.name)
    }
}

/// An account as others see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Admin {
    pub id: AdminId,
    pub name: String,
    pub display_name: String,
    pub email: Option<String>,
    pub role: Role,
    /// The groups it is limited to; null when it sees all.
    pub groups: Option<Vec<GroupRef>>,
    pub disabled: bool,
    pub locked_until: Option<Time>,
    pub must_change_password: bool,
    pub totp_enabled: bool,
    pub last_sign_in: Option<Time>,
    pub oidc_subject: Option<String>,
    pub etag: String,
}

/// A group by name.
#[derive(Debug, Clone, Serialize, ToSchema, FromRow)]
pub(crate) struct GroupRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The names from the root: `/本社/経理部`.
    pub path: String,
}

impl Admin {
    pub(crate) fn new(account: &Account, groups: Vec<GroupRef>, now: Time) -> Result<Self, ApiError> {
        Ok(Self {
            id: account.id.parse().map_err(|error| ApiError::unavailable(&error))?,
            name: account.name.clone(),
            display_name: account.display_name.clone(),
            email: account.email.clone(),
            role: account.role(),
            groups: (account.limited != 0).then_some(groups),
            disabled: account.disabled != 0,
            locked_until: account.locked_until.map(Time::from_micros).filter(|until| now < *until),
            must_change_password: account.must_change_password != 0,
            totp_enabled: account.totp_confirmed != 0,
            last_sign_in: account.last_sign_in.map(Time::from_micros),
            oidc_subject: account.oidc_subject.clone(),
            etag: Etag(account.version).to_string(),
        })
    }
}

/// The groups of an account that exist.
pub(crate) async fn groups(connection: &mut AnyConnection, admin: &str) -> Result<Vec<GroupRef>, ApiError> {
    Ok(sqlx::query_as(
        "SELECT g.id AS id, g.name AS name, g.path AS path FROM admins_group a
         JOIN endpoints_group g ON g.id = a.group_id WHERE a.admin_id = $1 ORDER BY g.path",
    )
    .bind(admin)
    .fetch_all(connection)
    .await?)
}
