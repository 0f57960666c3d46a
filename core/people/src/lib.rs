//! People and their accounts: who works here, and which sign-in name on which endpoint is whose.
//!
//! People come from the organisation's own list (CSV); accounts come from the endpoints. Mapping one to the other is what lets
//! a log line name a person.

mod accounts;
mod fold;
mod import;
mod me;
mod people;

use utoipa_axum::routes;
use yagura_server_kit::{Migration, Permission as P, Routes, ServerFeature};

pub use self::{
    accounts::{
        note::{note_account, note_accounts},
        of::{person_of, persons_of},
        seat::Seat,
    },
    fold::fold,
    import::encoding::{Decoded, Encoding, decode},
};

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature { migrations: MIGRATIONS, routes, ..ServerFeature::new("people") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_230_300,
    name: "people",
    sql: include_str!("../migrations/202611230300_people.sql"),
}];

fn routes() -> Routes {
    Routes::new()
        .api(P::PeopleRead, routes!(people::list::list))
        .api(P::PeopleWrite, routes!(import::import))
        .api(P::PeopleRead, routes!(accounts::list::list))
        .api(P::PeopleWrite, routes!(accounts::map::map))
        .api(P::OwnRead, routes!(me::read))
}
