//! From a real process to an event at the host's end, as the agent program sees it.
#![cfg(all(feature = "agent", target_os = "linux"))]

use std::{process::Command, sync::Arc, time::Duration};

use yagura_agent_kit::Host;
use yagura_operation_log::agent::OperationLog;
use yagura_vocabulary::{Lane, SystemClock, in_force::Layers};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ran_comes_out_of_the_host_as_start_and_exit() {
    let mut host = Host::new(Arc::new(SystemClock), &std::env::temp_dir());
    host.register::<OperationLog>();
    let policy = serde_json::json!({"processes": {"exclude": [{"name": "true", "image": "/**/true"}]}});
    host.apply_policy("operation_log", Some(&Layers::of(policy))).unwrap();
    let mut events = host.events().unwrap();
    host.start();
    // The first event of any process means that the sensor is at work.
    let report = loop {
        let report = host.health().into_iter().find(|report| report.sensor == "process").unwrap();
        if report.source != "none" {
            break report;
        }
        tokio::task::yield_now().await;
    };
    if report.source != "ebpf" {
        println!("SKIPPED: {}", report.reason.unwrap_or_default());
        return;
    }
    let mark = format!("yagura-live-{}", std::process::id());
    assert!(Command::new("/bin/true").arg(&mark).status().unwrap().success());
    assert!(Command::new("/bin/sh").args(["-c", "exit 5", &mark]).status().unwrap().code() == Some(5));

    let seen = async {
        let mut start = None;
        loop {
            let (lane, event) = events.recv().await.unwrap();
            let line = event.command_line.as_deref().unwrap_or("");
            assert!(!line.contains(&format!("true {mark}")), "it is excluded");
            if event.kind == "process.start" && line.contains(&mark) {
                assert_eq!(lane, Lane::Operation);
                start = Some(event);
            } else if event.kind == "process.exit"
                && start.as_ref().is_some_and(|it| it.process_guid == event.process_guid)
            {
                return (start.unwrap(), event);
            }
        }
    };
    let (start, exit) = tokio::time::timeout(Duration::from_secs(30), seen).await.unwrap();
    assert_eq!(start.command_line, Some(format!("/bin/sh -c exit 5 {mark}")));
    assert_eq!(start.hash_sha256.map(|hash| hash.len()), Some(64));
    assert!(start.body.contains_key("cwd"));
    assert_eq!(exit.body["exit_code"], 5);
    host.shutdown(Duration::from_secs(5)).await;
}
