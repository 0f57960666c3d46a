//! What the welcome says of commands.

use async_trait::async_trait;
use yagura_channel::wire::hello::{Hello, Welcome};
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

/// Tells agents how many commands wait when they say hello; put it into [`yagura_server_kit::AgentHooks`].
#[must_use]
pub fn count_waiting() -> Box<dyn AgentHook> {
    Box::new(CountWaiting)
}

struct CountWaiting;

#[async_trait]
impl AgentHook for CountWaiting {
    async fn hello(
        &self,
        ctx: &Context,
        endpoint: Id<Endpoint>,
        _hello: &Hello,
        welcome: &mut Welcome,
    ) -> Result<(), ApiError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM commands_command WHERE endpoint_id = $1
             AND state IN ('queued', 'nudged', 'fetched', 'accepted') AND expires_at > $2",
        )
        .bind(endpoint.to_string())
        .bind(ctx.now().micros())
        .fetch_one(ctx.db().read())
        .await?;
        welcome.commands = count.unsigned_abs();
        Ok(())
    }
}
