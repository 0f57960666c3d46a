//! The server's side: products and their classes, licences, the dictionary, what is used.

mod catalogue;
mod dictionary;
mod licences;
mod products;
mod usage;
mod watch;

use utoipa_axum::routes;
use yagura_events::server::follow;
use yagura_server_kit::{ApiError, Caller, Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    catalogue::{Looked, look},
    watch::alarm_source,
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new(crate::FEATURE) };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_290_800,
    name: "licences",
    sql: include_str!("../../migrations/202611290800_licences.sql"),
}];

/// Puts what wakes the recount into the context.
pub fn install(parts: &mut Parts) {
    parts.insert(catalogue::Bell::default());
}

fn start(ctx: &Context) {
    ctx.spawn(catalogue::watch(ctx.clone()));
    ctx.spawn(follow(ctx.clone(), usage::Reader::default()));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsRead, routes!(products::list::list))
        .api(P::AssetsRead, routes!(products::read::read))
        .api(P::AssetsRead, routes!(products::machines::machines))
        .api(P::AssetsWrite, routes!(products::classify::classify))
        .api(P::AssetsWrite, routes!(products::set_aside::set_aside))
        .api(P::AssetsRead, routes!(dictionary::list::list))
        .api(P::AssetsRead, routes!(dictionary::export::export))
        .api(P::AssetsWrite, routes!(dictionary::preview::preview))
        .api(P::AssetsWrite, routes!(dictionary::import::import))
        .api(P::AssetsRead, routes!(watch::read_watch))
        .api(P::AssetsWrite, routes!(watch::change_watch))
        .api(P::AssetsRead, routes!(licences::list::list))
        .api(P::AssetsWrite, routes!(licences::create::create))
        .api(P::AssetsRead, routes!(licences::read::read))
        .api(P::AssetsWrite, routes!(licences::update::update, licences::remove::remove))
}

/// What a product is, and what was bought, is the whole organisation's.
fn for_all(caller: &Caller) -> Result<(), ApiError> {
    if caller.limited {
        return Err(ApiError::forbidden(
            "products and licences are the whole organisation's, and you see only some groups",
        ));
    }
    Ok(())
}

/// Assets with the group that they are in.
const WITH_GROUP: &str = "(SELECT a.id AS id, a.led_by AS led_by, a.standing AS standing,
     COALESCE(e.group_id, a.group_id) AS group_id
     FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id) held";
