//! This very machine.
#![cfg(all(feature = "agent", target_os = "linux"))]

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::{Value, json};
use yagura_agent_kit::{AgentFeature, CancellationToken, CommandError, FeatureCtx};
use yagura_assets::{
    Assets, AssetsPolicy,
    agent::{
        AssetsFeature,
        linux::{RunningKernel, collect_from},
    },
};
use yagura_vocabulary::{SensorHealth, Time};

fn collect() -> Assets {
    collect_from(Path::new("/"), &RunningKernel, Time::from_seconds(0)).assets
}

#[test]
fn packages_and_versions_are_those_of_dpkg_query() {
    let query = "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\n";
    let Ok(output) = Command::new("dpkg-query").args(["-W", "-f", query]).output() else {
        println!("SKIPPED: this machine has no dpkg-query");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let expected: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("installed\t")).collect();
    let assets = collect();
    let found: Vec<String> = assets
        .software
        .iter()
        .map(|one| format!("{}\t{}\t{}", one.name, one.version, one.architecture.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
    assert_eq!(found.len(), expected.len());
    let without_time: Vec<_> = assets.software.iter().filter(|one| one.installed_at.is_none()).collect();
    assert!(without_time.is_empty(), "{without_time:?}");
}

#[test]
fn system_and_disk_are_those_of_this_machine() {
    let assets = collect();
    assert_eq!(assets.os.architecture, std::env::consts::ARCH);
    assert!(assets.hardware.memory_bytes > 100 << 20);
    assert_eq!(assets.hardware.cpu.threads as usize, std::thread::available_parallelism().unwrap().get());
    assert!(assets.users.iter().any(|user| user.name == "root" && user.id == "0"));
    assert!(assets.os.boot_at.unwrap() > Time::from_seconds(1_700_000_000));
    let Some(root) = assets.volumes.iter().find(|volume| volume.mount == "/") else {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounts.lines().any(|line| line.split(' ').nth(4) == Some("/")), "the root's volume is not told of");
        println!("SKIPPED: the size of the root: this is a chroot, where no volume is mounted at /");
        return;
    };
    assert!(root.size_bytes > root.free_bytes);
}

/// The budget is 0.2 s for a thousand packages on a release build; this one is not optimised.
#[test]
fn a_look_is_cheap() {
    let before = yagura_platform::process_cpu_time();
    let packages = collect().software.len();
    let cost = yagura_platform::process_cpu_time() - before;
    println!("{packages} packages in {cost:?} of processor time");
    assert!(cost.as_secs_f64() < 1.0, "{cost:?}");
}

#[tokio::test]
async fn the_inventory_is_published_at_the_start_and_on_command() {
    let (ctx, mut ends) = FeatureCtx::for_test(AssetsPolicy::default());
    let cancel = CancellationToken::new();
    let running = tokio::spawn(AssetsFeature::run(ctx, cancel.clone()));
    ends.state.changed().await.unwrap();
    let first = ends.state.borrow_and_update()["assets"].clone();
    let assets: Assets = serde_json::from_value(Value::clone(&first.value)).unwrap();
    assert_eq!(assets.collected_at.to_string(), "2026-11-23T00:00:00.000000Z");

    ends.clock.advance(std::time::Duration::from_secs(5));
    let answer = ends.commands.run("inventory.refresh", json!({})).await.unwrap();
    assert_eq!(answer["collected_at"], "2026-11-23T00:00:05.000000Z");
    assert_eq!(ends.state.borrow()["assets"].version, 2);
    let refused = ends.commands.run("inventory.refresh", json!({"all": true})).await;
    assert!(matches!(refused, Err(CommandError::Arguments(_))));

    let reports = ends.health.reports();
    assert!(matches!(reports[0].health, SensorHealth::Ok | SensorHealth::Degraded));
    cancel.cancel();
    running.await.unwrap().unwrap();
}
