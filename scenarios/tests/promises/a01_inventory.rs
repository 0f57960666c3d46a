//! A01: enrol a PC with no policy, and its hardware, system and software are there, as the system itself counts them.

use std::process::Command;

use yagura_scenarios::House;

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
