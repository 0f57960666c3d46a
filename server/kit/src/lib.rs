//! What the server gives to every feature: its context, the database, authorisation, errors, paging, metrics.
//!
//! A feature's server side is a [`ServerFeature`]: migrations, routes, background work. Reading is free; changing goes
//! through [`Change`], which cannot be committed without an audit row. A route cannot be added without saying who may use it.

pub mod admission;
pub mod agent;
pub mod alone;
pub mod auth;
pub mod context;
pub mod db;
pub mod error;
pub mod etag;
pub mod extract;
pub mod feature;
pub mod hello;
pub mod idempotency;
pub mod metrics;
pub mod outbox;
pub mod page;
pub mod routes;
pub mod secret;
pub mod settings;
pub mod syslog;

pub use self::{
    admission::Admission,
    agent::{AgentRequest, Endpoints, KnownEndpoint},
    auth::{Authenticator, Caller, Credential, Employee, Permission, Role, Who},
    context::{Context, Parts},
    db::{Audit, Change, Db, DbError, Migration, Object, Tx},
    error::{ApiError, Code, FieldError},
    etag::{Etag, IfMatch},
    extract::{Json, Path, Query, present},
    feature::ServerFeature,
    hello::{AgentHook, AgentHooks},
    page::{Count, Cursor, Page, PageQuery},
    routes::Routes,
    settings::{Settings, Versioned},
};

/// The tables that the kit itself keeps.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 202_611_230_001, name: "audit", sql: include_str!("../migrations/202611230001_audit.sql") },
    Migration {
        version: 202_611_250_301,
        name: "idempotency",
        sql: include_str!("../migrations/202611250301_idempotency.sql"),
    },
];

/// What a handler answers.
pub type ApiResult<T> = Result<T, ApiError>;
