//! V01, V03: a program that a rule prohibits does not start, also under another name; the person is told that it was stopped, the
//! administrator has one row for one attempt; and with the rule, the agent's end or the agent's standstill, it starts again.

use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, Seat, may_mount, sees_processes};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const PERSON: u32 = 1;

/// What has the agent's file system of its own, and nobody else.
const OWN_WORLD: &str =
    r#"mkdir -p "$YAGURA_GATE_ONLY"; mount -t tmpfs -o mode=755 tmpfs "$YAGURA_GATE_ONLY"; exec "$@""#;

/// The agent's world, in which the person works.
struct World {
    agent: u32,
}

/// What came of a start.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    Started,
    /// With `EPERM`.
    Denied,
}

impl World {
    /// Once the agent has it.
    async fn of(house: &House) -> Self {
        let (agent, gate) = (house.agent_pid(), house.gate());
        let mounts = format!("/proc/{agent}/mountinfo");
        for _ in 0..900 {
            if fs::read_to_string(&mounts).unwrap_or_default().contains(gate.to_str().unwrap()) {
                return Self { agent };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing was mounted at {}", gate.display());
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--mount=/proc/{}/ns/mnt", self.agent)).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    /// Puts a program there, as whoever installs it.
    fn install(&self, from: &str, to: &Path) {
        let status = self.enter().args(["install", "-m", "755", from]).arg(to).status().unwrap();
        assert!(status.success());
    }

    /// The person starts it, from a shell of their own.
    fn start(&self, program: &Path) -> Start {
        let mut command = self.enter();
        command.args(["setpriv", "--reuid", &PERSON.to_string(), "--regid", "1", "--clear-groups"]);
        let output = command.args(["/bin/sh", "-c", "\"$1\"; echo $?", "sh"]).arg(program).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        match String::from_utf8_lossy(&output.stdout).lines().last() {
            Some("0") => Start::Started,
            Some("126") if error.contains("Operation not permitted") => Start::Denied,
            other => panic!("{other:?}: {error}"),
        }
    }
}

/// Somebody who stays in a world when the agent goes: it goes with the last who is in it.
struct Stays(Child);

impl Stays {
    fn in_world(world: &World) -> Self {
        let mut stays = world.enter();
        stays.args(["sh", "-c", "echo in; read _"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut stays = stays.spawn().unwrap();
        let mut said = [0; 3];
        stays.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        Self(stays)
    }

    fn world(&self) -> World {
        World { agent: self.0.id() }
    }
}

impl Drop for Stays {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sha256(file: &str) -> String {
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

fn rule(id: &str, program: &Value) -> Value {
    json!({
        "id": id, "name": format!("規則 {id}"), "class": "program", "level": "prohibit",
        "when": {"kinds": ["process.start"], "program": program},
        "popup": {"text": "%APP% は使えません", "quiet_s": 0},
    })
}

/// Tries until a start ends so; gives how many were denied.
async fn until(world: &World, program: &Path, wanted: Start) -> usize {
    let mut denied = 0;
    for _ in 0..900 {
        let came = world.start(program);
        denied += usize::from(came == Start::Denied);
        if came == wanted {
            return denied;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} never was {wanted:?}", program.display());
}

/// The rows of what this rule stopped, once there are so many.
async fn rows(house: &House, rule: &str, count: usize) -> Vec<Value> {
    house
        .until("the rows of what was stopped", "/api/v1/events?kind=process.start&level=prohibited", |page| {
            let rows = page["items"].as_array()?.iter().filter(|row| row["rule"] == rule);
            let rows: Vec<_> = rows.cloned().collect();
            (rows.len() >= count).then_some(rows)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prohibited_program_does_not_start_and_everything_else_does() {
    let promise = "a prohibited program does not start";
    if !sees_processes(promise) || !may_mount(promise) {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    house.wrap_agent("agent", OWN_WORLD);
    house.start_agent();
    let endpoint = house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let report = house
        .until("word of the gate", &format!("/api/v1/endpoints/{endpoint}"), |endpoint| {
            let sensors = endpoint["sensors"].as_array()?;
            let of = |name: &str| sensors.iter().find(|sensor| sensor["sensor"] == name);
            of("process").filter(|process| process["health"] != "off")?;
            of("gate").cloned()
        })
        .await;
    if report["health"] != "off" {
        eprintln!("SKIPPED: {promise}: {report}");
        return;
    }
    let Some(_person) = Seat::take(&house, PERSON, promise) else { return };
    let world = World::of(&house).await;
    let at = |name: &str| house.gate().join(name);
    let (game, tool, renamed) = (at("yg-game"), at("yg-tool"), at("yg-letter"));
    world.install("/usr/bin/true", &game);
    world.install("/usr/bin/env", &tool);
    world.install("/usr/bin/id", &renamed);
    assert_eq!(world.start(&game), Start::Started, "without a rule nobody is asked");

    // Before it is saved, it is known where it will hold, and where it will not.
    let named = rule("named", &json!({"names": ["YG-Game"]}));
    let sight = house.ask("POST", "/api/v1/rule-book/sight", Some(&json!({"rule": named.clone()})), 200).await;
    assert_eq!((&sight["enforced"], &sight["alarm_only"]), (&json!(1), &json!(0)), "{sight}");
    let mut by_line = named.clone();
    by_line["when"]["texts"] = json!([{"in": "command", "any_of": ["--secret"]}]);
    let sight = house.ask("POST", "/api/v1/rule-book/sight", Some(&json!({"rule": by_line})), 200).await;
    assert_eq!((&sight["enforced"], &sight["alarm_only"]), (&json!(0), &json!(1)), "{sight}");
    assert_eq!(sight["reasons"][0]["reason"], "not_known_before", "{sight}");

    house.decide(std::slice::from_ref(&named)).await;
    let denied = until(&world, &game, Start::Denied).await;
    assert_eq!(world.start(&tool), Start::Started);
    let found = rows(&house, "named", denied).await;
    assert_eq!(found.len(), 1, "one row for one attempt: {found:?}");
    let row = &found[0];
    let told = (&row["level"], &row["rule"], &row["class"], &row["user_id"], &row["image"]);
    let game_path = game.to_str().unwrap();
    assert_eq!(told, (&json!("prohibited"), &json!("named"), &json!("program"), &json!("1"), &json!(game_path)));
    house
        .until("the alarm that somebody deals with", "/api/v1/alarms?kind=rule.prohibited", |page| {
            (page["items"][0]["detail"]["rule"] == "named").then_some(())
        })
        .await;
    let warned =
        house.until("the pop-up", "/api/v1/events?kind=warning.shown", |page| page["items"].get(0).cloned()).await;
    assert_eq!((&warned["user_id"], &warned["body"]["rule_name"]), (&json!("1"), &json!("規則 named")), "{warned}");

    // Another name does not hide it from its hash; and its own name does not betray another.
    house.decide(&[named, rule("hashed", &json!({"sha256": [sha256("/usr/bin/id")]}))]).await;
    until(&world, &renamed, Start::Denied).await;
    assert_eq!((world.start(&game), world.start(&tool)), (Start::Denied, Start::Started));
    let found = rows(&house, "hashed", 1).await;
    assert_eq!(found[0]["hash_sha256"], json!(sha256("/usr/bin/id")));

    // The rule goes, and everything starts; it comes, and the agent is killed: everything starts.
    house.decide(&[]).await;
    until(&world, &game, Start::Started).await;
    assert_eq!(world.start(&renamed), Start::Started);
    house.decide(&[rule("again", &json!({"paths": [game_path]}))]).await;
    until(&world, &game, Start::Denied).await;
    let stays = Stays::in_world(&world);
    house.kill_agent();
    assert_eq!(stays.world().start(&game), Start::Started, "without an agent nobody is stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_ends_or_is_stopped_keeps_nobody_from_starting_programs() {
    let promise = "an agent that ends or is stopped keeps nobody waiting for long";
    if !sees_processes(promise) || !may_mount(promise) {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    house.wrap_agent("agent", OWN_WORLD);
    house.start_agent();
    house.endpoint().await;
    let game = house.gate().join("yg-game");
    house.decide(&[rule("named", &json!({"names": ["yg-game"]}))]).await;
    let world = World::of(&house).await;
    world.install("/usr/bin/true", &game);
    until(&world, &game, Start::Denied).await;
    let stays = Stays::in_world(&world);
    house.stop_agent();
    assert_eq!(stays.world().start(&game), Start::Started, "the gate goes with the agent");

    // The rule of yesterday holds at once after a start, in a world that is new.
    house.start_agent();
    let world = World::of(&house).await;
    world.install("/usr/bin/true", &game);
    until(&world, &game, Start::Denied).await;
    let stopped = Command::new("kill").args(["-STOP", &house.agent_pid().to_string()]).status().unwrap();
    assert!(stopped.success());
    // It waits until the watchman ends the agent, and starts then.
    assert_eq!(world.start(&game), Start::Started);
    house.until_log("agent", "it was ended, so that they start").await;
    house.kill_agent();
}
