//! What shows afterwards that nothing was changed: `/api/v1/events/evidence`.

mod journal;

use utoipa_axum::routes;
use yagura_server_kit::{Permission as P, Routes};

pub(super) fn routes() -> Routes {
    Routes::new().api(P::AuditRead, routes!(journal::journal))
}
