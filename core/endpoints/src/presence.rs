//! Who is there. Contacts are noted in memory and written down every few seconds: not every request should write.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use yagura_channel::server::Hub;
use yagura_server_kit::{ApiError, Context, error::Chain};
use yagura_vocabulary::{EndpointState, Id, Time, id::Endpoint};

const WRITTEN_EVERY: Duration = Duration::from_secs(10);
/// An endpoint that polls is on line although it is not connected at this moment.
const STILL_THERE: Duration = Duration::from_secs(150);
const DAY_S: u64 = 86_400;

/// Contacts not yet written down.
#[derive(Default)]
pub(crate) struct Presence(Mutex<HashMap<Id<Endpoint>, Contact>>);

#[derive(Clone)]
struct Contact {
    at: Time,
    ip: Option<String>,
}

impl Presence {
    /// Notes a contact.
    pub(crate) fn note(&self, endpoint: Id<Endpoint>, at: Time, ip: Option<String>) {
        let mut contacts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        contacts.insert(endpoint, Contact { at, ip });
    }

    fn last(&self, endpoint: Id<Endpoint>) -> Option<Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&endpoint).map(|contact| contact.at)
    }

    fn take(&self) -> HashMap<Id<Endpoint>, Contact> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When the endpoint was last heard from, as far as this server knows.
pub(crate) fn last_seen(ctx: &Context, endpoint: Id<Endpoint>, written: Option<i64>) -> Option<Time> {
    let written = written.map(Time::from_micros);
    if ctx.part::<Hub>().is_connected(endpoint) {
        return Some(ctx.now());
    }
    ctx.part::<Presence>().last(endpoint).max(written)
}

/// Whether an endpoint in service is on line; `written` is its last contact as the database has it, in microseconds.
#[must_use]
pub fn is_here(ctx: &Context, endpoint: Id<Endpoint>, written: Option<i64>) -> bool {
    last_seen(ctx, endpoint, written).is_some_and(|seen| ctx.now().since(seen) < STILL_THERE)
}

/// An endpoint's state from its standing and when it was last heard from. Pure.
pub(crate) fn state(
    standing: &str,
    connected: bool,
    last_seen: Option<Time>,
    now: Time,
    silent_days: u64,
) -> EndpointState {
    match standing {
        "pending" => EndpointState::Pending,
        "retired" => EndpointState::Retired,
        _ if connected => EndpointState::Online,
        _ => match last_seen {
            Some(seen) if now.since(seen) < STILL_THERE => EndpointState::Online,
            Some(seen) if now.since(seen) < Duration::from_secs(silent_days * DAY_S) => EndpointState::Offline,
            _ => EndpointState::Silent,
        },
    }
}

/// Writes contacts down until the server stops, and once more then.
pub(crate) async fn write_down(ctx: Context) {
    let stop = ctx.stopping();
    loop {
        let stopping = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(WRITTEN_EVERY) => false,
        };
        // Those who are connected say nothing for hours; that they are connected is contact enough.
        for endpoint in ctx.part::<Hub>().connected() {
            if ctx.part::<Presence>().last(endpoint).is_none() {
                ctx.part::<Presence>().note(endpoint, ctx.now(), None);
            }
        }
        let contacts = ctx.part::<Presence>().take();
        if let Err(error) = write(&ctx, &contacts).await {
            tracing::warn!(?error, "contacts could not be written down; they are kept for the next time");
            for (endpoint, contact) in contacts {
                ctx.part::<Presence>().note(endpoint, contact.at, contact.ip);
            }
        }
        if stopping {
            return;
        }
    }
}

async fn write(ctx: &Context, contacts: &HashMap<Id<Endpoint>, Contact>) -> Result<(), ApiError> {
    if contacts.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.db().write_relaxed().await?;
    for (endpoint, contact) in contacts {
        sqlx::query("UPDATE endpoints_endpoint SET last_seen = $1, ip = COALESCE($2, ip) WHERE id = $3")
            .bind(contact.at.micros())
            .bind(&contact.ip)
            .bind(endpoint.to_string())
            .execute(tx.on())
            .await
            .map_err(|error| {
                tracing::debug!(error = %Chain(&error), "contact");
                ApiError::from(error)
            })?;
    }
    Ok(tx.commit().await?)
}

/// After how many days without contact an endpoint counts as silent.
///
/// # Errors
/// When the database is away.
pub async fn silent_after_days(ctx: &Context) -> Result<u64, ApiError> {
    let found: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = $1")
        .bind(crate::SILENT_AFTER_DAYS)
        .fetch_optional(ctx.db().read())
        .await?;
    Ok(found.and_then(|(text,)| text.parse().ok()).unwrap_or(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_falls_silent_after_the_organisation_s_limit() {
        let now = Time::from_seconds(10 * 86_400);
        let at = |days: i64| Some(Time::from_seconds(days * 86_400));
        let state = |seen| state("active", false, seen, now, 7);
        assert_eq!(state(Some(now)), EndpointState::Online);
        assert_eq!(state(at(9)), EndpointState::Offline);
        assert_eq!(state(at(3)), EndpointState::Silent);
        assert_eq!(state(None), EndpointState::Silent);
    }

    #[test]
    fn a_retired_endpoint_stays_retired_even_if_it_calls() {
        assert_eq!(state("retired", true, None, Time::from_seconds(0), 7), EndpointState::Retired);
    }
}
