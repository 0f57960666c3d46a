//! Hearing how commands ended: those of endpoints that told something lately at each look, the others in turn, some thousand at a time.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::{CommandState, Time, id::EndpointId};

use crate::{
    model::{End, Outcome},
    part::{Next, PartState, after},
    server::plan::Plan,
};

/// Commands that are looked at in one look.
const IN_TURN: i64 = 5_000;
/// Endpoints of one transaction.
const AT_ONCE: usize = 200;

#[derive(Debug, FromRow)]
struct Row {
    rollout_id: String,
    endpoint_id: String,
    attempt: i64,
    failures: i64,
    command_id: String,
    command_state: String,
    expires_at: i64,
    result: Option<String>,
    error: Option<String>,
    rollout_state: String,
}

/// A command is worth looking at when it has ended, or was taken up since.
const NEWS: &str =
    "(c.state IN ('done', 'failed', 'expired', 'cancelled') OR (c.state = 'accepted' AND p.state = 'queued'))";
const COLUMNS: &str =
    "p.rollout_id AS rollout_id, p.endpoint_id AS endpoint_id, p.attempt AS attempt, p.failures AS failures,
     p.command_id AS command_id, c.state AS command_state, c.expires_at AS expires_at, c.result AS result, c.error AS error,
     r.state AS rollout_state";

/// Hears what there is to hear. `cursor` is the command up to which it was looked in turn.
pub(super) async fn follow(ctx: &Context, cursor: &mut String, warm: &[EndpointId]) -> Result<(), ApiError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM distribution_part p JOIN commands_command c ON c.id = p.command_id
         JOIN distribution_rollout r ON r.id = p.rollout_id WHERE p.endpoint_id = $1 AND {NEWS}"
    );
    let mut news: Vec<Row> = Vec::new();
    for endpoint in warm {
        let rows: Vec<Row> =
            sqlx::query_as(AssertSqlSafe(sql.clone())).bind(endpoint.to_string()).fetch_all(ctx.db().read()).await?;
        news.extend(rows);
    }
    let (end, count): (Option<String>, i64) = sqlx::query_as(
        "SELECT MAX(command_id), COUNT(*) FROM
         (SELECT command_id FROM distribution_part WHERE command_id > $1 ORDER BY command_id LIMIT $2) page",
    )
    .bind(&*cursor)
    .bind(IN_TURN)
    .fetch_one(ctx.db().read())
    .await?;
    if let Some(end) = &end {
        let sql = format!(
            "SELECT {COLUMNS} FROM distribution_part p JOIN commands_command c ON c.id = p.command_id
             JOIN distribution_rollout r ON r.id = p.rollout_id WHERE p.command_id > $1 AND p.command_id <= $2 AND {NEWS}"
        );
        let rows: Vec<Row> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(&*cursor).bind(end).fetch_all(ctx.db().read()).await?;
        news.extend(rows);
    }
    let retries = retries(ctx, &news).await?;
    for some in news.chunks(AT_ONCE) {
        let mut tx = ctx.db().write().await?;
        for row in some {
            let retries = retries.get(row.rollout_id.as_str()).copied().unwrap_or_default();
            take(&mut tx, row, retries, ctx.now()).await?;
        }
        tx.commit().await?;
    }
    // Only what was taken counts as looked at. After the last one it begins anew.
    *cursor = end.filter(|_| count == IN_TURN).unwrap_or_default();
    Ok(())
}

/// How often a failure is tried again, of each rollout that there is news of. A plan may be long, and is not read for each endpoint.
async fn retries<'a>(ctx: &Context, news: &'a [Row]) -> Result<HashMap<&'a str, u32>, ApiError> {
    let mut found = HashMap::new();
    for row in news {
        let id = row.rollout_id.as_str();
        if found.contains_key(id) {
            continue;
        }
        let (plan,): (String,) = sqlx::query_as("SELECT plan FROM distribution_rollout WHERE id = $1")
            .bind(id)
            .fetch_one(ctx.db().read())
            .await?;
        let plan: Plan = serde_json::from_str(&plan).map_err(|error| ApiError::unavailable(&error))?;
        found.insert(id, plan.retries);
    }
    Ok(found)
}

/// Writes one down. What was heard of before meanwhile is left alone.
async fn take(tx: &mut Tx, row: &Row, retries: u32, now: Time) -> Result<(), ApiError> {
    let state: CommandState = row.command_state.parse().map_err(|error| ApiError::unavailable(&error))?;
    if state == CommandState::Accepted {
        sqlx::query(
            "UPDATE distribution_part SET state = 'taken', changed_at = $1 WHERE command_id = $2 AND state = 'queued'",
        )
        .bind(now.micros())
        .bind(&row.command_id)
        .execute(tx.on())
        .await?;
        return Ok(());
    }
    let outcome = outcome(state, row, now);
    let goes_on = matches!(row.rollout_state.as_str(), "running" | "stopped");
    let failed = matches!(outcome.end, End::Failed | End::RolledBack);
    let failures = row.failures + i64::from(failed);
    let count = u32::try_from(failures).unwrap_or(u32::MAX);
    // What a person cancelled by hand is not given again by itself.
    let goes_on = goes_on && state != CommandState::Cancelled;
    let (state, next_at) = match after(outcome.end, count, retries, goes_on) {
        Next::Over(state) => (state, now.micros()),
        Next::Again(_) if !matches!(row.rollout_state.as_str(), "running" | "stopped") => {
            (PartState::Recalled, now.micros())
        }
        Next::Again(pause_s) => (PartState::Waiting, now.micros() + pause_s * 1_000_000),
    };
    let fetched = outcome.fetched.unwrap_or_default();
    // What an endpoint says is bounded, so that no sum overflows.
    let bytes = |count: u64| i64::try_from(count.min(1 << 50)).unwrap_or(0);
    let taken = sqlx::query(
        "UPDATE distribution_part SET state = $1, next_at = $2, changed_at = $3, why = $4, restart = $5, failures = $6,
         command_id = NULL, from_server = from_server + $8, from_neighbours = from_neighbours + $9 WHERE command_id = $7",
    )
    .bind(state.as_str())
    .bind(next_at)
    .bind(now.micros())
    .bind(outcome.why.chars().take(1000).collect::<String>())
    .bind(i64::from(outcome.restart))
    .bind(failures)
    .bind(&row.command_id)
    .bind(bytes(fetched.server))
    .bind(bytes(fetched.neighbours))
    .execute(tx.on())
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "UPDATE distribution_attempt SET ended_at = $1, outcome = $2 WHERE rollout_id = $3 AND endpoint_id = $4 AND attempt = $5",
    )
    .bind(outcome.ended_at.micros())
    .bind(serde_json::to_string(&outcome).map_err(|error| ApiError::unavailable(&error))?)
    .bind(&row.rollout_id)
    .bind(&row.endpoint_id)
    .bind(row.attempt)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// How it ended, in the endpoint's words where it said any.
fn outcome(state: CommandState, row: &Row, now: Time) -> Outcome {
    let said = row.result.as_deref().and_then(|result| serde_json::from_str::<Outcome>(result).ok());
    let of = |end, why: &str| Outcome {
        end,
        why: why.to_owned(),
        began_at: None,
        ended_at: now,
        exit_code: None,
        changed: Vec::new(),
        postponed: 0,
        restart: false,
        log: String::new(),
        fetched: None,
    };
    match (state, said) {
        (CommandState::Done, Some(outcome)) => outcome,
        (CommandState::Done, None) => of(End::Failed, "what the endpoint told of it cannot be read"),
        (CommandState::Expired, _) => Outcome {
            ended_at: Time::from_micros(row.expires_at),
            ..of(End::Expired, "the endpoint did not come in time")
        },
        (CommandState::Cancelled, _) => of(End::Recalled, "the command was cancelled"),
        _ => of(End::Failed, row.error.as_deref().unwrap_or("the endpoint could not carry it out")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(result: Option<&str>) -> Row {
        Row {
            rollout_id: String::new(),
            endpoint_id: String::new(),
            attempt: 1,
            failures: 0,
            command_id: String::new(),
            command_state: String::new(),
            expires_at: 7_000_000,
            result: result.map(Into::into),
            error: Some("no such handler".into()),
            rollout_state: String::new(),
        }
    }

    #[test]
    fn how_a_command_ended_says_how_the_part_did() {
        let now = Time::from_seconds(9);
        let check = |state, result: Option<&str>, end| assert_eq!(outcome(state, &row(result), now).end, end);
        check(
            CommandState::Done,
            Some(r#"{"end": "rolled_back", "ended_at": "2026-12-01T00:00:00Z"}"#),
            End::RolledBack,
        );
        check(CommandState::Done, Some(r#"{"too_large": true, "bytes": 70000}"#), End::Failed);
        check(CommandState::Failed, None, End::Failed);
        check(CommandState::Expired, None, End::Expired);
        check(CommandState::Cancelled, None, End::Recalled);
        assert_eq!(outcome(CommandState::Failed, &row(None), now).why, "no such handler");
        assert_eq!(outcome(CommandState::Expired, &row(None), now).ended_at, Time::from_seconds(7));
    }
}
