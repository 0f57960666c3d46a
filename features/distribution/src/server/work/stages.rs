//! Where endpoints are with what they were given, as their state says.

use async_trait::async_trait;
use serde_json::Value;
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

use super::Bell;
use crate::{FEATURE, model::Told, part::PartState};

pub(in crate::server) struct Stages;

/// An endpoint has no more jobs at a time than this.
const MOST: usize = 100;

#[async_trait]
impl AgentHook for Stages {
    async fn state(&self, ctx: &Context, endpoint: Id<Endpoint>, section: &str, value: &Value) -> Result<(), ApiError> {
        if section != FEATURE {
            return Ok(());
        }
        // What is not told any more has ended: its command says how, now or in a moment.
        ctx.part::<Bell>().told(endpoint, ctx.now());
        let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
        // What a newer agent tells otherwise is left out.
        let told: Vec<Told> =
            entries.iter().take(MOST).filter_map(|entry| serde_json::from_value(entry.clone()).ok()).collect();
        if told.is_empty() {
            return Ok(());
        }
        let id = endpoint.to_string();
        let known: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT rollout_id, attempt, state FROM distribution_part WHERE endpoint_id = $1 AND command_id IS NOT NULL",
        )
        .bind(&id)
        .fetch_all(ctx.db().read())
        .await?;
        let mut news = Vec::new();
        for told in told {
            let (rollout, stage) = (told.rollout_id.to_string(), PartState::of_stage(told.stage));
            let is_news = known.iter().any(|(known, attempt, state)| {
                *known == rollout && *attempt == i64::from(told.attempt) && state != stage.as_str()
            });
            if is_news {
                news.push((rollout, told.attempt, stage, told.since.min(ctx.now())));
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        // It is told again with the next state, so it need not wait for the disk.
        let mut tx = ctx.db().write_relaxed().await?;
        for (rollout, attempt, stage, since) in news {
            sqlx::query(
                "UPDATE distribution_part SET state = $1, changed_at = $2 WHERE rollout_id = $3 AND endpoint_id = $4
                 AND attempt = $5 AND command_id IS NOT NULL",
            )
            .bind(stage.as_str())
            .bind(since.micros())
            .bind(rollout)
            .bind(&id)
            .bind(i64::from(attempt))
            .execute(tx.on())
            .await?;
        }
        Ok(tx.commit().await?)
    }
}
