//! Who was to wake and says hello has woken.

use async_trait::async_trait;
use yagura_channel::wire::hello::{Hello, Welcome};
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

/// A machine that comes later than this was switched on by somebody, in microseconds.
const LATEST: i64 = 3_600 * 1_000_000;

pub(super) struct Woken;

#[async_trait]
impl AgentHook for Woken {
    async fn hello(
        &self,
        ctx: &Context,
        endpoint: Id<Endpoint>,
        _hello: &Hello,
        _welcome: &mut Welcome,
    ) -> Result<(), ApiError> {
        let now = ctx.now().micros();
        let waits: Option<(String,)> = sqlx::query_as(
            "SELECT command_id FROM power_order WHERE endpoint_id = $1 AND asked_at > $2 AND deed = 'wake'
             AND woken_at IS NULL LIMIT 1",
        )
        .bind(endpoint.to_string())
        .bind(now - LATEST)
        .fetch_optional(ctx.db().read())
        .await?;
        if waits.is_none() {
            return Ok(());
        }
        let mut tx = ctx.db().write_relaxed().await?;
        sqlx::query(
            "UPDATE power_order SET woken_at = $1 WHERE endpoint_id = $2 AND asked_at > $3 AND deed = 'wake'
             AND woken_at IS NULL",
        )
        .bind(now)
        .bind(endpoint.to_string())
        .bind(now - LATEST)
        .execute(tx.on())
        .await?;
        Ok(tx.commit().await?)
    }
}
