//! `POST /agent/v1/commands/{id}`: how a command goes. The answer is the state that the server holds, which after `accepted`
//! decides whether the endpoint goes on.

use axum::extract::State;
use serde_json::{Value, json};
use yagura_channel::wire::command::{Progress, Standing};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Context, Json, Path};
use yagura_vocabulary::{CommandState, Time, id::CommandId};

use crate::{
    carrier::{Carriers, Channel},
    state::{Outcome, advance, parse},
};

/// Largest result that is kept, in bytes of JSON.
const MAX_RESULT: usize = 64 * 1024;
/// Longest error that is kept, in characters.
const MAX_ERROR: usize = 4_000;

pub(crate) async fn progress(
    State(ctx): State<Context>,
    Path(id): Path<CommandId>,
    request: AgentRequest,
) -> ApiResult<Json<Standing>> {
    request.approved()?;
    let told: Progress = request.read(&ctx)?;
    if told.id != id {
        return Err(ApiError::invalid("/id", "other_command", "the body speaks of another command than the path"));
    }
    if !matches!(told.state, CommandState::Accepted | CommandState::Done | CommandState::Failed) {
        return Err(ApiError::invalid("/state", "not_yours", "an endpoint tells accepted, done or failed"));
    }
    let mut tx = ctx.db().write().await?;
    let held: Option<(String, i64)> =
        sqlx::query_as("SELECT state, expires_at FROM commands_command WHERE id = $1 AND endpoint_id = $2")
            .bind(id.to_string())
            .bind(request.endpoint.to_string())
            .fetch_optional(tx.on())
            .await?;
    let (word, expires_at) = held.ok_or_else(|| ApiError::not_found("command"))?;
    let now = ctx.now();
    let next = next(parse(&word)?, told.state, Time::from_micros(expires_at), now);
    let state = advance(tx.on(), id, next, told.at.min(now), &outcome(told)).await?;
    tx.commit().await?;
    if state.is_final() && more(&ctx, &request).await? {
        ctx.part::<Carriers>().of(Channel::Agent).tell(&ctx, request.endpoint);
    }
    Ok(Json(Standing { id, state }))
}

/// Whether commands wait that the endpoint has not read: more may wait than one answer holds.
async fn more(ctx: &Context, request: &AgentRequest) -> Result<bool, ApiError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM commands_command WHERE endpoint_id = $1 AND state IN ('queued', 'nudged')
         AND expires_at > $2",
    )
    .bind(request.endpoint.to_string())
    .bind(ctx.now().micros())
    .fetch_one(ctx.db().read())
    .await?;
    Ok(count > 0)
}

/// Where a command goes when an endpoint tells `told`: to begin after its time ran out is to let it run out. Pure.
fn next(held: CommandState, told: CommandState, expires_at: Time, now: Time) -> CommandState {
    let late = told == CommandState::Accepted && held < CommandState::Accepted && expires_at <= now;
    if late { CommandState::Expired } else { told }
}

/// What is kept of what the endpoint told. A result that is too large is not kept in part, which might be misread.
fn outcome(told: Progress) -> Outcome {
    let result = told.result.map(|result| {
        let bytes = result.to_string().len();
        if bytes <= MAX_RESULT { result } else { too_large(bytes) }
    });
    Outcome { result, error: told.error.map(|text| text.chars().take(MAX_ERROR).collect()) }
}

fn too_large(bytes: usize) -> Value {
    json!({"too_large": true, "bytes": bytes})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(held: CommandState, told: CommandState, now: i64, expected: CommandState) {
        assert_eq!(next(held, told, Time::from_seconds(100), Time::from_seconds(now)), expected);
    }

    #[test]
    fn a_command_cannot_be_begun_after_its_time() {
        check(CommandState::Fetched, CommandState::Accepted, 99, CommandState::Accepted);
        check(CommandState::Fetched, CommandState::Accepted, 100, CommandState::Expired);
    }

    #[test]
    fn what_was_begun_in_time_may_end_after_it() {
        check(CommandState::Accepted, CommandState::Done, 500, CommandState::Done);
        check(CommandState::Accepted, CommandState::Accepted, 500, CommandState::Accepted);
    }

    #[test]
    fn a_result_that_is_too_large_is_not_kept_in_part() {
        let told = Progress {
            id: CommandId::new(),
            state: CommandState::Done,
            at: Time::from_seconds(0),
            result: Some(Value::from("x".repeat(MAX_RESULT))),
            error: None,
        };
        assert_eq!(outcome(told).result, Some(too_large(MAX_RESULT + 2)));
    }
}
