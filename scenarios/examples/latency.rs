//! How long it takes from an act that is against a rule to the warning on the person's screen, the alarm in the administrator's list
//! and the mail at the mail server. A server, an agent and people before screens (Xvfb), all on this machine.
//!
//! `YAGURA_BIN_DIR=target/release cargo run --release -p yagura-scenarios --example latency -- ROUNDS PEOPLE`, as root.
//!
//! Each round has every person start a program and write a file that they should not; the warnings of one person are two a minute
//! at most, so a round takes a minute. Prints JSON: milliseconds, sorted.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};
use yagura_scenarios::{House, PostOffice, Seat};
use yagura_vocabulary::{Clock as _, SystemClock, Time};

/// Looks at the list so often; the console waits for `alarms/news`, which looks twice a second.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(40);
const MINUTE: Duration = Duration::from_secs(61);

/// The round in which nothing is measured: rules are in force and sensors run once they answer to it.
const READY: &str = "ready";

/// One act: the rule it is against, and whose it is.
type Act = (String, String);

fn rule(id: &str, when: &Value) -> Value {
    json!({"id": id, "name": id, "class": class(id), "level": "alarm", "when": when, "popup": {"text": "%FILE%", "quiet_s": 0}})
}

fn class(id: &str) -> String {
    id.replace('-', "_")
}

/// A rule and a route for each round and each of the two acts: mails of one route go out every five minutes only.
async fn decide(house: &House, rounds: &[String], folder: &Path) {
    let mut rules = Vec::new();
    for round in rounds {
        rules.push(rule(
            &format!("program-{round}"),
            &json!({"kinds": ["process.start"], "program": {"names": [format!("yg-latency-{round}")]}}),
        ));
        let texts = json!([{"in": "name", "any_of": [format!("secret-{round}-")]}]);
        rules.push(rule(&format!("file-{round}"), &json!({"kinds": ["file"], "texts": texts})));
    }
    for rule in &rules {
        let route = json!({
            "name": rule["id"], "on": true, "classes": [rule["class"]],
            "to": {"kind": "mail", "addresses": ["joho@example.jp"]}, "subject": rule["id"],
        });
        house.ask("POST", "/api/v1/alarm-routes", Some(&route), 201).await;
    }
    house.decide(&rules).await;
    let group = house.root_group().await;
    let files = json!({"inherit": "replace", "value": {"files": {"folders": [format!("{}/**", folder.display())]}}});
    house.ask("PUT", &format!("/api/v1/policies/operation_log/{group}"), Some(&files), 200).await;
}

/// What each act was done at.
fn act(house: &House, folder: &Path, round: usize, person: u32, at: &mut BTreeMap<Act, Time>) {
    let program = house.path(&format!("yg-latency-{round}"));
    at.insert((format!("program-{round}"), person.to_string()), SystemClock.now());
    Command::new(program).arg("true").uid(person).current_dir("/").stdout(Stdio::null()).status().unwrap();
    let file = folder.join(format!("secret-{round}-{person}"));
    at.insert((format!("file-{round}"), person.to_string()), SystemClock.now());
    let mut copy = Command::new("cp");
    copy.arg("/etc/hostname").arg(file).uid(person).current_dir("/").stdout(Stdio::null()).status().unwrap();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn report(what: &str, mut took: Vec<i64>, of: usize) -> (String, Value) {
    took.sort_unstable();
    let at = |share: usize| took.get((took.len() * share).div_ceil(100).saturating_sub(1)).copied();
    (what.to_owned(), json!({"of": of, "seen": took.len(), "p50_ms": at(50), "p95_ms": at(95), "all_ms": took}))
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>().expect("ROUNDS PEOPLE"));
    let (rounds, people) = (arguments.next().unwrap_or(3), arguments.next().unwrap_or(5));
    let mut house = House::new();
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    let office = PostOffice::open_plain().await;
    let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
    let settings = house.ask("GET", "/api/v1/settings", None, 200).await;
    house
        .try_ask("PATCH", "/api/v1/settings", settings["etag"].as_str(), Some(&json!({ "mail": mail })))
        .await
        .unwrap();
    let folder = house.path("desk");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let names: Vec<_> = (0..rounds).map(|round| round.to_string()).chain([READY.to_owned()]).collect();
    for round in &names {
        let program = house.path(&format!("yg-latency-{round}"));
        fs::copy("/usr/bin/env", &program).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    decide(&house, &names, &folder).await;
    house.start_agent();
    house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    // Accounts that every Debian has, and as which nobody works.
    let accounts: Vec<u32> = (1..).take(people).collect();
    let seats: Vec<_> = accounts.iter().map_while(|account| Seat::take(&house, *account, "latency")).collect();
    assert_eq!(seats.len(), people, "every person needs an Xvfb");
    let nobody = 65534;
    let ready = |rule: &'static str| {
        let (house, folder) = (&house, &folder);
        async move {
            house
                .until(rule, &format!("/api/v1/events?level=alarm&q=rule:{rule}"), |page| {
                    let file = folder.join(format!("secret-{READY}-{}", SystemClock.now().micros()));
                    act_as(house, &file, nobody);
                    page["items"].get(0).map(drop)
                })
                .await;
        }
    };
    ready("program-ready").await;
    ready("file-ready").await;

    let mut done = BTreeMap::new();
    let mut listed: BTreeMap<Act, Time> = BTreeMap::new();
    for round in 0..rounds {
        let next = Instant::now() + MINUTE;
        eprintln!("round {} of {rounds}", round + 1);
        for person in &accounts {
            act(&house, &folder, round, *person, &mut done);
        }
        let until = Instant::now() + PATIENCE;
        while listed.len() < done.len() && Instant::now() < until {
            let list = house.ask("GET", "/api/v1/alarms?kind=rule.alarm&limit=1000", None, 200).await;
            let now = SystemClock.now();
            for alarm in list["items"].as_array().into_iter().flatten() {
                let act = (text(&alarm["detail"]["rule"]), uid_of(&text(&alarm["detail"]["user"])));
                if done.contains_key(&act) {
                    listed.entry(act).or_insert(now);
                }
            }
            sleep(LOOK_EVERY).await;
        }
        if round + 1 < rounds {
            sleep_until(next).await;
        }
    }
    // What was held back to go out together is told of within the minute.
    sleep(Duration::from_secs(5)).await;
    let took = |act: &Act, at: Time| done.get(act).map(|began| (at.micros() - began.micros()) / 1000);
    let mut shown = [Vec::new(), Vec::new()];
    for row in house.events("&kind=warning.shown").await {
        let act = (text(&row["body"]["rule_name"]), text(&row["user_id"]));
        let at: Time = row["occurred_at"].as_str().unwrap().parse().unwrap();
        shown[usize::from(act.0.starts_with("file"))].extend(took(&act, at));
    }
    let [program, file] = shown;
    let rows: Vec<_> = listed.iter().filter_map(|(act, at)| took(act, *at)).collect();
    let mut mails = Vec::new();
    for (letter, at) in office.letters() {
        let subject = letter.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default();
        // The first act of the round that is against this rule is the one it was sent for.
        let first = done.iter().filter(|((rule, _), _)| rule == subject.trim()).map(|(_, began)| *began).min();
        mails.extend(first.map(|began| (at.micros() - began.micros()) / 1000));
    }
    let acts = rounds * people;
    let said: serde_json::Map<_, _> = [
        report("a program's start to the warning on the screen", program, acts),
        report("a file's making to the warning on the screen", file, acts),
        report("an act to the alarm in the list", rows, 2 * acts),
        report("the first act against a rule to its mail at the mail server", mails, 2 * rounds),
    ]
    .into_iter()
    .collect();
    println!("{}", Value::Object(said));
}

fn act_as(house: &House, file: &Path, person: u32) {
    let program = house.path(&format!("yg-latency-{READY}"));
    Command::new(program).arg("true").uid(person).current_dir("/").stdout(Stdio::null()).status().unwrap();
    Command::new("cp").arg("/etc/hostname").arg(file).uid(person).current_dir("/").status().unwrap();
}

/// The number of an account by its name, from `/etc/passwd`.
fn uid_of(name: &str) -> String {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name));
    line.and_then(|line| line.split(':').nth(2)).unwrap_or_default().to_owned()
}
