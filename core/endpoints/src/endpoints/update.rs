//! `PATCH /api/v1/endpoints/{id}`: move it to another group, say who uses it, say that it is no copy.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{
    AgentHooks, ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, Path, error::Problem,
    present,
};
use yagura_vocabulary::id::{EndpointId, GroupId, PersonId};

use super::{find, read::detail, view::EndpointDetail};
use crate::visible;

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EndpointChange {
    group_id: Option<GroupId>,
    /// Who mostly uses it; null for nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    primary_user_id: Option<Option<PersonId>>,
    /// `false` once somebody has looked: it is no copy. A copy that still runs is suspected again when it next says hello.
    clone_suspected: Option<bool>,
}

/// Change an endpoint
#[utoipa::path(patch, path = "/api/v1/endpoints/{id}", tag = "endpoints", 
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = EndpointChange, responses((status = 200, body = EndpointDetail), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<EndpointId>,
    Json(body): Json<EndpointChange>,
) -> ApiResult<Json<EndpointDetail>> {
    let before = find::row(&ctx, &caller, id).await?;
    seen.check(Etag(before.version))?;
    let mut change = Change::begin(&ctx, &caller, "endpoint.update").await?;
    if let Some(group) = body.group_id {
        // Moving somewhere is also giving it to whoever sees that place, so the caller must see it himself.
        let sql = format!(
            "SELECT g.id FROM endpoints_group g WHERE g.id = $1 AND g.kind = 'fixed' AND {}",
            visible("g.id", 2)
        );
        let known: Option<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(group.to_string())
            .bind(caller.limit())
            .fetch_optional(change.on())
            .await?;
        known.ok_or_else(|| ApiError::invalid("/group_id", "unknown", "there is no such fixed group"))?;
        sqlx::query("UPDATE endpoints_endpoint SET group_id = $1 WHERE id = $2")
            .bind(group.to_string())
            .bind(id.to_string())
            .execute(change.on())
            .await?;
    }
    if let Some(person) = body.primary_user_id {
        if let Some(person) = person {
            let known: Option<(String,)> = sqlx::query_as("SELECT id FROM people_person WHERE id = $1")
                .bind(person.to_string())
                .fetch_optional(change.on())
                .await?;
            known.ok_or_else(|| ApiError::invalid("/primary_user_id", "unknown", "there is no such person"))?;
        }
        sqlx::query("UPDATE endpoints_endpoint SET primary_user_id = $1 WHERE id = $2")
            .bind(person.map(|person| person.to_string()))
            .bind(id.to_string())
            .execute(change.on())
            .await?;
    }
    match body.clone_suspected {
        None => {}
        Some(true) => {
            return Err(ApiError::invalid(
                "/clone_suspected",
                "out_of_range",
                "only the server itself suspects a copy",
            ));
        }
        Some(false) => {
            // The runs that made it suspect are forgotten: what comes next is what is compared with.
            sqlx::query("UPDATE endpoints_endpoint SET clone_suspected = 0, previous_run_id = NULL WHERE id = $1")
                .bind(id.to_string())
                .execute(change.on())
                .await?;
        }
    }
    sqlx::query("UPDATE endpoints_endpoint SET version = version + 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    let was = json!({"group_id": before.group_id, "primary_user_id": before.person_id,
        "clone_suspected": before.clone_suspected != 0});
    let now = json!({"group_id": body.group_id, "primary_user_id": body.primary_user_id,
        "clone_suspected": body.clone_suspected});
    change.commit(Audit::changed(Object::new("endpoint", &id, &before.hostname), &was, &now)).await?;
    for hook in &ctx.part::<AgentHooks>().0 {
        hook.regrouped(&ctx, Some(id)).await?;
    }
    Ok(Json(detail(&ctx, &caller, id).await?))
}
