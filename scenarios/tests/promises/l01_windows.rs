//! L01: which windows a person had before them is in the log, with title, program, person and how long; of two people at one machine
//! each has rows of their own; a rule about a title warns while the window is there; errors, idle times and the use of programs are
//! told; and a session program that is killed leaves word of it.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use serde_json::{Value, json};
use yagura_scenarios::{House, Seat, sees_processes};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const PERSON: u32 = 1;
const OTHER: u32 = 65534;

const PROMISE: &str = "L01: what people have before them";

fn has(programs: &[&str]) -> bool {
    let missing: Vec<_> = programs
        .iter()
        .filter(|name| !Command::new("which").arg(name).output().is_ok_and(|which| which.status.success()))
        .collect();
    if !missing.is_empty() {
        eprintln!("SKIPPED: {PROMISE}: {missing:?} are not here");
    }
    missing.is_empty()
}

/// Puts a policy in force on the endpoint.
async fn decide(house: &House, endpoint: &str, feature: &str, value: &Value) {
    let path = format!("/api/v1/policies/{feature}/{}", house.root_group().await);
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": value})), 200).await;
    house
        .until("the policy", &format!("/api/v1/endpoints/{endpoint}/policies"), |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == feature)?;
            (policy["state"] == "applied" && holds(&policy["value"], value)).then_some(())
        })
        .await;
}

/// Whether a value has everything that `part` says.
fn holds(value: &Value, part: &Value) -> bool {
    match part {
        Value::Object(part) => part.iter().all(|(name, part)| holds(&value[name], part)),
        Value::Array(part) => {
            value.as_array().is_some_and(|all| part.iter().zip(all).all(|(part, value)| holds(value, part)))
        }
        part => value == part,
    }
}

/// Waits for a row of this kind and title; there is one.
async fn row(house: &House, kind: &str, title: &str) -> Value {
    house
        .until(&format!("{kind} {title}"), &format!("/api/v1/events?kind={kind}&limit=1000"), |page| {
            let rows: Vec<_> = page["items"].as_array()?.iter().filter(|row| row["subject"] == title).collect();
            assert!(rows.len() <= 1, "{rows:?}");
            rows.first().map(|row| (*row).clone())
        })
        .await
}

/// Waits for a row of this kind.
async fn first(house: &House, kind: &str) -> Value {
    house.until(kind, &format!("/api/v1/events?kind={kind}"), |page| page["items"].get(0).cloned()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_have_before_them_is_found_with_title_program_person_and_length() {
    if !sees_processes(PROMISE) || !has(&["openbox", "xterm", "zenity", "xdotool"]) {
        return;
    }
    let mut house = House::new();
    // People may pass through, and see nothing.
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    house.start_agent();
    let endpoint = house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let windows = json!({"min_stay_s": 0, "settle_s": 0, "idle_after_s": 0});
    decide(&house, &endpoint, "operation_log", &json!({"files": {"record": false}, "windows": windows})).await;
    let rule = json!({
        "id": "plans", "name": "社外秘の図面", "class": "title", "level": "alarm",
        "when": {"kinds": ["window.active"], "texts": [{"in": "title", "any_of": ["社外秘"]}]},
        "popup": {"text": "%FILE% は社外秘です", "quiet_s": 0},
    });
    decide(&house, &endpoint, "rule_book", &json!({"rules": [rule]})).await;

    let (Some(mut person), Some(mut other)) = (Seat::take(&house, PERSON, PROMISE), Seat::take(&house, OTHER, PROMISE))
    else {
        return;
    };
    for seat in [&mut person, &mut other] {
        seat.manage().await;
        seat.open("xterm", &["-T", "作業日報"]);
    }
    let report = person.window("作業日報").await;
    person.activate(report).await;
    let others = other.window("作業日報").await;
    other.activate(others).await;
    person.open("zenity", &["--info", "--title=見積書の確認", "--text=三つあります"]);
    let offer = person.window("見積書の確認").await;
    person.activate(offer).await;
    person.activate(report).await;
    person.activate(offer).await;

    // A rule answers while the window is there: nobody has turned away from it yet.
    let plans = person.open("zenity", &["--info", "--title=図面（社外秘）", "--text=第二工場"]);
    let drawing = person.window("図面").await;
    person.activate(drawing).await;
    let warned = row(&house, "window.active", "図面（社外秘）").await;
    assert_eq!(
        (&warned["level"], &warned["rule"], &warned["user"]),
        (&json!("alarm"), &json!("plans"), &json!("daemon"))
    );
    assert!(warned["body"].get("duration_ms").is_none(), "{warned}");
    house
        .until("the warning on the screen", "/api/v1/events?kind=warning.shown", |page| {
            (page["items"].as_array()?.len() == 1 && page["items"][0]["user"] == "daemon").then_some(())
        })
        .await;
    // The pop-up itself is nothing that the person had before them, whatever the window manager makes of it.
    person.close(plans);
    person.activate(report).await;
    assert_eq!(house.events("&kind=warning.shown").await.len(), 1);

    other.open("zenity", &["--error", "--title=保存エラー", "--text=書けませんでした"]);
    let error = row(&house, "window.error", "保存エラー").await;
    assert_eq!((&error["user"], &error["inferred"]), (&json!("nobody"), &json!(true)), "{error}");
    let window = other.window("保存エラー").await;
    other.activate(window).await;
    other.activate(others).await;

    let rows = house
        .until("every stay", "/api/v1/events?kind=window.active&order=received&limit=1000", |page| {
            let rows = page["items"].as_array()?;
            let count = |user: &str, title: &str| {
                rows.iter().filter(|row| row["user"] == user && row["subject"] == title).count()
            };
            let stays = [("作業日報", 2), ("見積書の確認", 2), ("図面（社外秘）", 1)];
            let all = stays.iter().all(|(title, times)| count("daemon", title) >= *times);
            (all && count("nobody", "保存エラー") == 1 && count("nobody", "作業日報") == 1).then(|| rows.clone())
        })
        .await;
    for row in &rows {
        let expected = if row["subject"] == "作業日報" { "xterm" } else { "zenity" };
        let image = row["image"].as_str().unwrap_or_else(|| panic!("no program in {row}"));
        assert!(image.ends_with(&format!("/{expected}")), "{row}");
        assert!(row["process_guid"].is_string(), "{row}");
        assert!(row["rule"] == "plans" || row["body"]["duration_ms"].as_u64() > Some(0), "{row}");
    }
    // Nobody else's windows.
    assert!(rows.iter().all(|row| row["user"] == "daemon" || row["user"] == "nobody"), "{rows:?}");

    // Killed, the session program leaves word, with the person's name; started again, too.
    let sensor = |health: &'static str| {
        move |page: &Value| {
            let rows = page["items"].as_array()?;
            let row = rows.iter().find(|row| row["body"]["health"] == health && row["user"] == "daemon")?;
            Some(row.clone())
        }
    };
    person.kill_session();
    let changes = "/api/v1/events?kind=agent.sensor_change";
    house.until("word of the killed session program", changes, sensor("degraded")).await;
    house
        .until("the sensor's state", &format!("/api/v1/endpoints/{endpoint}"), |endpoint| {
            let sensors = endpoint["sensors"].as_array()?;
            let part = sensors.iter().find(|sensor| sensor["sensor"] == "window:daemon")?;
            (part["health"] == "degraded").then_some(())
        })
        .await;
    person.start_session(&house);
    house.until("word of the session program that came back", changes, sensor("ok")).await;

    // What was before people when the agent stops is told, with how long each program was used.
    house.stop_agent();
    house.start_agent();
    let usage = house
        .until("the use of programs", "/api/v1/events?kind=app.usage&limit=1000", |page| {
            let rows = page["items"].as_array()?;
            let of = |user: &str, program: &str| {
                rows.iter().find(|row| {
                    row["user"] == user && row["image"].as_str().is_some_and(|image| image.ends_with(program))
                })
            };
            (of("daemon", "/xterm").is_some() && of("daemon", "/zenity").is_some() && of("nobody", "/xterm").is_some())
                .then(|| rows.clone())
        })
        .await;
    assert!(usage.iter().all(|row| row["body"]["duration_ms"].is_u64()), "{usage:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_and_being_away_are_told_as_the_policy_says() {
    if !sees_processes(PROMISE) || !has(&["openbox", "xterm", "xdotool"]) {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    house.start_agent();
    let endpoint = house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let Some(mut person) = Seat::take(&house, PERSON, PROMISE) else { return };
    // Without a window manager: what has the keyboard is the active one.
    let windows = json!({
        "min_stay_s": 0, "settle_s": 0, "idle_after_s": 1,
        "exclude": [{"name": "家計", "title_contains": ["家計簿"], "hide": "title"}],
    });
    decide(&house, &endpoint, "operation_log", &json!({"files": {"record": false}, "windows": windows})).await;
    let gone = first(&house, "idle.start").await;
    assert_eq!(gone["user"], "daemon");
    // The wire is fed by the test: any key will do.
    assert!(person.ask("xdotool", &["key", "shift"]).is_some());
    let back = first(&house, "idle.end").await;
    assert!(back["body"]["duration_ms"].as_u64() >= Some(1000), "{back}");

    person.open("xterm", &["-T", "最初の題"]);
    let window = person.window("最初の題").await;
    assert!(person.ask("xdotool", &["windowfocus", "--sync", &window.to_string()]).is_some());
    person.until_heard(window, 1).await;
    let name = |title: &str| person.ask("xdotool", &["set_window", "--name", title, &window.to_string()]);
    assert!(name("次の題").is_some());
    let next = row(&house, "window.title", "次の題").await;
    assert!(next["image"].as_str().is_some_and(|image| image.ends_with("/xterm")), "{next}");
    assert!(name("うちの家計簿").is_some());
    person.until_heard(window, 3).await;
    // A secret in a title does not leave the machine.
    assert!(name("https://example.jp/?password=hunter2").is_some());
    row(&house, "window.title", "https://example.jp/?password=***").await;
    let all = house.events("&feature=operation_log").await;
    let told =
        serde_json::to_string(&all.iter().filter(|row| row["kind"] != "process.start").collect::<Vec<_>>()).unwrap();
    assert!(!told.contains("家計簿") && !told.contains("hunter2"), "{told}");
}
