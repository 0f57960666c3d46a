//! How commands leave for an endpoint: by the channel on which it is managed.

use yagura_channel::{
    server::{Hub, Signer},
    wire::{
        command::Command,
        nudge::{Nudge, Topic},
    },
};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::id::EndpointId;

/// How an endpoint is managed. The database has the word in `endpoints_endpoint.channel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By our own agent.
    Agent,
}

impl Channel {
    /// The channel that the database's word names.
    ///
    /// # Errors
    /// When a newer server has written a word that this one does not know.
    pub fn parse(word: &str) -> Result<Self, ApiError> {
        match word {
            "agent" => Ok(Self::Agent),
            other => Err(ApiError::unavailable(&UnknownChannel(other.to_owned()))),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("an endpoint is managed by the channel `{0}`, which this server does not know")]
struct UnknownChannel(String);

/// Takes commands to the endpoints of one channel. That they wait, expire and can be taken back is the same for all.
pub trait Carrier: Send + Sync {
    /// The order as the endpoint will fetch it: signed, in the channel's own form.
    fn issue(&self, ctx: &Context, command: &Command) -> String;

    /// Tells an endpoint that a command waits. False when it cannot be told now: it will look when it comes.
    fn tell(&self, ctx: &Context, endpoint: EndpointId) -> bool;
}

/// One carrier for each channel.
pub struct Carriers {
    agent: Box<dyn Carrier>,
}

impl Default for Carriers {
    fn default() -> Self {
        Self { agent: Box::new(ByAgent) }
    }
}

impl Carriers {
    /// The carrier of a channel.
    #[must_use]
    pub fn of(&self, channel: Channel) -> &dyn Carrier {
        match channel {
            Channel::Agent => &*self.agent,
        }
    }
}

/// Signed for the agent, which is nudged if it is connected and asks when it says hello.
struct ByAgent;

impl Carrier for ByAgent {
    fn issue(&self, ctx: &Context, command: &Command) -> String {
        serde_json::to_string(&ctx.part::<Signer>().command(command)).unwrap_or_default()
    }

    fn tell(&self, ctx: &Context, endpoint: EndpointId) -> bool {
        let version = u64::try_from(ctx.now().micros()).unwrap_or(0);
        ctx.part::<Hub>().nudge(endpoint, Nudge { topic: Topic::Commands, version })
    }
}
