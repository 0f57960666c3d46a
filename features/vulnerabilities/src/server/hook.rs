//! What a machine tells of itself is judged soon, not at the next round.

use async_trait::async_trait;
use serde_json::Value;
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

use super::{board, claims};

/// Listens for inventories.
pub(super) struct Told;

#[async_trait]
impl AgentHook for Told {
    async fn state(&self, ctx: &Context, _: Id<Endpoint>, section: &str, _: &Value) -> Result<(), ApiError> {
        // The ledger has taken it over: its hook stands before this one.
        if section == yagura_assets::FEATURE {
            claims::ring(ctx);
            board::ring(ctx);
        }
        Ok(())
    }
}
