//! Routes as they are kept.

use sqlx::{AnyConnection, FromRow};
use yagura_server_kit::{ApiError, Etag};
use yagura_vocabulary::{Id, Time};

use super::{AlarmRoute, route::Route};

/// The id of the route that the setting `alarm_recipients` stands for: everything, at once, by mail.
pub(super) const EVERYTHING: &str = "everything";

/// A route that is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) route: Route,
}

impl Kept {
    pub(super) fn etag(&self) -> Etag {
        Etag(self.version)
    }
}

/// How a route does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) sent_at: Option<Time>,
    pub(super) failed_at: Option<Time>,
    pub(super) error: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    value: String,
    version: i64,
}

fn kept(row: Row) -> Result<Kept, ApiError> {
    let route = serde_json::from_str(&row.value).map_err(|error| ApiError::unavailable(&error))?;
    Ok(Kept { id: row.id, version: row.version, route })
}

/// The routes that people made, by name.
pub(super) async fn list(connection: &mut AnyConnection) -> Result<Vec<Kept>, ApiError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT id, value, version FROM alarms_route ORDER BY name, id").fetch_all(connection).await?;
    rows.into_iter().map(kept).collect()
}

/// All that is in use, the one of the setting among them.
pub(super) async fn in_use(connection: &mut AnyConnection) -> Result<Vec<Kept>, ApiError> {
    let everyone: Option<(String,)> =
        sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'alarm_recipients'")
            .fetch_optional(&mut *connection)
            .await?;
    let mut routes = list(connection).await?;
    routes.retain(|kept| kept.route.on);
    let addresses: Vec<_> = everyone.iter().flat_map(|(text,)| text.lines()).filter(|line| !line.is_empty()).collect();
    if !addresses.is_empty() {
        let route = Route::mail(addresses.into_iter().map(str::to_owned).collect());
        routes.push(Kept { id: EVERYTHING.to_owned(), version: 0, route });
    }
    Ok(routes)
}

pub(super) async fn find(connection: &mut AnyConnection, id: Id<AlarmRoute>) -> Result<Kept, ApiError> {
    let row: Option<Row> = sqlx::query_as("SELECT id, value, version FROM alarms_route WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.map(kept).transpose()?.ok_or_else(|| ApiError::not_found("alarm route"))
}

/// Keeps a route, in the place of the one with its id.
pub(super) async fn put(connection: &mut AnyConnection, id: &str, route: &Route) -> Result<(), ApiError> {
    let value = serde_json::to_string(route).map_err(|error| ApiError::unavailable(&error))?;
    let twin: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM alarms_route WHERE name = $1 AND id <> $2")
        .bind(&route.name)
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    if twin.is_some() {
        return Err(ApiError::invalid("/name", "taken", "another route has this name"));
    }
    sqlx::query(
        "INSERT INTO alarms_route (id, name, value, version) VALUES ($1, $2, $3, 1)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, value = excluded.value, version = alarms_route.version + 1",
    )
    .bind(id)
    .bind(&route.name)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets a route; what waits to go out on it does not.
pub(super) async fn remove(connection: &mut AnyConnection, id: &str) -> Result<(), ApiError> {
    for sql in [
        "DELETE FROM alarms_delivery WHERE route_id = $1",
        "DELETE FROM alarms_route_standing WHERE route_id = $1",
        "DELETE FROM alarms_route WHERE id = $1",
    ] {
        sqlx::query(sql).bind(id).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn standing(connection: &mut AnyConnection, id: &str) -> Result<Standing, ApiError> {
    let row: Option<(Option<i64>, Option<i64>, Option<String>)> =
        sqlx::query_as("SELECT sent_at, failed_at, error FROM alarms_route_standing WHERE route_id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?;
    let (sent_at, failed_at, error) = row.unwrap_or_default();
    Ok(Standing { sent_at: sent_at.map(Time::from_micros), failed_at: failed_at.map(Time::from_micros), error })
}

/// Writes down how sending went: `Ok`, or what went wrong.
pub(super) async fn note_standing(
    connection: &mut AnyConnection,
    id: &str,
    at: Time,
    outcome: Result<(), &str>,
) -> Result<(), ApiError> {
    let (sent_at, failed_at) = if outcome.is_ok() { (Some(at.micros()), None) } else { (None, Some(at.micros())) };
    sqlx::query(
        "INSERT INTO alarms_route_standing (route_id, sent_at, failed_at, error) VALUES ($1, $2, $3, $4)
         ON CONFLICT (route_id) DO UPDATE SET sent_at = COALESCE(excluded.sent_at, alarms_route_standing.sent_at),
         failed_at = excluded.failed_at, error = excluded.error",
    )
    .bind(id)
    .bind(sent_at)
    .bind(failed_at)
    .bind(outcome.err())
    .execute(connection)
    .await?;
    Ok(())
}

/// It works again, though nothing that matters was sent: the pace of what does is not changed.
pub(super) async fn note_mended(connection: &mut AnyConnection, id: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE alarms_route_standing SET failed_at = NULL, error = NULL WHERE route_id = $1")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
