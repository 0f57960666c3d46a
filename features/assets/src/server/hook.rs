//! What endpoints tell of themselves goes into the ledger.

use async_trait::async_trait;
use serde::Deserialize as _;
use serde_json::Value;
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

use super::ledger::{AssetKind, Sighting, Source, sighted};
use crate::Assets;

/// Takes the inventories that our agents tell.
pub(super) struct Intake;

#[async_trait]
impl AgentHook for Intake {
    async fn state(&self, ctx: &Context, endpoint: Id<Endpoint>, section: &str, value: &Value) -> Result<(), ApiError> {
        if section != crate::FEATURE {
            return Ok(());
        }
        let mut assets: Assets = match Assets::deserialize(value) {
            Ok(assets) => assets,
            Err(error) => {
                // The agent would only send it again and again: its last good inventory stays.
                tracing::warn!(%endpoint, %error, "an inventory cannot be read, and does not go into the ledger");
                return Ok(());
            }
        };
        let mut tx = ctx.db().write_relaxed().await?;
        if assets.os.hostname.is_none() {
            let row: Option<(String,)> = sqlx::query_as("SELECT hostname FROM endpoints_endpoint WHERE id = $1")
                .bind(endpoint.to_string())
                .fetch_optional(tx.on())
                .await?;
            assets.os.hostname = row.map(|(hostname,)| hostname);
        }
        let sighting = Sighting {
            source: Source::Agent,
            key: endpoint.to_string(),
            kind: AssetKind::Computer,
            endpoint: Some(endpoint),
            assets,
        };
        sighted(ctx, &mut tx, &sighting).await?;
        Ok(tx.commit().await?)
    }
}
