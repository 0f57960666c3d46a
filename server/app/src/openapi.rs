//! The API's description, OpenAPI 3.1. `openapi.json` beside this crate is the reviewed copy: its difference is the review of
//! a change of the API, and the console's client is generated from it.

use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi};
use yagura_server_kit::Context;

/// What stands at its head.
pub(crate) fn info() -> utoipa::openapi::Info {
    InfoBuilder::new()
        .title("Yagura")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The API of a Yagura server. Times are RFC 3339 in UTC, durations in seconds."))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build()
}

/// The description of the whole API.
#[must_use]
pub fn describe(ctx: &Context) -> OpenApi {
    crate::router::routes().into_console(ctx, info()).1
}
