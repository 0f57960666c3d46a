//! `GET /api/v1/events/{id}`.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::id::EventId;

use super::{
    cases::reason,
    search::{EventView, hostnames, scope},
    store, viewed,
};

/// Show an event
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", params(("id" = String, Path)),
    responses((status = 200, body = EventView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<EventId>,
) -> ApiResult<Json<EventView>> {
    reason(&ctx, &caller).await?;
    let seen = scope(&ctx, &caller).await?;
    let stored = store(&ctx)
        .get(id)
        .await?
        .filter(|stored| seen.as_ref().is_none_or(|seen| seen.contains(&stored.endpoint)))
        .ok_or_else(|| ApiError::not_found("event"))?;
    viewed::note(&ctx, &caller, &json!({"event": id})).await?;
    let names = hostnames(&ctx, std::slice::from_ref(&stored)).await?;
    let hostname = names.get(&stored.endpoint).cloned().unwrap_or_default();
    Ok(Json(EventView::new(stored, hostname)))
}
