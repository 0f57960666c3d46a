//! A01: enrol a PC with no policy, and its hardware, system and software are there, as the system itself counts them.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::{Value, json};
use yagura_scenarios::{House, may_be_apart, may_mount};

#[tokio::test(flavor = "multi_thread")]
async fn a01_an_endpoint_without_a_policy_shows_what_it_is() {
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let assets =
        house.until("the inventory", &format!("/api/v1/assets/{endpoint}"), |assets| Some(assets.clone())).await;
    assert!(assets["hardware"]["memory_bytes"].as_u64().unwrap() > 0);
    assert!(assets["hardware"]["cpu"]["threads"].as_u64().unwrap() > 0);
    assert!(!assets["os"]["name"].as_str().unwrap().is_empty());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(assets["os"]["hostname"], kernel.trim());
    let root = assets["administrators"].as_array().unwrap().iter().find(|one| one["name"] == "root").unwrap();
    assert_eq!(root["through"][0], "uid 0");
    // The server that was just started listens, and its program is known.
    let port = house.port();
    let own = assets["ports"].as_array().unwrap().iter().find(|one| one["port"] == port).unwrap();
    assert!(own["program"].as_str().unwrap().ends_with("/yagura-server"), "{own}");
    let Ok(output) =
        Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev} ${Package} ${Version}\n"]).output()
    else {
        println!("SKIPPED: comparing software: this machine has no dpkg-query");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let wanted: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("ii  ")).collect();
    let told = assets["software"].as_array().unwrap();
    for line in &wanted {
        let (name, version) = line.split_once(' ').unwrap();
        let found = told.iter().any(|software| software["name"] == name && software["version"] == version);
        assert!(found, "{name} {version} is installed and not in the inventory");
    }
    // The name works as well as the id.
    let hostname = assets["hostname"].as_str().unwrap();
    house.ask("GET", &format!("/api/v1/assets/{hostname}"), None, 200).await;
}

/// What a program of this machine says; a line about it where it is not there.
#[expect(clippy::print_stdout, reason = "a test that skips says so")]
fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let answer = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output();
    let Some(answer) = answer.ok().filter(|answer| answer.status.success()) else {
        println!("SKIPPED: comparing with {program}, which this machine does not have");
        return None;
    };
    Some(String::from_utf8_lossy(&answer.stdout).into_owned())
}

/// Where something listens for TCP, as ss says.
fn listening() -> Option<BTreeSet<String>> {
    let text = says("ss", &["-H", "-t", "-l", "-n"])?;
    let local = text.lines().filter_map(|line| line.split_whitespace().nth(3));
    Some(
        local
            .filter(|place| !place.contains('%'))
            .map(|place| place.replace(['[', ']'], "").replace("*:", ":::"))
            .collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a01_the_ledger_equals_what_lsblk_ip_ss_and_proc_say() {
    let mut house = House::new();
    let before = listening();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let assets =
        house.until("the inventory", &format!("/api/v1/assets/{endpoint}"), |assets| Some(assets.clone())).await;
    if let (Some(before), Some(after)) = (before, listening()) {
        let ports = assets["ports"].as_array().unwrap().iter().filter(|one| one["protocol"] == "tcp");
        let told: BTreeSet<String> =
            ports.map(|one| format!("{}:{}", one["address"].as_str().unwrap(), one["port"])).collect();
        // What came or went meanwhile is told or not.
        let missing: Vec<_> = before.intersection(&after).filter(|place| !told.contains(*place)).collect();
        assert!(missing.is_empty(), "{missing:?} listen and are not told of");
    }
    if let Some(text) = says("lsblk", &["--json", "--bytes", "--nodeps", "--output", "NAME,SIZE"]) {
        let lsblk: Value = serde_json::from_str(&text).unwrap();
        for disk in assets["disks"].as_array().unwrap() {
            let device = lsblk["blockdevices"].as_array().unwrap().iter().find(|device| device["name"] == disk["name"]);
            assert_eq!(device.unwrap()["size"], disk["size_bytes"], "{disk}");
        }
    }
    if let Some(text) = says("ip", &["-json", "address"]) {
        let links: Value = serde_json::from_str(&text).unwrap();
        let link = |name: &Value| links.as_array().unwrap().iter().find(|link| link["ifname"] == *name);
        for card in assets["network"].as_array().unwrap() {
            // Cards of other tests come and go.
            let Some(link) = link(&card["name"]) else { continue };
            if let Some(mac) = card["mac"].as_str() {
                assert_eq!(link["address"], mac, "{card}");
            }
            for address in card["ipv4"].as_array().unwrap() {
                assert!(link["addr_info"].as_array().unwrap().iter().any(|one| one["local"] == *address), "{card}");
            }
        }
    }
    let memory = fs::read_to_string("/proc/meminfo").unwrap();
    let kilobytes: u64 = memory.split_whitespace().nth(1).unwrap().parse().unwrap();
    let told = assets["hardware"]["memory_bytes"].as_u64().unwrap();
    // The kernel's own share is not in what it counts.
    assert!((kilobytes << 10) <= told && told < (kilobytes << 10) * 5 / 4, "{told} of {kilobytes} kB");
    let threads =
        fs::read_to_string("/proc/cpuinfo").unwrap().lines().filter(|line| line.starts_with("processor")).count();
    assert_eq!(assets["hardware"]["cpu"]["threads"], threads);
}

/// Makes a package of one file below /opt.
fn package(folder: &Path, name: &str, version: &str) -> String {
    let tree = folder.join(format!("tree-{version}"));
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("opt").join(name)).unwrap();
    fs::write(tree.join("opt").join(name).join("file"), version).unwrap();
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: 情報部 <it@example.jp>\nDescription: made by a test\n"
    );
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    let file = folder.join(format!("{version}.deb")).to_str().unwrap().to_owned();
    let built =
        Command::new("dpkg-deb").args(["--root-owner-group", "--build", tree.to_str().unwrap(), &file]).output();
    assert!(built.unwrap().status.success());
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a01_a_package_that_is_installed_updated_and_removed_is_one_change_each() {
    const PROMISE: &str = "A01: installing and removing a package is one change each";
    if !may_mount(PROMISE) || !may_be_apart(PROMISE) || says("dpkg-deb", &["--version"]).is_none() {
        return;
    }
    let mut house = House::new();
    let _road = house.set_apart("agent", "keiri-05");
    house.start_agent();
    let endpoint = house.endpoint().await;
    let name = house.marker("yagura-tried");
    // What dpkg knows and writes is this machine's own, and goes with it.
    let copy = house.path("dpkg");
    assert!(Command::new("cp").args(["-a", "/var/lib/dpkg"]).arg(&copy).status().unwrap().success());
    house.inside("agent", &["mount", "--bind", copy.to_str().unwrap(), "/var/lib/dpkg"]);
    house.inside("agent", &["mount", "-t", "tmpfs", "tmpfs", "/opt"]);
    house.inside("agent", &["mount", "-t", "tmpfs", "tmpfs", "/var/log"]);
    let (first, second) = (package(&house.path(""), &name, "1.0"), package(&house.path(""), &name, "1.1"));
    let look = async || {
        let order = json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
        let given = house.ask("POST", "/api/v1/commands", Some(&order), 201).await;
        let path = format!("/api/v1/commands/{}", given["items"][0]["id"].as_str().unwrap());
        house.until("the look", &path, |command| (command["state"] == "done").then_some(())).await;
    };
    look().await;
    house.until("the inventory", &format!("/api/v1/assets/{endpoint}"), |_| Some(())).await;
    let path = format!("/api/v1/assets/changes?asset={endpoint}&part=software");
    let mut history = Vec::new();
    for (before, arguments) in [["--install", &first], ["--install", &second], ["--purge", &name]].iter().enumerate() {
        house.inside("agent", &[&["dpkg", "--force-unsafe-io"], arguments.as_slice()].concat());
        look().await;
        // Of several looks that follow each other quickly the server may be told the last one only.
        let of_name = |page: &Value| {
            let items = page["items"].as_array()?.iter().filter(|one| one["name"] == name.as_str()).cloned();
            Some(items.collect::<Vec<_>>()).filter(|items| items.len() > before)
        };
        history = house.until("the change", &path, of_name).await;
    }
    let mut told: Vec<_> = history.iter().map(|one| (one["before"].clone(), one["after"].clone())).collect();
    told.reverse();
    assert_eq!(told, [(Value::Null, json!("1.0")), (json!("1.0"), json!("1.1")), (json!("1.1"), Value::Null)]);
    assert!(!Path::new("/opt").join(&name).exists(), "nothing of it was ever on this machine");
}
