//! Erasing one person's events: `/api/v1/events/erasures`. A preview, a confirmed order, and, where there is more than one
//! administrator, the approval of a second one.

mod approve;
mod cancel;
mod create;
mod forget;
mod job;
mod list;
mod preview;
mod run;

use utoipa_axum::routes;
use yagura_server_kit::{Permission as P, Routes};

pub(super) use self::run::begin;
pub use self::{
    forget::{Forget, Forgetting},
    run::run_due,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AuditRead, routes!(list::list))
        .api(P::SettingsWrite, routes!(create::create))
        .api(P::SettingsWrite, routes!(preview::preview))
        .api(P::SettingsWrite, routes!(approve::approve))
        .api(P::SettingsWrite, routes!(cancel::cancel))
}
