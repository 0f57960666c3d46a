//! For how long events are kept: `/api/v1/events/retention`.

mod change;
mod preview;
mod read;
mod run;
mod take_back;
mod versions;

use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Object, Permission as P, Routes};

pub use self::run::run_due;
pub(super) use self::{
    run::{begin, last_failure, last_hour, next_hour},
    versions::{in_force, last},
};
use crate::retention::Policy;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::SettingsRead, routes!(read::read))
        .api(P::SettingsWrite, routes!(change::change))
        .api(P::SettingsWrite, routes!(preview::preview))
        .api(P::SettingsWrite, routes!(take_back::take_back))
}

fn object() -> Object {
    Object::new("retention", &"events", "")
}

/// Refuses what makes no sense.
fn check(policy: &Policy) -> Result<(), ApiError> {
    let mut faults = policy.faults().into_iter();
    let Some(first) = faults.next() else { return Ok(()) };
    let error = ApiError::invalid(&first.pointer, first.code, first.message);
    Err(faults.fold(error, |error, fault| error.with(&fault.pointer, fault.code, Some(fault.message))))
}
