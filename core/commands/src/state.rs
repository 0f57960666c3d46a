//! How a command moves from state to state.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{CommandState, Time, id::CommandId};

/// How often a step is tried when another server takes one at the same moment. A command has fewer states than this, so there
/// cannot be more such moments.
const TRIES: usize = 8;

/// One state that a command was in, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Stage {
    pub state: CommandState,
    pub at: Time,
}

/// What an endpoint told with a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub result: Option<Value>,
    pub error: Option<String>,
}

/// Moves the command to `next`, if it may go there, and returns the state that it is in then.
///
/// # Errors
/// `not_found`, or the database is away.
pub(crate) async fn advance(
    connection: &mut AnyConnection,
    id: CommandId,
    next: CommandState,
    at: Time,
    outcome: &Outcome,
) -> Result<CommandState, ApiError> {
    for _ in 0..TRIES {
        let held: Option<(String, String)> =
            sqlx::query_as("SELECT state, history FROM commands_command WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&mut *connection)
                .await?;
        let (word, history) = held.ok_or_else(|| ApiError::not_found("command"))?;
        let state = parse(&word)?;
        if !state.may_become(next) {
            return Ok(state);
        }
        let done = sqlx::query(
            "UPDATE commands_command SET state = $1, history = $2, result = $3, error = $4 WHERE id = $5 AND state = $6",
        )
        .bind(next.as_str())
        .bind(written(&history, next, at))
        .bind(outcome.result.as_ref().map(Value::to_string))
        .bind(&outcome.error)
        .bind(id.to_string())
        .bind(&word)
        .execute(&mut *connection)
        .await?;
        if done.rows_affected() > 0 {
            return Ok(next);
        }
    }
    Err(ApiError::conflict("the command is being changed by others"))
}

/// The history with one more stage. Endpoints' clocks differ, so a stage that seems to lie before the one it follows is
/// written down at that one's time.
fn written(history: &str, state: CommandState, at: Time) -> String {
    let mut stages: Vec<Stage> = serde_json::from_str(history).unwrap_or_default();
    let at = stages.last().map_or(at, |last| at.max(last.at));
    stages.push(Stage { state, at });
    serde_json::to_string(&stages).unwrap_or_default()
}

/// The state with this word, as it lies in the database.
pub(crate) fn parse(word: &str) -> Result<CommandState, ApiError> {
    CommandState::ALL
        .iter()
        .copied()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| ApiError::unavailable(&UnknownState(word.to_owned())))
}

#[derive(Debug, thiserror::Error)]
#[error("a command in the database is in the state `{0}`, which does not exist")]
struct UnknownState(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_its_word() {
        for state in CommandState::ALL {
            assert_eq!(parse(state.as_str()).unwrap(), *state);
        }
        assert!(parse("lost").is_err());
    }

    #[test]
    fn a_stage_never_seems_to_lie_before_the_one_it_follows() {
        let first = written("[]", CommandState::Queued, Time::from_seconds(100));
        let second = written(&first, CommandState::Accepted, Time::from_seconds(90));
        let stages: Vec<Stage> = serde_json::from_str(&second).unwrap();
        assert_eq!(stages[1], Stage { state: CommandState::Accepted, at: Time::from_seconds(100) });
    }
}
