//! Lists of assets from files: a preview that changes nothing, and the writing down, chunk by chunk, which can be watched and cancelled.

mod apply;
mod bad_rows;
mod cancel;
mod file;
mod job;
mod list;
mod preview;
mod start;

use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Caller, Permission as P, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsWrite, routes!(preview::preview))
        .api(P::AssetsRead, routes!(list::list))
        .api(P::AssetsWrite, routes!(start::start))
        .api(P::AssetsRead, routes!(list::read))
        .api(P::AssetsRead, routes!(bad_rows::bad_rows))
        .api(P::AssetsWrite, routes!(cancel::cancel))
}

/// A list may name any machine, so it is nothing for somebody who sees only some groups.
fn for_all(caller: &Caller) -> Result<(), ApiError> {
    if caller.limited {
        return Err(ApiError::forbidden("an import concerns the whole organisation, and you see only some groups"));
    }
    Ok(())
}
