//! Giving an order, within whatever change gives the reason for it.

use std::time::Duration;

use serde_json::Value;
use yagura_channel::wire::command::Command;
use yagura_server_kit::{ApiError, Change, Context};
use yagura_vocabulary::{
    CommandState, Time,
    id::{CommandId, EndpointId},
};

use crate::{
    carrier::{Carriers, Channel},
    notes::Notes,
    state::Stage,
};

/// Largest arguments, in bytes of JSON.
const MAX_ARGS: usize = 64 * 1024;

/// For how long a command waits for its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(Duration);

impl Lifetime {
    /// A week.
    pub const DEFAULT: Self = Self(Duration::from_secs(7 * 86_400));
    /// 90 days.
    pub const MOST: Self = Self(Duration::from_secs(90 * 86_400));

    /// So many seconds, or a week when nobody says.
    ///
    /// # Errors
    /// `/expires_in_s` when it is 0 or more than 90 days.
    pub fn of_seconds(seconds: Option<u64>) -> Result<Self, ApiError> {
        match seconds {
            None => Ok(Self::DEFAULT),
            Some(seconds) if seconds > 0 && seconds <= Self::MOST.0.as_secs() => Ok(Self(Duration::from_secs(seconds))),
            Some(_) => {
                Err(ApiError::invalid("/expires_in_s", "out_of_range", "a command waits for a second to 90 days"))
            }
        }
    }

    /// When it ends, begun at `at`.
    #[must_use]
    pub fn end(self, at: Time) -> Time {
        at + self.0
    }
}

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// Its name, for the audit log.
    pub hostname: String,
    /// How it is reached.
    pub channel: Channel,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// One of [`crate::CommandNames`].
    pub name: &'a str,
    /// With what; a JSON object.
    pub args: &'a Value,
    /// Who orders, as shown.
    pub by: &'a str,
    /// For how long it waits.
    pub lifetime: Lifetime,
}

/// Orders that lie in an open change. After its commit, [`Queued::nudge`] tells the endpoints.
#[derive(Debug, Default)]
#[must_use = "after the commit the endpoints are to be nudged"]
pub struct Queued(Vec<(CommandId, EndpointId, Channel)>);

/// Signs one command for each endpoint and stores them in `change`. Commands of one call have ids in the order of `to`.
///
/// # Errors
/// `/args` when they are no object or too large; or the database is away.
pub async fn enqueue(
    ctx: &Context,
    change: &mut Change,
    order: &Order<'_>,
    to: &[Addressee],
) -> Result<Queued, ApiError> {
    let args = order.args.to_string();
    if !order.args.is_object() {
        return Err(ApiError::invalid("/args", "not_an_object", "the arguments are a JSON object"));
    }
    if args.len() > MAX_ARGS {
        return Err(ApiError::invalid("/args", "too_long", format!("the arguments have at most {MAX_ARGS} bytes")));
    }
    let issued_at = change.at();
    let expires_at = order.lifetime.end(issued_at);
    let history = serde_json::to_string(&[Stage { state: CommandState::Queued, at: issued_at }]).unwrap_or_default();
    let mut queued = Queued::default();
    for Addressee { endpoint, channel, .. } in to {
        let id = CommandId::new();
        let command = Command {
            server: ctx.server(),
            id,
            endpoint: *endpoint,
            name: order.name.to_owned(),
            args: order.args.clone(),
            issued_at,
            expires_at,
        };
        let issued = ctx.part::<Carriers>().of(*channel).issue(ctx, &command);
        sqlx::query(
            "INSERT INTO commands_command (id, endpoint_id, name, args, state, created_at, created_by, issued,
             expires_at, history) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id.to_string())
        .bind(endpoint.to_string())
        .bind(order.name)
        .bind(&args)
        .bind(CommandState::Queued.as_str())
        .bind(issued_at.micros())
        .bind(order.by)
        .bind(issued)
        .bind(expires_at.micros())
        .bind(&history)
        .execute(change.on())
        .await?;
        queued.0.push((id, *endpoint, *channel));
    }
    Ok(queued)
}

impl Queued {
    /// The commands, in the order of their endpoints.
    #[must_use]
    pub fn ids(&self) -> Vec<CommandId> {
        self.0.iter().map(|(id, ..)| *id).collect()
    }

    /// Tells the endpoints that are connected to look, and has it written down. To be called after the commit: before it
    /// there is nothing to see.
    pub fn nudge(self, ctx: &Context) {
        let carriers = ctx.part::<Carriers>();
        let told = self.0.into_iter().filter(|(_, endpoint, channel)| carriers.of(*channel).tell(ctx, *endpoint));
        ctx.part::<Notes>().add(told.map(|(id, ..)| id), CommandState::Nudged, ctx.now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_waits_a_week_unless_somebody_says_otherwise() {
        let from = Time::from_seconds(0);
        assert_eq!(Lifetime::of_seconds(None).unwrap().end(from), Time::from_seconds(604_800));
        assert_eq!(Lifetime::of_seconds(Some(60)).unwrap().end(from), Time::from_seconds(60));
    }

    #[test]
    fn a_command_waits_at_most_90_days() {
        assert!(Lifetime::of_seconds(Some(90 * 86_400)).is_ok());
        assert!(Lifetime::of_seconds(Some(90 * 86_400 + 1)).is_err());
        assert!(Lifetime::of_seconds(Some(0)).is_err());
    }
}
