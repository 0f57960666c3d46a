//! R05, R06: what the machine's own package system says is pending is red on the board; the remedy of the red number installs exactly that, and
//! the number clears.

use std::{collections::BTreeSet, process::Command};

use serde_json::{Value, json};
use yagura_scenarios::{Archive, House, MadePackage, may_plant};

const PROMISE: &str = "R05, R06: security updates are red until the remedy has installed them";

/// What apt would install from archives whose name has this word: package and version.
fn lines_of(simulated: &str, archive: &str) -> BTreeSet<(String, String)> {
    let line = |line: &str| {
        let rest = line.strip_prefix("Inst ")?;
        let (name, rest) = rest.split_once(' ')?;
        let (version, from) = rest.split_once('(')?.1.split_once(' ')?;
        from.contains(archive).then(|| (name.to_owned(), version.to_owned()))
    };
    simulated.lines().filter_map(line).collect()
}

fn security_lines(simulated: &str) -> BTreeSet<(String, String)> {
    lines_of(simulated, "Debian-Security")
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

/// What a program of apt on this machine itself says; nothing where it cannot.
fn apt(program: &str, arguments: &[&str]) -> Option<String> {
    let answer = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output().ok()?;
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
}

/// Whether an archive of security updates has a version of the package, though apt takes a newer one from elsewhere.
fn has_security_version(package: &str) -> bool {
    apt("apt-cache", &["madison", package]).is_some_and(|versions| versions.contains("-security"))
}

#[tokio::test(flavor = "multi_thread")]
async fn r05_every_security_line_of_this_machines_own_apt_is_pending_and_red() {
    let simulated = |what| apt("apt-get", &["--simulate", what]);
    let (Some(upgrade), Some(with_new)) = (simulated("upgrade"), simulated("dist-upgrade")) else {
        println!("SKIPPED: R05 on this machine itself: it has no apt-get that says what would be upgraded");
        return;
    };
    let (upgrade, all) = (security_lines(&upgrade), lines_of(&with_new, ""));
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let path = format!("/api/v1/vulnerabilities/machines/{endpoint}");
    let told = house
        .until("every line of apt", &path, |machine| {
            let told = pending(machine);
            (machine["state"] != "unknown" && upgrade.is_subset(&told)).then_some(told)
        })
        .await;
    // Pending too: what `upgrade` keeps back because it needs packages that are new, and what has passed a security update on its way to a
    // version of the archive itself. Nothing else.
    let more: Vec<_> = told.difference(&upgrade).collect();
    let wrong: Vec<_> = more.iter().filter(|line| !all.contains(line) || !has_security_version(&line.0)).collect();
    assert!(wrong.is_empty(), "apt does not know of {wrong:?}");
    let board = house.ask("GET", "/api/v1/vulnerabilities/board", None, 200).await;
    let patches = board["parts"].as_array().unwrap().iter().find(|part| part["part"] == "patches");
    assert_eq!(patches.map_or(0, |part| part["findings"].as_u64().unwrap()), told.len() as u64, "{board}");
    let red = house.ask("GET", "/api/v1/vulnerabilities/machines?part=patches", None, 200).await;
    assert_eq!(red["items"].as_array().map(Vec::len), Some(usize::from(!told.is_empty())), "{red}");
    println!("R05: all {} security lines of this machine's apt are red, and {} more", upgrade.len(), more.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn r05_r06_what_apt_says_is_pending_is_red_until_the_remedy_has_installed_it() {
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

    // Debian's tracker says why: the same finding has a name, and two that know of it.
    let tracker = house.path("tracker.json");
    let release = json!({"status": "resolved", "repositories": {"bookworm": "1.0-1"}, "fixed_version": "1.0-1+deb12u1", "urgency": "medium"});
    let told =
        json!({"yagura-probe": {"CVE-2026-90001": {"description": "a probe", "releases": {"bookworm": release}}}});
    std::fs::write(&tracker, told.to_string()).unwrap();
    let imported = house.ctl(&["feeds", "import", "debian", &tracker.display().to_string()]);
    assert!(imported.status.success(), "{imported:?}");
    house
        .until("the name of the weakness", &path, |machine| {
            let findings = machine["findings"].as_array()?;
            let known = findings.iter().find(|finding| finding["weakness"] == "CVE-2026-90001")?;
            (known["evidence"] == json!(["updater", "vendor"]) && pending(machine) == expected).then_some(())
        })
        .await;
    let listed = house.ctl(&["vulnerabilities", "list", "--endpoint", "soumu-21", "-o", "json"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let line = listed.lines().find(|line| line.contains("CVE-2026-90001")).unwrap_or_else(|| panic!("{listed}"));
    assert_eq!(
        serde_json::from_str::<Value>(line).unwrap(),
        json!({"endpoint": "soumu-21", "package": "yagura-probe", "installed": "1.0-1", "fixed": "1.0-1+deb12u1",
            "source": "debian", "severity": "medium", "cve": "CVE-2026-90001", "evidence": "updater,vendor"})
    );

    let remedy = house.ask("GET", "/api/v1/vulnerabilities/remedy?part=patches", None, 200).await;
    let packages: BTreeSet<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(remedy["packages"], json!(packages), "{remedy}");
    assert_eq!(remedy["endpoints"], json!([endpoint]), "{remedy}");
    // A machine whose policy does not allow it is named, and given nothing.
    let rollout = json!({"name": "red", "work": {"kind": "package_updates", "packages": remedy["packages"]},
        "rings": [{"name": "all", "targets": {"endpoints": remedy["endpoints"]}}], "timeout_s": 600});
    let preview = house.ask("POST", "/api/v1/distribution/rollouts/preview", Some(&rollout), 200).await;
    assert_eq!(preview["obstacles"], json!([{"why": "not_allowed", "endpoints": 1}]), "{preview}");
    let policy = format!("/api/v1/policies/distribution/{}", house.root_group().await);
    let allow = json!({"inherit": "replace", "value": {"allowed": ["updates"]}});
    house.ask("PUT", &policy, Some(&allow), 200).await;
    house
        .until("the policy", &format!("/api/v1/endpoints/{endpoint}/policies"), |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "distribution")?;
            (policy["state"] == "applied" && policy["value"]["allowed"][0] == "updates").then_some(())
        })
        .await;
    let begun = house.ask("POST", "/api/v1/distribution/rollouts", Some(&rollout), 201).await;
    let part =
        format!("/api/v1/distribution/rollouts/{}/endpoints/{endpoint}", begun["id"].as_str().unwrap_or_default());
    let done = house
        .until("the end of the rollout", &part, |part| {
            let state = part["state"].as_str().or_else(|| part["part"]["state"].as_str())?;
            ["done", "failed", "rolled_back", "refused", "already"].contains(&state).then(|| part.clone())
        })
        .await;
    assert!(done.to_string().contains("\"done\""), "{done}");
    assert_eq!(security_lines(&house.in_tree("agent", &["apt-get", "--simulate", "upgrade"])), BTreeSet::new());
    let order = json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
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
    // The last change is the update; the one before gave a finding its name.
    let gone = machine["history"][0]["gone"].as_array().map_or(0, Vec::len);
    assert_eq!(gone, expected.len(), "{machine}");
}
