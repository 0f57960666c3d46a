//! Whom new alarms are told to: by mail, in a chat, to a log collector; all of them or some classes and groups, at once, once a
//! day, or when nobody has looked for a while.
//!
//! A new alarm is noted for each [route](route::Route) that wants it, in the transaction that raises it ([`queue`]); [`carry`]
//! takes what is due to its place, everything for one place together and not more often than it likes, and tries again.

pub(crate) mod api;
mod carry;
mod cef;
mod chat;
mod queue;
mod route;
mod store;
mod told;
mod words;

pub(crate) use self::{carry::watch, queue::note};

/// The kind of ids of routes.
pub(crate) enum AlarmRoute {}

/// Wakes [`carry`].
#[derive(Default)]
pub(crate) struct Bell(yagura_server_kit::outbox::Bell);

/// How alarms leave this machine.
pub struct AlarmRoads {
    /// Opens connections to webhooks.
    pub dial: std::sync::Arc<dyn yagura_dial::Dial>,
    /// Certificate authorities that are believed beside the system's when an alarm goes to a log collector over TLS, PEM.
    pub authorities: String,
}
