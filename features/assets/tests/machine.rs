//! This very machine.
#![cfg(all(feature = "agent", target_os = "linux"))]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers")]

use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

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
        .filter(|one| one.source == "dpkg")
        .map(|one| format!("{}\t{}\t{}", one.name, one.version, one.architecture.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
    assert_eq!(found.len(), expected.len());
    let dpkg = assets.software.iter().filter(|one| one.source == "dpkg");
    let without_time: Vec<_> = dpkg.filter(|one| one.installed_at.is_none()).collect();
    assert!(without_time.is_empty(), "{without_time:?}");
}

/// What a program of the system says, if it is there and says anything.
fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let answer = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output();
    let text = answer.ok().filter(|answer| answer.status.success()).map(|it| String::from_utf8(it.stdout).unwrap());
    if text.is_none() {
        println!("SKIPPED: the comparison with `{program}`: it is not here or does not work");
    }
    text
}

#[test]
fn ports_and_their_programs_are_those_of_ss() {
    let ask = || says("ss", &["-H", "-t", "-l", "-n", "-p"]);
    let places = |text: &str| -> BTreeSet<String> {
        // State, queues, local address and port, peer, whose.
        let local = text.lines().filter_map(|line| line.split_whitespace().nth(3));
        let plain = |place: &str| place.replace(['[', ']'], "").replace("*:", ":::");
        local.filter(|place| !place.contains('%')).map(plain).collect()
    };
    // Other programs come and go meanwhile: what is there before and after is to be told, and nothing that was never there.
    let (Some(before), ports, Some(after)) = (ask(), collect().ports, ask()) else { return };
    let (before, after) = (places(&before), places(&after));
    let found: BTreeSet<String> =
        ports.iter().filter(|one| one.protocol == "tcp").map(|one| format!("{}:{}", one.address, one.port)).collect();
    let missing: Vec<_> = before.intersection(&after).filter(|place| !found.contains(*place)).collect();
    assert!(missing.is_empty(), "missing {missing:?}");

    let own = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = own.local_addr().unwrap().port();
    let told = collect().ports.into_iter().find(|one| one.port == port && one.protocol == "tcp").unwrap();
    assert_eq!(told.program.as_deref(), std::env::current_exe().unwrap().to_str(), "this very test listens there");
    drop(own);
    let told = collect().ports.into_iter().find(|one| one.port == port && one.program == told.program);
    assert_eq!(told, None, "nobody listens there any more");
}

#[test]
fn services_start_as_systemctl_says() {
    let Some(text) = says("systemctl", &["--root=/", "list-unit-files", "--type=service", "--no-legend"]) else {
        return;
    };
    let wanted: BTreeSet<(&str, &str)> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.strip_suffix(".service")?, words.next()?))
        })
        .filter(|(name, state)| !name.contains('@') && matches!(*state, "enabled" | "disabled" | "masked"))
        .collect();
    let services = collect().services;
    let found: BTreeSet<(&str, &str)> = services
        .iter()
        .filter(|one| !one.name.contains('@'))
        .filter_map(|one| Some((one.name.as_str(), one.start.as_deref()?)))
        .filter(|(_, start)| *start != "static")
        .collect();
    assert_eq!(found, wanted);
}

/// Names and versions of apt's answer: `bash/stable-security 5.2-3 amd64 [upgradable from: 5.2-2]`.
fn upgradable(text: &str) -> BTreeSet<(String, String)> {
    let lines = text.lines().filter(|line| line.contains("[upgradable from: "));
    let read = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next()?.split('/').next()?;
        Some((name.to_owned(), words.next()?.to_owned()))
    };
    lines.map(|line| read(line).unwrap()).collect()
}

#[test]
fn updates_that_wait_are_those_of_apt() {
    let Some(text) = says("apt", &["list", "--upgradable"]) else { return };
    let wanted = upgradable(&text);
    let Some(updates) = collect().updates else {
        assert_eq!(wanted, BTreeSet::new(), "apt has updates and the inventory knows of none");
        println!("SKIPPED: the comparison of updates: apt has no lists");
        return;
    };
    assert_eq!(updates.count as usize, updates.packages.len());
    assert!(updates.security <= updates.count);
    println!("{} updates wait, {} of security", updates.count, updates.security);
    let found: BTreeSet<_> = updates.packages.into_iter().map(|one| (one.name, one.available)).collect();
    assert_eq!(found, wanted);

    // The same machine, where somebody prefers otherwise.
    let root = tempfile::tempdir().unwrap();
    let parts = root.path().join("etc/apt/preferences.d");
    std::fs::create_dir_all(&parts).unwrap();
    std::fs::create_dir_all(root.path().join("var/lib")).unwrap();
    for name in ["var/lib/apt", "var/lib/dpkg"] {
        symlink(Path::new("/").join(name), root.path().join(name)).unwrap();
    }
    let preferences = "Package: lib*\nPin: release c=main\nPin-Priority: -1\n\n\
                       Package: perl* python3*\nPin: release n=*-security\nPin-Priority: 50\n";
    std::fs::write(parts.join("ours.pref"), preferences).unwrap();
    std::fs::write(parts.join("ours.pref.bak"), "Package: *\nPin: release c=main\nPin-Priority: -1\n").unwrap();
    let place = format!("Dir::Etc::PreferencesParts={}", parts.display());
    let arguments = ["-o", &place, "-o", "Dir::Etc::Preferences=/dev/null", "list", "--upgradable"];
    let Some(text) = says("apt", &arguments) else { return };
    let preferred = upgradable(&text);
    let pinned = collect_from(root.path(), &RunningKernel, Time::from_seconds(0)).assets.updates.unwrap();
    println!("{} updates wait where libraries are held back", pinned.count);
    let found: BTreeSet<_> = pinned.packages.into_iter().map(|one| (one.name, one.available)).collect();
    assert_eq!(found, preferred);
    assert!(preferred.len() < wanted.len() || wanted.is_empty());
}

#[test]
fn disks_and_addresses_are_those_of_lsblk_and_ip() {
    let assets = collect();
    if let Some(text) = says("lsblk", &["--json", "--bytes", "--nodeps", "--output", "NAME,SIZE,TYPE"]) {
        let told: Value = serde_json::from_str(&text).unwrap();
        let devices = told["blockdevices"].as_array().unwrap();
        for disk in &assets.disks {
            let device = devices.iter().find(|device| device["name"] == disk.name.as_str()).unwrap();
            assert_eq!(device["size"].as_u64(), Some(disk.size_bytes), "{}", disk.name);
        }
        let is_real = |device: &&Value| {
            let name = device["name"].as_str().unwrap();
            let made = ["ram", "zram", "nbd"].iter().any(|it| name.starts_with(it));
            device["type"] == "disk" && device["size"].as_u64() > Some(0) && !made
        };
        assert_eq!(devices.iter().filter(is_real).count(), assets.disks.len());
    }
    let ask = || -> Option<BTreeMap<String, BTreeSet<String>>> {
        let told: Value = serde_json::from_str(&says("ip", &["-json", "address"])?).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let links = told.as_array().unwrap().iter().filter(|link| link["ifname"] != "lo");
        let addresses =
            |link: &Value| link["addr_info"].as_array().unwrap().iter().map(|it| text(&it["local"])).collect();
        Some(links.map(|link| (text(&link["ifname"]), addresses(link))).collect())
    };
    // Programs beside this one make interfaces and take them away: what was the same before and after counts.
    while let Some(before) = ask() {
        let found: BTreeMap<String, BTreeSet<String>> = collect()
            .network
            .into_iter()
            .map(|one| (one.name, one.ipv4.into_iter().chain(one.ipv6).collect()))
            .collect();
        if ask().as_ref() == Some(&before) {
            assert_eq!(found, before);
            break;
        }
    }
}

#[test]
fn system_and_disk_are_those_of_this_machine() {
    let assets = collect();
    assert_eq!(assets.os.architecture, std::env::consts::ARCH);
    assert_eq!(assets.os.hostname, Some(yagura_platform::system_name().unwrap().host));
    let root = assets.administrators.iter().find(|one| one.name == "root").unwrap();
    assert_eq!((root.id.as_deref(), root.through[0].as_str()), (Some("0"), "uid 0"));
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

/// The budget is 0.2 s for a thousand packages on a release build (`./dev bench assets`); this one is not optimised, and
/// reads the lists of apt besides.
#[test]
fn a_look_is_cheap() {
    let before = yagura_platform::thread_cpu_time();
    let packages = collect().software.len();
    let cost = yagura_platform::thread_cpu_time() - before;
    println!("{packages} packages in {cost:?} of processor time");
    assert!(cost.as_secs_f64() < 5.0, "{cost:?}");
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
