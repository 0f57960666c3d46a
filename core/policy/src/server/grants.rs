//! `/api/v1/grants`: something allowed besides the policy, for somebody, for a time, for a reason.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Page, Path, Query, error::Problem,
};
use yagura_vocabulary::{
    Time,
    id::{EndpointId, GrantId, GroupId, PersonId},
};

use super::{manifest::nudge, policies::put::check_value};
use crate::PolicySpecs;

/// Longest grant: a year.
const LONGEST_MICROS: i64 = 366 * 86_400 * 1_000_000;

/// For whom. Everything that is given must hold; an account alone means it on every endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Scope {
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<PersonId>,
    /// uid or SID.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_id: Option<EndpointId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<GroupId>,
}

/// Whether a grant counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantState {
    Waiting,
    Active,
    Expired,
    Revoked,
}

/// One grant.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrantView {
    id: String,
    feature: String,
    scope: Scope,
    /// The scope in words: names of person, account, endpoint, group.
    scope_label: String,
    #[schema(value_type = Object)]
    value: Value,
    reason: String,
    created_by: String,
    created_at: Time,
    starts_at: Time,
    expires_at: Time,
    revoked_at: Option<Time>,
    state: GrantState,
}

#[derive(FromRow)]
struct Row {
    id: String,
    feature: String,
    person_id: Option<String>,
    person_name: Option<String>,
    account: Option<String>,
    endpoint_id: Option<String>,
    hostname: Option<String>,
    group_id: Option<String>,
    group_path: Option<String>,
    value: String,
    reason: String,
    created_by: String,
    created_at: i64,
    starts_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

const SELECT: &str = "SELECT t.id AS id, t.feature AS feature, t.person_id AS person_id, p.name AS person_name,
     t.account AS account, t.endpoint_id AS endpoint_id, e.hostname AS hostname, t.group_id AS group_id,
     g.path AS group_path, t.value AS value, t.reason AS reason, t.created_by AS created_by,
     t.created_at AS created_at, t.starts_at AS starts_at, t.expires_at AS expires_at, t.revoked_at AS revoked_at
     FROM policy_grant t LEFT JOIN people_person p ON p.id = t.person_id
     LEFT JOIN endpoints_endpoint e ON e.id = t.endpoint_id LEFT JOIN endpoints_group g ON g.id = t.group_id";

/// A limited caller sees grants that are bound to his own endpoints or groups only.
fn seen(n: usize) -> String {
    format!(
        "(${n} = '' OR (e.group_id IS NOT NULL AND {}) OR (g.id IS NOT NULL AND {}))",
        visible("e.group_id", n),
        visible("g.id", n)
    )
}

impl GrantView {
    fn new(row: Row, now: Time) -> Self {
        let state = if row.revoked_at.is_some() {
            GrantState::Revoked
        } else if row.expires_at <= now.micros() {
            GrantState::Expired
        } else if row.starts_at > now.micros() {
            GrantState::Waiting
        } else {
            GrantState::Active
        };
        let parts = [&row.person_name, &row.account, &row.hostname, &row.group_path];
        let label = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / ");
        let id = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Self {
            id: row.id,
            feature: row.feature,
            scope: Scope {
                person_id: row.person_id.and_then(|text| text.parse().ok()),
                account: row.account,
                endpoint_id: id(row.endpoint_id),
                group_id: row.group_id.and_then(|text| text.parse().ok()),
            },
            scope_label: label,
            value: serde_json::from_str(&row.value).unwrap_or_default(),
            reason: row.reason,
            created_by: row.created_by,
            created_at: Time::from_micros(row.created_at),
            starts_at: Time::from_micros(row.starts_at),
            expires_at: Time::from_micros(row.expires_at),
            revoked_at: row.revoked_at.map(Time::from_micros),
            state,
        }
    }
}

/// Which grants.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GrantQuery {
    feature: Option<String>,
    /// Id of an endpoint.
    endpoint: Option<String>,
}

/// List grants, newest first
#[utoipa::path(get, path = "/api/v1/grants", tag = "grants", params(GrantQuery),
    responses((status = 200, body = Page<GrantView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<GrantQuery>,
) -> ApiResult<Json<Page<GrantView>>> {
    let sql = format!(
        "{SELECT} WHERE {} AND ($2 = '' OR t.feature = $2) AND ($3 = '' OR t.endpoint_id = $3)
         ORDER BY t.created_at DESC, t.id LIMIT 1000",
        seen(1)
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(query.feature.unwrap_or_default())
        .bind(query.endpoint.unwrap_or_default())
        .fetch_all(ctx.db().read())
        .await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| GrantView::new(row, ctx.now())).collect())))
}

/// A new grant.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewGrant {
    feature: String,
    scope: Scope,
    /// What is laid over the policy.
    #[schema(value_type = Object)]
    value: Value,
    reason: String,
    /// Now when absent.
    starts_at: Option<Time>,
    expires_at: Time,
}

/// Give a grant
#[utoipa::path(post, path = "/api/v1/grants", tag = "grants", request_body = NewGrant,
    responses((status = 201, body = GrantView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewGrant>,
) -> ApiResult<(StatusCode, Json<GrantView>)> {
    let spec = ctx.part::<PolicySpecs>().find(&body.feature);
    let spec = *spec.ok_or_else(|| ApiError::invalid("/feature", "unknown", "no feature of that name has a policy"))?;
    check_value(&spec, &body.value)?;
    if body.reason.trim().is_empty() {
        return Err(ApiError::invalid("/reason", "required", "say why it is granted"));
    }
    let scope = &body.scope;
    if scope.person_id.is_none() && scope.account.is_none() && scope.endpoint_id.is_none() && scope.group_id.is_none() {
        return Err(ApiError::invalid(
            "/scope",
            "required",
            "say for whom: a person, an account, an endpoint or a group",
        ));
    }
    if caller.limited && scope.endpoint_id.is_none() && scope.group_id.is_none() {
        return Err(ApiError::invalid("/scope", "required", "bind the grant to one of your endpoints or groups"));
    }
    let starts_at = body.starts_at.unwrap_or_else(|| ctx.now());
    let length = body.expires_at.micros() - starts_at.micros();
    if body.expires_at <= ctx.now() || !(1..=LONGEST_MICROS).contains(&length) {
        return Err(ApiError::invalid("/expires_at", "out_of_range", "a grant ends in the future and within a year"));
    }
    check_scope(&ctx, &caller, scope).await?;
    let id = GrantId::new();
    let mut change = Change::begin(&ctx, &caller, "grant.create").await?;
    sqlx::query(
        "INSERT INTO policy_grant (id, feature, person_id, account, endpoint_id, group_id, value, reason, created_by,
         created_at, starts_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id.to_string())
    .bind(&body.feature)
    .bind(scope.person_id.map(|id| id.to_string()))
    .bind(&scope.account)
    .bind(scope.endpoint_id.map(|id| id.to_string()))
    .bind(scope.group_id.map(|id| id.to_string()))
    .bind(body.value.to_string())
    .bind(&body.reason)
    .bind(&caller.name)
    .bind(change.at().micros())
    .bind(starts_at.micros())
    .bind(body.expires_at.micros())
    .execute(change.on())
    .await?;
    let sql = format!("{SELECT} WHERE t.id = $1");
    let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string()).fetch_one(change.on()).await?;
    let grant = GrantView::new(row, ctx.now());
    let audit = Audit::created(Object::new("grant", &id, &grant.scope_label), &grant);
    change.commit(audit.because(Some(body.reason))).await?;
    nudge(&ctx, scope.endpoint_id);
    Ok((StatusCode::CREATED, Json(grant)))
}

async fn check_scope(ctx: &Context, caller: &Caller, scope: &Scope) -> Result<(), ApiError> {
    let unknown = |pointer, what: &str| ApiError::invalid(pointer, "unknown", format!("there is no such {what}"));
    if let Some(endpoint) = scope.endpoint_id {
        yagura_endpoints::id_by_name_or_id(ctx, caller, &endpoint.to_string())
            .await
            .map_err(|_| unknown("/scope/endpoint_id", "endpoint"))?;
    }
    if let Some(group) = scope.group_id {
        let sql = format!("SELECT g.id FROM endpoints_group g WHERE g.id = $1 AND {}", visible("g.id", 2));
        let found: Option<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(group.to_string())
            .bind(caller.limit())
            .fetch_optional(ctx.db().read())
            .await?;
        found.ok_or_else(|| unknown("/scope/group_id", "group"))?;
    }
    if let Some(person) = scope.person_id {
        let found: Option<(String,)> = sqlx::query_as("SELECT id FROM people_person WHERE id = $1")
            .bind(person.to_string())
            .fetch_optional(ctx.db().read())
            .await?;
        found.ok_or_else(|| unknown("/scope/person_id", "person"))?;
    }
    Ok(())
}

/// Why a grant is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RevokeGrant {
    reason: String,
}

/// Take a grant back
#[utoipa::path(post, path = "/api/v1/grants/{id}/revoke", tag = "grants", params(("id" = String, Path)),
    request_body = RevokeGrant, responses((status = 200, body = GrantView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<GrantId>,
    Json(body): Json<RevokeGrant>,
) -> ApiResult<Json<GrantView>> {
    let mut change = Change::begin(&ctx, &caller, "grant.revoke").await?;
    let sql = format!("{SELECT} WHERE t.id = $1 AND {}", seen(2));
    let find = || sqlx::query_as::<_, Row>(AssertSqlSafe(sql.clone())).bind(id.to_string()).bind(caller.limit());
    find().fetch_optional(change.on()).await?.ok_or_else(|| ApiError::not_found("grant"))?;
    sqlx::query("UPDATE policy_grant SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2")
        .bind(change.at().micros())
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    let grant = GrantView::new(find().fetch_one(change.on()).await?, ctx.now());
    let audit = Audit::changed(Object::new("grant", &id, &grant.scope_label), &(), &grant);
    change.commit(audit.because(Some(body.reason))).await?;
    nudge(&ctx, None);
    Ok(Json(grant))
}
