//! The endpoint's side, from a recording to events.
#![cfg(feature = "agent")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::sync::Arc;

use serde_json::json;
use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx};
use yagura_operation_log::{ExcludeRule, OperationLogPolicy, agent::OperationLog};
use yagura_sensors::{
    Sensors,
    replay::{self, Replay},
};
use yagura_vocabulary::{
    Event, InForce,
    id::GrantId,
    in_force::{Layer, Layers},
};

fn recording() -> Sensors {
    let file = include_bytes!("../golden/recording.jsonl");
    Sensors::from_source(Replay::of(replay::read(&file[..]).map(Result::unwrap).collect()))
}

/// Kind and image of what is told under a policy.
async fn check(policy: OperationLogPolicy, expected: &[(&str, &str)]) -> Vec<Event> {
    let (ctx, mut ends) = FeatureCtx::for_test_with(policy, recording());
    OperationLog::run(ctx, CancellationToken::new()).await.unwrap();
    let mut events = Vec::new();
    while let Some((_, event)) = ends.events.try_recv() {
        events.push(event);
    }
    let told: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.image.as_deref().unwrap_or(""))).collect();
    assert_eq!(told, expected);
    events
}

const SH: &str = "/usr/bin/dash";
const TAR: &str = "/usr/bin/tar";
const START: &str = "process.start";
const EXIT: &str = "process.exit";

#[tokio::test]
async fn starts_ends_and_losses_are_told_in_order_and_linked() {
    let all = [(START, SH), (START, TAR), (EXIT, TAR), (EXIT, SH), ("agent.gap", "")];
    let events = check(OperationLogPolicy::default(), &all).await;
    assert_eq!(events[1].parent_guid, events[0].process_guid);
    assert_eq!(events[2].body["exit_code"], 0);
    assert_eq!(events[4].count, Some(3));
}

#[tokio::test]
async fn a_program_left_out_is_left_out_with_its_end_and_losses_never_are() {
    let mut policy = OperationLogPolicy::default();
    let image = Some("/usr/bin/d*".to_owned());
    policy.processes.exclude = vec![ExcludeRule { name: "shells".to_owned(), image, ..ExcludeRule::default() }];
    check(policy, &[(START, TAR), (EXIT, TAR), ("agent.gap", "")]).await;
}

#[tokio::test]
async fn ends_can_be_left_out() {
    let mut policy = OperationLogPolicy::default();
    policy.processes.record_exit = false;
    check(policy, &[(START, SH), (START, TAR), ("agent.gap", "")]).await;
}

#[tokio::test]
async fn switched_off_it_reads_no_sensor_until_it_is_switched_on() {
    let mut policy = OperationLogPolicy::default();
    policy.processes.record = false;
    policy.files.record = false;
    policy.windows.record = false;
    policy.prints.record = false;
    let (ctx, mut ends) = FeatureCtx::for_test_with(policy, recording());
    let sensors = ctx.sensors.clone();
    let running = tokio::spawn(OperationLog::run(ctx, CancellationToken::new()));
    tokio::task::yield_now().await;
    assert_eq!(sensors.reports()[0].source, "none");
    assert_eq!(ends.events.try_recv(), None);
    ends.policy.send_replace(Arc::new(InForce::of(OperationLogPolicy::default())));
    running.await.unwrap().unwrap();
    assert_eq!(ends.events.recv().await.unwrap().1.kind, START);
}

#[tokio::test]
async fn a_grant_for_an_account_changes_its_rows_and_stands_on_them() {
    let policy = json!({"processes": {"record": false}});
    let grant = |account: &str| Layer {
        grant: GrantId::new(),
        account: Some(account.to_owned()),
        value: json!({"processes": {"record": true, "hash": false}}),
    };
    for (account, expected) in [("0", 4), ("1000", 0)] {
        let grant = grant(account);
        let layers = Layers { policy: policy.clone(), grants: vec![grant.clone()] };
        let (in_force, _) = layers.read(|value| serde_json::from_value(value.clone())).unwrap();
        let (ctx, mut ends) = FeatureCtx::for_test_with(OperationLogPolicy::default(), recording());
        ends.policy.send_replace(Arc::new(in_force));
        OperationLog::run(ctx, CancellationToken::new()).await.unwrap();
        let rule = format!("grant:{}", grant.grant);
        let mut rows = 0;
        while let Some((_, event)) = ends.events.try_recv() {
            if event.kind.starts_with("process.") {
                assert_eq!((event.rule.as_deref(), event.hash_sha256.as_deref()), (Some(rule.as_str()), None));
                rows += 1;
            }
        }
        assert_eq!(rows, expected, "account {account}");
    }
}
