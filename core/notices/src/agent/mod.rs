//! The endpoint's side: keeps a notice until somebody closed it, and gives it to whoever sits there.
//!
//! `notice.show` stores the notice, sends it to every session program with a display and answers `shown` once one shows
//! it, else `waiting`; then the next session that says hello gets it. What people do with it are events.

mod account;
mod asking;
mod command;
mod desk;
mod session;
mod store;
mod warn;

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use tokio::sync::mpsc;
use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, FeatureError};
use yagura_local::Server;

use self::{
    command::{SHOW, Show},
    desk::Desk,
    store::Store,
};

/// The name of this feature in policies and events.
pub const FEATURE: &str = "notices";

/// Nothing is decided about notices yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticesPolicy {}

/// Notices on an endpoint.
pub struct NoticesFeature;

impl AgentFeature for NoticesFeature {
    const NAME: &'static str = FEATURE;
    type Policy = NoticesPolicy;

    async fn run(ctx: FeatureCtx<NoticesPolicy>, cancel: CancellationToken) -> Result<(), FeatureError> {
        let places = Places::below(&ctx.data);
        run_at(places, ctx, cancel).await
    }
}

/// Where the feature works.
#[derive(Debug, Clone)]
pub struct Places {
    /// The socket that session programs connect to.
    pub socket: PathBuf,
    /// The folder of the notices that nobody closed yet.
    pub folder: PathBuf,
    /// For how long a command waits to be told that the notice is shown.
    pub patience: Duration,
}

impl Places {
    /// The socket from `YAGURA_SOCKET` or its usual place, the folder `notices` below the agent's own.
    #[must_use]
    pub fn below(data: &Path) -> Self {
        Self {
            socket: env::var_os("YAGURA_SOCKET").map_or_else(yagura_local::for_agent, PathBuf::from),
            folder: data.join("notices"),
            patience: Duration::from_secs(10),
        }
    }
}

/// Does the feature's work at these places.
///
/// # Errors
/// When the socket or the folder cannot be used, or a notice cannot be stored.
pub async fn run_at(
    places: Places,
    ctx: FeatureCtx<NoticesPolicy>,
    cancel: CancellationToken,
) -> Result<(), FeatureError> {
    let store = Store::open(places.folder)?;
    let server = Server::bind(&places.socket)?;
    let (asks, mut asked) = mpsc::channel(8);
    ctx.commands.register(SHOW, Show { asks, patience: places.patience });
    let (told, mut tell) = mpsc::channel(64);
    let mut warnings = ctx.warnings.receiver();
    let mut questions = ctx.questions.receiver();
    let desktops = ctx.sensors.desktops().clone();
    let mut wanted = desktops.wanted();
    let mut desk = Desk::new(store, ctx.events, ctx.clock, ctx.sign_in, desktops);
    desk.watch(wanted.borrow_and_update().clone());
    let mut minutes = tokio::time::interval(warn::MINUTE);
    loop {
        tokio::select! {
            Some(warning) = warnings.recv() => desk.warn(warning),
            Some(asked) = questions.recv() => desk.question(asked),
            _ = minutes.tick() => desk.minute(),
            // The sender lives as long as the sensors, which the context holds.
            Ok(()) = wanted.changed() => desk.watch(wanted.borrow_and_update().clone()),
            () = cancel.cancelled() => return Ok(()),
            Some(ask) = asked.recv() => desk.ask(ask),
            Some(news) = tell.recv() => desk.news(news).await?,
            session = server.accept() => match session {
                Ok(session) => desk.welcome(session, &told, &cancel),
                Err(error) => {
                    tracing::warn!(%error, "a session program could not connect");
                    // Such refusals (too many open files) last, and would be repeated at once.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            },
        }
    }
}
