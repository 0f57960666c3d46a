//! `POST /api/v1/events/erasures/preview`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Object, error::Problem};
use yagura_vocabulary::id::PersonId;

use crate::{
    Query, Removal, RemovalKind,
    server::{
        holds,
        removing::{self, PreviewView, whose},
    },
};

/// Whose events.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct WhoseEvents {
    person: PersonId,
}

/// Show what erasing a person's events would take away
#[utoipa::path(post, path = "/api/v1/events/erasures/preview", tag = "events", request_body = WhoseEvents,
    responses((status = 200, body = PreviewView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<WhoseEvents>,
) -> ApiResult<Json<PreviewView>> {
    let name = name(&ctx, body.person).await?;
    let removal = removal(&ctx, body.person, &caller.name, "a preview").await?;
    let subject = subject(body.person);
    let object = Object::new("person", &body.person, &name);
    Ok(Json(removing::preview(&ctx, &caller, (&subject, object), &removal, ctx.now()).await?))
}

/// What the preview is of.
pub(super) fn subject(person: PersonId) -> String {
    format!("erasure of {person}")
}

pub(super) async fn name(ctx: &Context, person: PersonId) -> Result<String, ApiError> {
    let found: Option<(String,)> = sqlx::query_as("SELECT name FROM people_person WHERE id = $1")
        .bind(person.to_string())
        .fetch_optional(ctx.db().read())
        .await?;
    found.map(|(name,)| name).ok_or_else(|| ApiError::not_found("person"))
}

pub(super) async fn removal(ctx: &Context, person: PersonId, actor: &str, reason: &str) -> Result<Removal, ApiError> {
    Ok(Removal {
        kind: RemovalKind::Erase,
        remove: vec![Query { whose: Some(whose(ctx, person).await?), ..Query::new() }],
        hold: holds::in_force(ctx).await?,
        actor: actor.to_owned(),
        reason: reason.to_owned(),
    })
}
