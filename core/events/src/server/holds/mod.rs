//! Legal holds: `/api/v1/events/holds`. What a hold finds stays, whatever rule or erasure would take it.

mod create;
mod end;
mod list;
mod scope;

use serde::Serialize;
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Context, Object, Permission as P, Routes};
use yagura_vocabulary::Time;

use self::scope::Scope;
use crate::Query;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AuditRead, routes!(list::list))
        .api(P::SettingsWrite, routes!(create::create))
        .api(P::SettingsWrite, routes!(end::end))
}

/// The kind of ids of holds.
enum HoldKind {}

/// A legal hold.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Hold {
    id: String,
    name: String,
    /// Why.
    reason: String,
    scope: Scope,
    /// The name of the person whose events it is about; null where they are nobody's in particular, or the person is gone.
    person_name: Option<String>,
    created_at: Time,
    created_by: String,
    /// Null while it holds.
    ended_at: Option<Time>,
    ended_by: Option<String>,
    end_reason: Option<String>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: String,
    name: String,
    reason: String,
    scope: String,
    created_at: i64,
    created_by: String,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    end_reason: Option<String>,
}

impl Row {
    fn hold(self) -> Result<Hold, ApiError> {
        Ok(Hold {
            id: self.id,
            name: self.name,
            reason: self.reason,
            scope: serde_json::from_str(&self.scope).map_err(|error| ApiError::unavailable(&error))?,
            person_name: None,
            created_at: Time::from_micros(self.created_at),
            created_by: self.created_by,
            ended_at: self.ended_at.map(Time::from_micros),
            ended_by: self.ended_by,
            end_reason: self.end_reason,
        })
    }
}

/// All holds, those in force first, then the newest.
async fn all(connection: &mut AnyConnection) -> Result<Vec<Hold>, ApiError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, reason, scope, created_at, created_by, ended_at, ended_by, end_reason FROM events_hold
         ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, created_at DESC",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut holds: Vec<_> = rows.into_iter().map(Row::hold).collect::<Result<_, _>>()?;
    for hold in &mut holds {
        hold.person_name = name_of(connection, &hold.scope).await?;
    }
    Ok(holds)
}

/// What the person is called whose events a scope is about.
async fn name_of(connection: &mut AnyConnection, scope: &Scope) -> Result<Option<String>, ApiError> {
    let Some(person) = scope.person else { return Ok(None) };
    let name: Option<(String,)> = sqlx::query_as("SELECT name FROM people_person WHERE id = $1")
        .bind(person.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(name.map(|(name,)| name))
}

/// What is held now.
///
/// # Errors
/// The database is away, or a hold cannot be understood any more: then nothing may be taken away.
pub(super) async fn in_force(ctx: &Context) -> Result<Vec<Query>, ApiError> {
    let mut connection = ctx.db().read().acquire().await?;
    let holds = all(&mut connection).await?;
    drop(connection);
    let mut queries = Vec::new();
    for hold in holds.iter().filter(|hold| hold.ended_at.is_none()) {
        queries.push(hold.scope.query(ctx, hold.created_at).await?);
    }
    Ok(queries)
}

fn object(hold: &Hold) -> Object {
    Object::new("hold", &hold.id, &hold.name)
}

/// The text, if it says something and is not too long.
fn said(pointer: &str, text: &str, longest: usize) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::invalid(pointer, "required", "this must be said"));
    }
    if text.chars().count() > longest {
        return Err(ApiError::invalid(pointer, "too_long", format!("at most {longest} characters")));
    }
    Ok(text.to_owned())
}

/// A reason as it goes into the audit log.
pub(super) fn reason(text: &str) -> Result<String, ApiError> {
    said("/reason", text, 500)
}
