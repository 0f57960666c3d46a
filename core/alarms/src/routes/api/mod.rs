//! Routes of alarms as the API gives them: `/api/v1/alarm-routes`.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod try_out;
pub(crate) mod update;

use serde::Serialize;
use serde_json::Value;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Object};
use yagura_vocabulary::Time;

use super::{
    route::Route,
    store::{self, Kept},
};

/// A route, and how it does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlarmRouteView)]
pub(crate) struct RouteView {
    id: String,
    #[serde(flatten)]
    route: Route,
    /// The host of the webhook, whose address is not shown.
    host: Option<String>,
    /// The path of the group; null where it names none, or one that is there no more: then nothing goes out.
    group_path: Option<String>,
    /// Alarms that wait to go out.
    waiting: i64,
    /// When something was last sent.
    sent_at: Option<Time>,
    /// Since when sending has been failing.
    failed_at: Option<Time>,
    /// What was answered then.
    error: Option<String>,
    etag: String,
}

pub(super) async fn view(connection: &mut AnyConnection, kept: Kept) -> Result<RouteView, ApiError> {
    let standing = store::standing(&mut *connection, &kept.id).await?;
    let (waiting,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM alarms_delivery WHERE route_id = $1 AND state = 'queued'")
            .bind(&kept.id)
            .fetch_one(&mut *connection)
            .await?;
    let group = match &kept.route.group {
        Some(group) => self::group(&mut *connection, group).await?,
        None => None,
    };
    let etag = kept.etag().to_string();
    let Kept { id, route, .. } = kept;
    Ok(RouteView {
        id,
        host: route.to.host(),
        group_path: group.map(|(path, _)| path),
        waiting,
        sent_at: standing.sent_at,
        failed_at: standing.failed_at,
        error: standing.error,
        etag,
        route: Route { to: route.to.shown(), ..route },
    })
}

/// The path and the kind of a group.
async fn group(connection: &mut AnyConnection, id: &str) -> Result<Option<(String, String)>, ApiError> {
    let found = sqlx::query_as("SELECT path, kind FROM endpoints_group WHERE id = $1");
    Ok(found.bind(id).fetch_optional(connection).await?)
}

/// Refuses what cannot be right, also by what else there is.
pub(super) async fn check(connection: &mut AnyConnection, route: &Route) -> Result<(), ApiError> {
    route.check()?;
    let Some(id) = &route.group else { return Ok(()) };
    match group(connection, id).await? {
        Some((_, kind)) if kind == "fixed" => Ok(()),
        Some(_) => Err(ApiError::invalid("/group", "not_fixed", "choose a group into which endpoints are put")),
        None => Err(ApiError::invalid("/group", "unknown", "there is no such group")),
    }
}

/// For the audit log: without addresses that are secrets.
pub(super) fn audited(route: &Route) -> Value {
    let mut value = serde_json::to_value(Route { to: route.to.shown(), ..route.clone() }).unwrap_or_default();
    value["host"] = route.to.host().into();
    value
}

pub(super) fn object(id: &str, name: &str) -> Object {
    Object::new("alarm_route", &id, name)
}
