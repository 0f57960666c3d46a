//! What shows afterwards that nothing was changed: `/api/v1/events/evidence`. Each day the head of the journal is written down
//! and leaves the machine, so that whoever takes the server over, key and all, cannot make another past.

mod bucket;
mod change;
mod deliver;
mod heads;
mod journal;
mod places;
mod read;
mod send_now;
mod settings;
mod standing;
mod watch;

use utoipa_axum::routes;
use yagura_server_kit::{Object, Permission as P, Routes};

pub(super) use self::watch::watch;
pub use self::{
    standing::{EvidenceStanding, evidence_standing},
    watch::run_due,
};

/// Wakes the task that writes heads down and sends them.
#[derive(Default)]
pub(super) struct Bell(yagura_server_kit::outbox::Bell);

/// Certificate authorities that are believed beside the system's when a head leaves over TLS, PEM.
pub struct EvidenceAuthorities(pub String);

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::SettingsRead, routes!(read::read))
        .api(P::SettingsWrite, routes!(change::change))
        .api(P::SettingsWrite, routes!(send_now::send_now))
        .api(P::AuditRead, routes!(journal::journal))
}

fn object() -> Object {
    Object::new("evidence", &"events", "")
}
