//! `GET /agent/v1/commands`: the commands that wait for the endpoint, as they were signed.

use axum::extract::State;
use yagura_channel::wire::command::Waiting;
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Context, Json};
use yagura_vocabulary::{CommandState, id::CommandId};

use crate::{notes::Notes, state::parse};

/// Commands of one answer. An endpoint that comes back after months gets the rest once it has dealt with these.
const AT_ONCE: i64 = 100;

pub(crate) async fn waiting(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Waiting>> {
    request.approved()?;
    let now = ctx.now();
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT id, state, issued FROM commands_command WHERE endpoint_id = $1
         AND state IN ('queued', 'nudged', 'fetched', 'accepted') AND expires_at > $2 ORDER BY id LIMIT $3",
    )
    .bind(request.endpoint.to_string())
    .bind(now.micros())
    .bind(AT_ONCE)
    .fetch_all(ctx.db().read())
    .await?;
    let mut commands = Vec::with_capacity(rows.len());
    let mut news = Vec::new();
    for (id, word, issued) in rows {
        commands.push(serde_json::from_str(&issued).map_err(|error| ApiError::unavailable(&error))?);
        if parse(&word)?.may_become(CommandState::Fetched) {
            news.push(id.parse::<CommandId>().map_err(|error| ApiError::unavailable(&error))?);
        }
    }
    ctx.part::<Notes>().add(news, CommandState::Fetched, now);
    Ok(Json(Waiting { commands }))
}
