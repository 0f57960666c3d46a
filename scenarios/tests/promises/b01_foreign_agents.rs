//! B-1: machines that run another maker's inventory agent are in the ledger. FusionInventory's and OCS Inventory's, unmodified as
//! Debian has them, send over TLS, are taken for the machine that our own agent is on, and tell the same of it.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use yagura_scenarios::House;

const FUSION: &str = "fusioninventory-agent";
const OCS: &str = "ocsinventory-agent";

fn is_installed(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Runs an agent once, to its end.
fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    // Both end well when the server refuses them, and say so.
    for refusal in ["communication error", "Cannot establish communication", "No answer", "authentication required"] {
        assert!(!said.contains(refusal), "{command:?}: {said}");
    }
}

fn fusioninventory(house: &House, server: &str, secret: &str) {
    let file = house.path("fusioninventory.cfg");
    let authority = house.authority();
    let config = format!(
        "server = {server}\nuser = old-pcs\npassword = {secret}\nca-cert-file = {}\nlogger = stderr\ntasks = inventory\n",
        authority.display()
    );
    std::fs::write(&file, config).unwrap();
    run(Command::new(FUSION).arg(format!("--conf-file={}", file.display())).arg("--force"));
}

fn ocsinventory(house: &House, server: &str, secret: &str) {
    let state = house.path("ocs");
    std::fs::create_dir_all(&state).unwrap();
    let authority = house.authority();
    // It takes user and password in Base64. Debian's configuration writes to a folder instead of sending, which `--local` ends.
    run(Command::new(OCS)
        .args(["--local", "", "--server", server, "--realm", "Yagura", "--ssl=1"])
        .args(["--user", &STANDARD.encode("old-pcs"), "--password", &STANDARD.encode(secret)])
        .arg(format!("--ca={}", authority.display()))
        .arg("--basevardir")
        .arg(state));
}

/// What each source said, and how many packages: the ledger shows the best source's words only.
async fn told(database: &Path, source: &str) -> (Value, i64) {
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&format!("sqlite:{}", database.display())).await.unwrap();
    let (facts, packages): (String, i64) = sqlx::query_as(
        "SELECT s.facts, (SELECT COUNT(*) FROM assets_installed i WHERE i.sighting = s.number) FROM assets_sighting s
         WHERE s.source = $1",
    )
    .bind(source)
    .fetch_one(&pool)
    .await
    .unwrap();
    pool.close().await;
    (serde_json::from_str(&facts).unwrap(), packages)
}

#[tokio::test(flavor = "multi_thread")]
async fn b01_unmodified_agents_of_other_makers_tell_the_same_of_a_machine_as_ours() {
    let missing: Vec<_> = [FUSION, OCS].into_iter().filter(|program| !is_installed(program)).collect();
    if !missing.is_empty() {
        println!("SKIPPED: agents of other makers: {} is not installed", missing.join(" and "));
        return;
    }
    // FusionInventory keeps its state where only root may write, and says so nowhere on its command line.
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root {
        println!("SKIPPED: agents of other makers: they run as root");
        return;
    }
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let made = house.ask("POST", "/api/v1/assets/intakes", Some(&json!({"name": "old-pcs"})), 201).await;
    let (secret, server) = (made["secret"].as_str().unwrap(), made["server"].as_str().unwrap());
    house
        .until("our agent's inventory in the ledger", "/api/v1/assets/ledger?source=agent", |listed| {
            (listed["count"]["value"] == 1).then_some(())
        })
        .await;

    fusioninventory(&house, server, secret);
    ocsinventory(&house, server, secret);

    let listed = house.ask("GET", "/api/v1/assets/ledger", None, 200).await;
    assert_eq!(listed["count"]["value"], 1, "one machine: {listed}");
    let asset = &listed["items"][0];
    assert_eq!(asset["endpoint"], json!(endpoint));
    assert_eq!(asset["sources"], json!(["agent", "fusioninventory", "ocs"]));
    let detail = house.ask("GET", &format!("/api/v1/assets/ledger/{}", asset["id"].as_str().unwrap()), None, 200).await;
    let leading: Vec<_> = detail["sightings"].as_array().unwrap().iter().filter(|one| one["leading"] == true).collect();
    assert_eq!((leading.len(), &leading[0]["source"]), (1, &json!("agent")), "our own agent is believed before others");

    let database = house.path("server").join("control.db");
    let (ours, packages) = told(&database, "agent").await;
    for source in ["fusioninventory", "ocs"] {
        let (theirs, their_packages) = told(&database, source).await;
        assert_eq!(theirs["os"]["hostname"], ours["os"]["hostname"], "{source}");
        assert_eq!(theirs["hardware"]["cpu"]["threads"], ours["hardware"]["cpu"]["threads"], "{source}");
        assert_eq!(theirs["hardware"]["cpu"]["cores"], ours["hardware"]["cpu"]["cores"], "{source}");
        let memory = |assets: &Value| assets["hardware"]["memory_bytes"].as_u64().unwrap() >> 20;
        assert!(memory(&theirs).abs_diff(memory(&ours)) <= 1, "{source}: {theirs} {ours}");
        assert_eq!(their_packages, packages_of_dpkg(), "{source}");
        assert!(packages >= their_packages, "{source}: {packages} {their_packages}");
    }
    let listed = house.ask("GET", "/api/v1/assets/intakes", None, 200).await;
    assert_eq!(listed["items"][0]["machines"], 2, "{listed}");
    assert_eq!(listed["items"][0]["refused_why"], Value::Null, "{listed}");
}

/// The others tell of the system's packages only; ours may know of more.
fn packages_of_dpkg() -> i64 {
    let output = Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev}\n"]).output().unwrap();
    let installed = String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.starts_with("ii")).count();
    i64::try_from(installed).unwrap()
}
