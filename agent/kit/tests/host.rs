//! What the agent program may rely on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};
use yagura_agent_kit::{
    AgentFeature, CancellationToken, CommandError, FeatureCtx, FeatureError, Handler, Host, PolicyError,
};
use yagura_sensors::{Sensors, replay::Replay};
use yagura_vocabulary::{
    Event, Lane, ManualClock, SensorHealth,
    id::GrantId,
    in_force::{Layer, Layers, LeftOut},
};

/// Says its greeting whenever it changes.
struct Greeter;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Greeting {
    words: String,
}

impl Default for Greeting {
    fn default() -> Self {
        Self { words: "hello".to_owned() }
    }
}

struct Echo;

#[async_trait]
impl Handler for Echo {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        Ok(args)
    }
}

impl AgentFeature for Greeter {
    const NAME: &'static str = "greeter";
    type Policy = Greeting;

    fn validate(policy: &Greeting) -> Vec<PolicyError> {
        if policy.words.is_empty() { vec![PolicyError::new("/words", "say something")] } else { Vec::new() }
    }

    async fn run(mut ctx: FeatureCtx<Greeting>, cancel: CancellationToken) -> Result<(), FeatureError> {
        ctx.commands.register("greeter.echo", Echo);
        loop {
            let words = ctx.policy.borrow_and_update().endpoint().words.clone();
            ctx.state.put("greeting", json!({ "words": words }));
            let mut event = Event::new(ctx.clock.now(), Self::NAME, "window.title");
            event.subject = Some(words);
            ctx.events.emit(Lane::Operation, event).await?;
            tokio::select! {
                () = cancel.cancelled() => return Ok(()),
                changed = ctx.policy.changed() => changed?,
            }
        }
    }
}

/// Fails at its first start, crashes at its second.
struct Stumbler;

static STARTS: AtomicU32 = AtomicU32::new(0);

impl AgentFeature for Stumbler {
    const NAME: &'static str = "stumbler";
    type Policy = Value;

    async fn run(ctx: FeatureCtx<Value>, cancel: CancellationToken) -> Result<(), FeatureError> {
        let start = STARTS.fetch_add(1, Ordering::SeqCst);
        match start {
            0 => return Err("no disk".into()),
            1 => panic!("a bug"),
            _ => {}
        }
        let mut event = Event::new(ctx.clock.now(), Self::NAME, "agent.start");
        event.count = Some(start.into());
        ctx.events.emit(Lane::Operation, event).await?;
        cancel.cancelled().await;
        Ok(())
    }
}

fn host() -> Host {
    let sensors = Sensors::from_source(Replay::of(Vec::new()));
    Host::with_sensors(Arc::new(ManualClock::default()), sensors, &std::env::temp_dir())
}

#[tokio::test]
async fn a_feature_acts_on_the_policy_applied_before_the_start_and_on_each_later_one() {
    let mut host = host();
    host.register::<Greeter>();
    let mut events = host.events().unwrap();
    host.apply_policy("greeter", Some(&Layers::of(json!({"words": "good morning"})))).unwrap();
    host.start();
    assert_eq!(events.recv().await.unwrap().1.subject.as_deref(), Some("good morning"));
    host.apply_policy("greeter", Some(&Layers::of(json!({"words": "good evening"})))).unwrap();
    assert_eq!(events.recv().await.unwrap().1.subject.as_deref(), Some("good evening"));
    host.apply_policy("greeter", None).unwrap();
    assert_eq!(events.recv().await.unwrap().1.subject.as_deref(), Some("hello"));
    assert_eq!(*host.state().borrow()["greeting"].value, json!({"words": "hello"}));
    assert_eq!(host.state().borrow()["greeting"].version, 3);
}

#[tokio::test]
async fn a_policy_that_does_not_fit_is_refused_and_the_last_good_one_stays() {
    let mut host = host();
    host.register::<Greeter>();
    let mut events = host.events().unwrap();
    host.apply_policy("greeter", Some(&Layers::of(json!({"words": "good"})))).unwrap();
    let errors = host.apply_policy("greeter", Some(&Layers::of(json!({"words": 5, "colour": "red"})))).unwrap_err();
    let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/colour", "/words"]);
    let errors = host.apply_policy("greeter", Some(&Layers::of(json!({"words": ""})))).unwrap_err();
    assert_eq!(errors, [PolicyError::new("/words", "say something")]);
    assert!(host.apply_policy("unknown", None).is_err());
    host.start();
    assert_eq!(events.recv().await.unwrap().1.subject.as_deref(), Some("good"));
}

#[tokio::test]
async fn a_grant_that_does_not_fit_is_named_and_the_policy_holds() {
    let mut host = host();
    host.register::<Greeter>();
    let mut events = host.events().unwrap();
    let grant = |value| Layer { grant: GrantId::new(), account: None, value };
    let (good, wrong) = (grant(json!({"words": "good"})), grant(json!({"words": ""})));
    let left_out = LeftOut { grant: wrong.grant, error: vec![PolicyError::new("/words", "say something")] };
    let layers = Layers { policy: json!({"words": "plain"}), grants: vec![good, wrong] };
    assert_eq!(host.apply_policy("greeter", Some(&layers)), Ok(vec![left_out]));
    host.start();
    assert_eq!(events.recv().await.unwrap().1.subject.as_deref(), Some("good"));
}

#[tokio::test]
async fn commands_reach_the_feature_that_registered_them() {
    let mut host = host();
    host.register::<Greeter>();
    let mut events = host.events().unwrap();
    host.start();
    events.recv().await.unwrap();
    assert_eq!(host.run_command("greeter.echo", json!([1])).await, Ok(json!([1])));
    assert_eq!(host.run_command("device.wipe", json!({})).await, Err(CommandError::Unknown("device.wipe".to_owned())));
    assert_eq!(host.commands(), ["greeter.echo"]);
}

#[tokio::test(start_paused = true)]
async fn a_feature_that_fails_or_crashes_is_started_again_and_shows_in_the_health() {
    let mut host = host();
    host.register::<Stumbler>();
    let mut events = host.events().unwrap();
    host.start();
    assert_eq!(events.recv().await.unwrap().1.count, Some(2));
    let reports = host.health();
    let report = reports.iter().find(|report| report.sensor == "feature:stumbler").unwrap();
    let expected = (SensorHealth::Degraded, Some("it was started again after it failed: it crashed: a bug"));
    assert_eq!((report.health, report.reason.as_deref()), expected);
}

#[tokio::test]
async fn after_the_shutdown_the_events_end() {
    let mut host = host();
    host.register::<Greeter>();
    let mut events = host.events().unwrap();
    host.start();
    host.shutdown(Duration::from_secs(5)).await;
    while events.recv().await.is_some() {}
}
