//! Endpoints' keys, looked up for every request an agent makes and therefore remembered for a moment.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use yagura_channel::wire::key::PublicKey;
use yagura_server_kit::{ApiError, Context, Endpoints, KnownEndpoint};
use yagura_vocabulary::{EndpointState, Id, Time, id::Endpoint};

/// How long a key may be remembered: with several servers, so long a retired endpoint may still be believed by another one.
const REMEMBERED: Duration = Duration::from_secs(10);
/// More than this are forgotten all at once, which is simple and costs one look-up each.
const MOST: usize = 200_000;

#[derive(Default)]
pub(crate) struct Keys(RwLock<HashMap<Id<Endpoint>, (KnownEndpoint, Time)>>);

#[async_trait]
impl Endpoints for Keys {
    async fn find(&self, ctx: &Context, id: Id<Endpoint>) -> Result<Option<KnownEndpoint>, ApiError> {
        let now = ctx.now();
        {
            let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((known, at)) = remembered.get(&id)
                && now.since(*at) < REMEMBERED
                && known.state != EndpointState::Pending
            {
                return Ok(Some(known.clone()));
            }
        }
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT public_key, standing FROM endpoints_endpoint WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(ctx.db().read())
                .await?;
        let Some((key, standing)) = row else { return Ok(None) };
        let public_key: PublicKey = key.parse().map_err(|error| ApiError::unavailable(&error))?;
        let state = match standing.as_str() {
            "retired" => EndpointState::Retired,
            "pending" => EndpointState::Pending,
            _ => EndpointState::Online,
        };
        let known = KnownEndpoint { public_key, state };
        let mut remembered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST {
            remembered.clear();
        }
        remembered.insert(id, (known.clone(), now));
        Ok(Some(known))
    }

    fn forget(&self, id: Id<Endpoint>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}
