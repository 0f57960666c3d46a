//! What other parts add when an agent says hello or tells its state: `core/endpoints` receives both and knows neither policies,
//! commands nor events.

use async_trait::async_trait;
use serde_json::Value;
use yagura_channel::wire::hello::{Hello, Welcome};
use yagura_vocabulary::{Id, id::Endpoint};

use crate::{ApiError, Context};

/// Takes part in agents' hellos and states. Registered in [`AgentHooks`].
#[async_trait]
pub trait AgentHook: Send + Sync {
    /// Adds its part to the welcome.
    async fn hello(
        &self,
        _ctx: &Context,
        _endpoint: Id<Endpoint>,
        _hello: &Hello,
        _welcome: &mut Welcome,
    ) -> Result<(), ApiError> {
        Ok(())
    }

    /// A section of an endpoint's state has a new value, which is already stored.
    async fn state(
        &self,
        _ctx: &Context,
        _endpoint: Id<Endpoint>,
        _section: &str,
        _value: &Value,
    ) -> Result<(), ApiError> {
        Ok(())
    }

    /// The endpoint belongs to other groups now, or groups have changed; `None` means any endpoint.
    async fn regrouped(&self, _ctx: &Context, _endpoint: Option<Id<Endpoint>>) -> Result<(), ApiError> {
        Ok(())
    }
}

/// All hooks, in the order of the registry.
#[derive(Default)]
pub struct AgentHooks(pub Vec<Box<dyn AgentHook>>);
