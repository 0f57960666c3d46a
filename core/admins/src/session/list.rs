//! `/api/v1/sessions`: where one is signed in (an administrator sees everybody), and ending one.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Credential, Json, Object, Page, Path, Permission, Who,
    error::Problem,
};
use yagura_vocabulary::{Id, Time, id};

/// One session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionItem {
    id: String,
    /// Whose; absent for somebody who came in from an endpoint.
    admin_id: Option<String>,
    /// The sign-in name; of an employee, the account and its endpoint.
    admin_name: String,
    created_at: Time,
    last_used_at: Time,
    ip: Option<String>,
    user_agent: Option<String>,
    current: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    admin_id: Option<String>,
    name: String,
    created_at: i64,
    last_used_at: i64,
    ip: Option<String>,
    user_agent: Option<String>,
}

/// Where one is signed in
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session",
    responses((status = 200, body = Page<SessionItem>), (status = 401, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<SessionItem>>> {
    let (everybody, own) = whose(&caller);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT s.id AS id, s.admin_id AS admin_id, COALESCE(a.name, p.name || '@' || e.hostname) AS name,
         s.created_at AS created_at, s.last_used_at AS last_used_at, s.ip AS ip, s.user_agent AS user_agent
         FROM admins_session s LEFT JOIN admins_admin a ON a.id = s.admin_id
         LEFT JOIN people_account p ON p.id = s.account_id LEFT JOIN endpoints_endpoint e ON e.id = p.endpoint_id
         WHERE s.expires_at > $1 AND ($2 = 1 OR s.admin_id = $3 OR s.account_id = $3)
         ORDER BY s.last_used_at DESC, s.id",
    )
    .bind(ctx.now().micros())
    .bind(everybody)
    .bind(own)
    .fetch_all(ctx.db().read())
    .await?;
    let current = match caller.credential {
        Credential::Session(id) => id.to_string(),
        Credential::Token(_) | Credential::Order => String::new(),
    };
    let item = |row: Row| SessionItem {
        current: row.id == current,
        id: row.id,
        admin_id: row.admin_id,
        admin_name: row.name,
        created_at: Time::from_micros(row.created_at),
        last_used_at: Time::from_micros(row.last_used_at),
        ip: row.ip,
        user_agent: row.user_agent,
    };
    Ok(Json(Page::whole(rows.into_iter().map(item).collect())))
}

/// End a session
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<id::Session>>,
) -> ApiResult<StatusCode> {
    let (everybody, own) = whose(&caller);
    let mut change = Change::begin(&ctx, &caller, "session.revoke").await?;
    let gone = sqlx::query("DELETE FROM admins_session WHERE id = $1 AND ($2 = 1 OR admin_id = $3 OR account_id = $3)")
        .bind(id.to_string())
        .bind(everybody)
        .bind(own)
        .execute(change.on())
        .await?;
    if gone.rows_affected() == 0 {
        return Err(ApiError::not_found("session"));
    }
    change.commit(Audit::removed(Object::new("session", &id, ""), &())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether somebody sees all sessions (1) or their own (0), and what the latter carry: an administrator's id, or that of an
/// account on an endpoint. Both are UUIDs, so neither is taken for the other.
fn whose(caller: &Caller) -> (i64, String) {
    let own = match &caller.who {
        Who::Admin(id) => id.to_string(),
        Who::Employee(employee) => employee.account.to_string(),
    };
    (i64::from(caller.may(Permission::AdminsWrite)), own)
}
