//! The endpoint's side: look at the machine at the start, every so often, and when asked; say how it is.

pub mod apt_pins;
#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

mod place;
mod told;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use yagura_agent_kit::{AgentFeature, CancellationToken, CommandError, FeatureCtx, FeatureError, Handler, PolicyError};
use yagura_vocabulary::{SensorHealth, SensorReport};

use self::place::Places;
use crate::{Assets, AssetsPolicy, FEATURE, whereabouts::Whereabouts};

/// The command that asks for a look now. It takes no arguments and answers when, how much and how long.
pub const REFRESH: &str = "inventory.refresh";

/// How often the machine is asked which network it is in: two small files.
const WHERE_EVERY: Duration = Duration::from_secs(60);

/// The inventory of an endpoint.
pub struct AssetsFeature;

/// What a look at the machine gave.
pub struct Collected {
    /// The inventory.
    pub assets: Assets,
    /// What is missing in it, and why.
    pub missing: Vec<String>,
}

impl AgentFeature for AssetsFeature {
    const NAME: &'static str = FEATURE;
    type Policy = AssetsPolicy;

    fn validate(policy: &AssetsPolicy) -> Vec<PolicyError> {
        policy.faults().into_iter().map(|(pointer, message)| PolicyError::new(pointer, message)).collect()
    }

    async fn run(mut ctx: FeatureCtx<AssetsPolicy>, cancel: CancellationToken) -> Result<(), FeatureError> {
        let (asks, mut asked) = mpsc::channel(8);
        ctx.commands.register(REFRESH, Refresh(asks));
        let mut answers = Vec::new();
        let mut looks = 0;
        let mut places = Places::open(&ctx);
        loop {
            let began = Instant::now();
            looks += 1;
            let policy = ctx.policy.borrow_and_update().endpoint().clone();
            let place = places.now(&policy, ctx.clock.now());
            let summary = look(&ctx, looks, place.clone()).await?;
            for answer in answers.drain(..) {
                // Whoever asked may have given up waiting.
                let _: Result<(), Value> = oneshot::Sender::send(answer, summary.clone());
            }
            let mut asked_where = began;
            loop {
                let policy = ctx.policy.borrow_and_update().endpoint().clone();
                let next = began + Duration::from_secs(policy.interval_s);
                asked_where = asked_where.max(Instant::now()) + WHERE_EVERY;
                tokio::select! {
                    () = cancel.cancelled() => return Ok(()),
                    () = sleep_until(next) => break,
                    () = sleep_until(asked_where), if !policy.offices.is_empty() => {
                        let moved = places.now(&policy, ctx.clock.now());
                        // In no network it is where it was.
                        if moved.is_some() && moved != place {
                            break;
                        }
                    }
                    // Another interval may be over already, and other offices are other places.
                    changed = ctx.policy.changed() => {
                        changed?;
                        if ctx.policy.borrow_and_update().endpoint().offices != policy.offices {
                            break;
                        }
                    }
                    Some(answer) = asked.recv() => {
                        answers.push(answer);
                        break;
                    }
                }
            }
        }
    }
}

/// Looks at the machine and publishes what it saw; gives the answer to the command.
async fn look(ctx: &FeatureCtx<AssetsPolicy>, looks: u64, place: Option<Whereabouts>) -> Result<Value, FeatureError> {
    let began = Instant::now();
    let Collected { mut assets, missing } = system::collect(ctx.clock.now()).await?;
    assets.whereabouts = place;
    told::tell(ctx, &assets).await?;
    ctx.state.put(FEATURE, serde_json::to_value(&assets)?);
    let reason = (!missing.is_empty()).then(|| missing.join("; "));
    ctx.health.put(SensorReport {
        sensor: FEATURE.to_owned(),
        source: system::SOURCE.to_owned(),
        health: if reason.is_some() { SensorHealth::Degraded } else { SensorHealth::Ok },
        reason,
        seen: looks,
        lost: 0,
    });
    let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(json!({ "collected_at": assets.collected_at, "software": assets.software.len(), "took_ms": took }))
}

struct Refresh(mpsc::Sender<oneshot::Sender<Value>>);

#[async_trait]
impl Handler for Refresh {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        if !(args.is_null() || args.as_object().is_some_and(serde_json::Map::is_empty)) {
            return Err(CommandError::Arguments(format!("`{REFRESH}` takes none")));
        }
        let stopped = || CommandError::Failed("the inventory is not running now".to_owned());
        let (answer, answered) = oneshot::channel();
        self.0.send(answer).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())
    }
}
