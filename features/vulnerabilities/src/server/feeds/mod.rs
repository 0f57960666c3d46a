//! Where it is known from what is weak: feeds, fetched or given as files, and what they say, kept.
//!
//! `worker` fetches those whose time has come; `upload` takes files; both end in `run`, which takes over only what is different. What is
//! written here makes packages due, and `claims` judges those again.

mod body;
mod built_in;
mod cancel;
mod create;
mod fetch_now;
mod fetching;
mod file;
mod http;
mod imports;
mod job;
pub(super) mod keep;
mod list;
mod reading;
mod remove;
mod run;
mod signature;
mod unpack;
mod update;
mod upload;
mod view;
mod worker;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::Notify;
use utoipa_axum::routes;
use yagura_dial::Dial;
use yagura_server_kit::{
    ApiError, Caller, Context, Permission as P, Routes,
    alone::{Work, alone},
};

/// What fetching needs, and what wakes it.
pub(super) struct Feeds {
    /// Where files lie while they are imported.
    dir: PathBuf,
    dial: Arc<dyn Dial>,
    bell: Arc<Notify>,
}

impl Feeds {
    pub(super) fn new(dir: PathBuf, dial: Arc<dyn Dial>) -> Self {
        Self { dir, dial, bell: Arc::default() }
    }
}

/// Wakes the worker.
fn ring(ctx: &Context) {
    ctx.part::<Feeds>().bell.notify_one();
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::VulnerabilitiesRead, routes!(list::list))
        .api(P::VulnerabilitiesWrite, routes!(create::create))
        .api(P::VulnerabilitiesRead, routes!(list::read))
        .api(P::VulnerabilitiesWrite, routes!(update::update, remove::remove))
        .api(P::VulnerabilitiesWrite, routes!(upload::import))
        .api(P::VulnerabilitiesWrite, routes!(fetch_now::fetch))
        .api(P::VulnerabilitiesRead, routes!(imports::list))
        .api(P::VulnerabilitiesRead, routes!(imports::read))
        .api(P::VulnerabilitiesWrite, routes!(cancel::cancel))
}

/// A feed concerns all machines, so it is nothing for somebody who sees only some groups.
fn for_all(caller: &Caller) -> Result<(), ApiError> {
    if caller.limited {
        return Err(ApiError::forbidden("feeds concern the whole organisation, and you see only some groups"));
    }
    Ok(())
}

pub(super) fn start(ctx: &Context) {
    file::sweep(&ctx.part::<Feeds>().dir);
    let own = ctx.clone();
    ctx.spawn(async move {
        if let Err(error) = built_in::ensure(&own).await {
            tracing::error!(?error, "the built-in feeds could not be written down");
        }
        alone(&own, Work::Feeds, || rounds(&own)).await;
    });
}

/// Fetches and judges until the server stops, each in its own time: hundreds of megabytes on their way do not hold up what is known already.
async fn rounds(ctx: &Context) {
    tokio::join!(fetch_rounds(ctx), super::claims::rounds(ctx));
}

async fn fetch_rounds(ctx: &Context) {
    let (stop, bell) = (ctx.stopping(), Arc::clone(&ctx.part::<Feeds>().bell));
    while !stop.is_cancelled() {
        if let Err(error) = worker::look(ctx).await {
            tracing::warn!(?error, "feeds could not be fetched; it is tried again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(worker::EVERY) => {}
        }
    }
}
