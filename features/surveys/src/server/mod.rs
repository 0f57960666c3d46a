//! The server's side: surveys are made, sent, answered, read and erased.

mod audience;
mod close;
mod copy;
mod create;
mod due;
mod list;
mod me;
mod people;
mod read;
mod recall;
mod remind;
mod remove;
mod results;
mod send;
mod sheet;
mod survey;
mod tell;
mod update;

use utoipa_axum::routes;
use yagura_server_kit::{Context, Migration, Permission as P, Routes, ServerFeature};

pub use self::due::run_due;

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("surveys") };

const MIGRATIONS: &[Migration] = &[Migration {
    version: 202_611_290_400,
    name: "surveys",
    sql: include_str!("../../migrations/202611290400_surveys.sql"),
}];

fn start(ctx: &Context) {
    ctx.spawn(due::watch(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .api(P::SurveysRead, routes!(list::list))
        .api(P::SurveysWrite, routes!(create::create))
        .api(P::SurveysRead, routes!(read::read))
        .api(P::SurveysWrite, routes!(update::update, remove::remove))
        .api(P::SurveysWrite, routes!(send::send))
        .api(P::SurveysWrite, routes!(recall::recall))
        .api(P::SurveysWrite, routes!(close::close))
        .api(P::SurveysWrite, routes!(remind::remind))
        .api(P::SurveysWrite, routes!(copy::copy))
        .api(P::SurveysRead, routes!(results::results))
        .api(P::SurveysRead, routes!(sheet::sheet))
        .api(P::OwnRead, routes!(me::list::list))
        .api(P::OwnRead, routes!(me::read::read))
        .api(P::OwnRead, routes!(me::answer::answer))
}
