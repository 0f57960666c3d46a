//! R05: what the machine's own package system says is pending is red on the board until it is installed.

use std::collections::BTreeSet;

use serde_json::Value;
use yagura_scenarios::{Archive, House, MadePackage, may_plant};

const PROMISE: &str = "R05: security updates are red until they are installed";

/// What apt would install from an archive of security updates: package and version.
fn security_lines(simulated: &str) -> BTreeSet<(String, String)> {
    let line = |line: &str| {
        let rest = line.strip_prefix("Inst ")?;
        let (name, rest) = rest.split_once(' ')?;
        let (version, from) = rest.split_once('(')?.1.split_once(' ')?;
        from.contains("Debian-Security").then(|| (name.to_owned(), version.to_owned()))
    };
    simulated.lines().filter_map(line).collect()
}

/// The security updates that the board has for the only machine.
fn pending(machine: &Value) -> BTreeSet<(String, String)> {
    let findings = machine["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    findings
        .iter()
        .filter(|finding| finding["evidence"].as_array().is_some_and(|all| all.contains(&"updater".into())))
        .flat_map(|finding| {
            let fixed = finding["fixed"].as_str().unwrap_or_default().to_owned();
            let packages = finding["packages"].as_array().cloned().unwrap_or_default();
            packages
                .into_iter()
                .map(move |package| (package["name"].as_str().unwrap_or_default().to_owned(), fixed.clone()))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn r05_what_apt_says_is_pending_is_red_until_it_is_installed() {
    if !may_plant(PROMISE) {
        return;
    }
    let mut house = House::without_agent();
    house.plant("agent", "soumu-21");
    house.enrol("agent", &house.url(), &house.authority());
    // The mirror's own updates, and one that is certain.
    let archive = Archive::in_folder(house.path("updates"));
    let old = archive.add(MadePackage { name: "yagura-probe", version: "1.0-1", postinst: "" });
    house.in_tree("agent", &["dpkg", "--install", &old.display().to_string()]);
    archive.add(MadePackage { name: "yagura-probe", version: "1.0-1+deb12u1", postinst: "" });
    house.offer_updates("agent", &archive);
    let expected = security_lines(&house.in_tree("agent", &["apt-get", "--simulate", "upgrade"]));
    assert!(expected.contains(&("yagura-probe".to_owned(), "1.0-1+deb12u1".to_owned())), "{expected:?}");

    house.start_agent();
    let endpoint = house.endpoint().await;
    let path = format!("/api/v1/vulnerabilities/machines/{endpoint}");
    house.until("every line of apt in red", &path, |machine| (pending(machine) == expected).then_some(())).await;
    let red = "/api/v1/vulnerabilities/machines?part=patches";
    let list = house.ask("GET", red, None, 200).await;
    assert_eq!(list["items"][0]["state"], "behind", "{list}");
    let board = house.ask("GET", "/api/v1/vulnerabilities/board", None, 200).await;
    assert_eq!((&board["behind"], &board["current"]), (&1.into(), &0.into()), "{board}");

    house.in_tree("agent", &["apt-get", "-q", "-y", "upgrade"]);
    let order = serde_json::json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
    house.ask("POST", "/api/v1/commands", Some(&order), 201).await;
    house
        .until("a machine without a security update", &path, |machine| pending(machine).is_empty().then_some(()))
        .await;
    assert_eq!(house.ask("GET", red, None, 200).await["items"].as_array().map(Vec::len), Some(0));
    let board = house.ask("GET", "/api/v1/vulnerabilities/board", None, 200).await;
    assert_eq!((&board["behind"], &board["current"]), (&0.into(), &1.into()), "{board}");
    // The trend shows both what came and what went.
    let today = board["trend"].as_array().and_then(|days| days.last()).cloned().unwrap_or_default();
    assert_eq!(today["fixed"], expected.len(), "{today}");
    assert_eq!(board["fixed_this_week"], expected.len(), "{board}");
    let machine = house.ask("GET", &path, None, 200).await;
    let gone: usize = machine["history"]
        .as_array()
        .map_or(0, |all| all.iter().map(|at| at["gone"].as_array().map_or(0, Vec::len)).sum());
    assert_eq!(gone, expected.len(), "{machine}");
}
