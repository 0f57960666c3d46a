//! What an administrator is told without a rule: somebody does far more than usual, a program is new in the organisation, a sensor is
//! silent. Rules about new programs are judged here as well, because no endpoint can know.

mod api;
mod programs;
mod sensors;
mod settings;
mod volume;

use yagura_alarms::Source;
use yagura_events::server::{Forget, follow};
use yagura_server_kit::{AgentHook, Context};

use self::settings::WithoutRules;
pub(super) use self::{
    api::{__path_change_without_rules, __path_read_without_rules, change_without_rules, read_without_rules},
    programs::InFleet,
};

/// Finds sensors that are silent.
#[must_use]
pub fn alarm_source() -> Box<dyn Source> {
    Box::new(sensors::SensorSource)
}

/// Keeps in mind when sensors told something last.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(sensors::Watch)
}

/// Erases what was counted of a person.
#[must_use]
pub fn forget() -> Box<dyn Forget> {
    Box::new(volume::Counted)
}

pub(super) fn start(ctx: &Context) {
    let (one, other) = (ctx.clone(), ctx.clone());
    ctx.spawn(async move {
        if let Some(reader) = programs::Reader::begin(&one).await {
            follow(one, reader).await;
        }
    });
    ctx.spawn(async move {
        if let Some(reader) = volume::Reader::begin(&other).await {
            follow(other, reader).await;
        }
    });
}

/// Asks again until there is an answer, or the server stops.
async fn insist<T, F>(ctx: &Context, what: &str, ask: impl Fn() -> F) -> Option<T>
where
    F: Future<Output = Result<T, yagura_server_kit::ApiError>>,
{
    let stop = ctx.stopping();
    loop {
        let again = match ask().await {
            Ok(answer) => return Some(answer),
            Err(error) => {
                tracing::warn!(?error, "{what} could not be read; it is tried again");
                tokio::time::sleep(std::time::Duration::from_secs(10))
            }
        };
        tokio::select! {
            () = stop.cancelled() => return None,
            () = again => {}
        }
    }
}
