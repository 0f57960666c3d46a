//! V01, V03 to V05, V07: what a rule answers to is told at once to the person whose act it was, and to the administrator: in the
//! log, the list of alarms, the calendar and a mail; a rule that only logs tells nobody; and a rule of yesterday still warns while
//! the server is away.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, PostOffice, Seat, sees_processes};
use yagura_vocabulary::{Clock as _, SystemClock, Time};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const PERSON: u32 = 1;
const OTHER: u32 = 65534;

/// A program under a name of its own that everybody may run.
fn program(house: &House, name: &str) -> PathBuf {
    let path = house.path(name);
    fs::copy("/usr/bin/env", &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn start(program: &Path, account: u32, marker: &str) {
    Command::new(program).arg(marker).uid(account).current_dir("/").output().unwrap();
}

fn rule(id: &str, level: &str, program: &str) -> Value {
    json!({
        "id": id, "name": format!("規則 {id}"), "class": "program", "level": level,
        "when": {"kinds": ["process.start"], "program": {"names": [program]}},
        "popup": {"text": "%APP% は使えません (%TIME%)", "quiet_s": 0},
    })
}

/// Until the rules are in force on the endpoint, starts are told of by rows only.
async fn until_in_force(house: &House, noted: &Path, rule: &str) {
    let first = house.marker(rule);
    house
        .until("the rule that logs", &format!("/api/v1/events?text={first}&kind=process.start"), |page| {
            start(noted, PERSON, &first);
            let rows = page["items"].as_array()?;
            rows.iter().any(|row| row["rule"] == rule && row["level"] == "recorded").then_some(())
        })
        .await;
}

async fn rows(house: &House, query: &str) -> Vec<Value> {
    house.events(query).await
}

/// So many warnings stand on a screen at once; the others wait until the person closes one, and here nobody does.
const WINDOWS: usize = 3;

/// How long the server is away, with an act a minute: hours are for people who have them (`YAGURA_MINUTES_AWAY`).
fn minutes_away() -> u64 {
    std::env::var("YAGURA_MINUTES_AWAY").map_or(0, |minutes| minutes.parse().expect("YAGURA_MINUTES_AWAY is a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_is_told_to_the_person_and_to_the_administrator_also_off_line() {
    let promise = "a violation is told at once";
    if !sees_processes(promise) {
        return;
    }
    let mut house = House::new();
    // People may pass through, and see nothing.
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    house.start_agent();
    house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let (Some(_person), Some(_other)) = (Seat::take(&house, PERSON, promise), Seat::take(&house, OTHER, promise))
    else {
        return;
    };
    // Agents see what all tests of this machine start.
    let own = house.marker("yg-forbidden");
    let (alarm, logged) = (program(&house, &own), program(&house, "yg-noted"));
    house.decide(&[rule("forbidden", "alarm", &own), rule("noted", "log", "YG-NOTED")]).await;
    until_in_force(&house, &logged, "noted").await;
    assert_eq!(rows(&house, "&kind=warning.shown").await, Vec::<Value>::new(), "a rule that logs warns nobody");

    let marker = house.marker("forbidden");
    start(&alarm, PERSON, &marker);
    let row = house
        .until("the alarm", &format!("/api/v1/events?text={marker}&level=alarm"), |page| page["items"].get(0).cloned())
        .await;
    assert_eq!((&row["rule"], &row["class"], &row["user_id"]), (&json!("forbidden"), &json!("program"), &json!("1")));
    house
        .until("the alarm that somebody deals with", "/api/v1/alarms?kind=rule.alarm", |page| {
            (page["items"][0]["detail"]["rule"] == "forbidden").then_some(())
        })
        .await;
    let shown = |page: &Value, count: usize| (page["items"].as_array()?.len() == count).then_some(());
    house.until("the warning on the screen", "/api/v1/events?kind=warning.shown", |page| shown(page, 1)).await;

    // Off line the rule holds; what happened comes later, once, with both times right.
    house.kill_server();
    let mut acts = Vec::new();
    for minute in 0..=minutes_away() {
        if minute > 0 {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        let (away, at) = (house.marker(&format!("away-{minute}-")), SystemClock.now());
        start(&alarm, PERSON, &away);
        acts.push((away, at, SystemClock.now()));
    }
    let back = SystemClock.now();
    house.start_server();
    // An agent that has long been refused asks every five minutes.
    tokio::time::sleep(Duration::from_secs(60 * minutes_away().min(5))).await;
    let all = 1 + acts.len();
    for (away, before, after) in &acts {
        let path = format!("/api/v1/events?text={away}&level=alarm");
        let row = house.until("the violation off line", &path, |page| page["items"].get(0).cloned()).await;
        let time = |name: &str| row[name].as_str().unwrap().parse::<Time>().unwrap();
        assert!((*before..=*after).contains(&time("occurred_at")) && time("received_at") >= back, "{row}");
        assert_eq!(rows(&house, &format!("&text={away}&level=alarm")).await.len(), 1);
    }
    let seen = house
        .until("the warnings", "/api/v1/events?kind=warning.shown&limit=1000", |page| {
            shown(page, all.min(WINDOWS)).map(|()| page["items"].clone())
        })
        .await;
    let warned = seen.as_array().unwrap();
    assert!(warned.iter().all(|row| row["user_id"] == "1"), "the other person saw nothing: {warned:?}");
    let time = |row: &Value| row["occurred_at"].as_str().unwrap().parse::<Time>().unwrap();
    // The newest comes first; the last act's may have been shown when the server was there again.
    assert!(warned.iter().skip(1).all(|row| time(row) < back), "they were shown while the server was away: {warned:?}");

    // What the rules would have answered to is what they did answer to.
    let draft = json!({"value": {"rules": [rule("forbidden", "alarm", &own)]}});
    let preview = house.ask("POST", "/api/v1/rule-book/preview", Some(&draft), 200).await;
    let answer = &preview["rules"][0];
    let found = rows(&house, "&level=alarm").await;
    assert_eq!(
        (&answer["times"], &answer["people"], &answer["endpoints"]),
        (&json!(found.len()), &json!(1), &json!(1))
    );
    assert_eq!((found.len(), &answer["warned"]), (all, &json!(all)), "{preview}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_is_on_the_screen_in_the_log_in_the_list_in_the_calendar_and_in_a_mail() {
    let promise = "all who are to hear of a violation do";
    if !sees_processes(promise) {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    let office = PostOffice::open_plain().await;
    let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
    let settings = house.ask("GET", "/api/v1/settings", None, 200).await;
    let seen = settings["etag"].as_str();
    let changed = house.try_ask("PATCH", "/api/v1/settings", seen, Some(&json!({ "mail": mail }))).await;
    assert_eq!(changed.map(|(status, _)| status), Some(200));
    let route = json!({
        "name": "使えないプログラム", "on": true, "classes": ["program"],
        "to": {"kind": "mail", "addresses": ["joho@example.jp"]}, "line": "%RULE% %HOST% %USER% %FILE%",
    });
    house.ask("POST", "/api/v1/alarm-routes", Some(&route), 201).await;
    house.start_agent();
    house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let (Some(person), Some(other)) = (Seat::take(&house, PERSON, promise), Seat::take(&house, OTHER, promise)) else {
        return;
    };
    let (alarm, logged) = (program(&house, "yg-everywhere"), program(&house, "yg-quietly"));
    house.decide(&[rule("everywhere", "alarm", "yg-everywhere"), rule("quietly", "log", "yg-quietly")]).await;
    until_in_force(&house, &logged, "quietly").await;
    let month = SystemClock.now().to_string()[..7].to_owned();
    let calendar = format!("/api/v1/rule-book/calendar?month={month}&time_zone=UTC");
    // A machine that runs tests may have alarms about itself: its disk is full.
    let of_class =
        |day: &Value| day["classes"].as_array().unwrap().iter().find(|one| one["class"] == "program").cloned();
    let calm = |page: &Value| page["days"].as_array().unwrap().iter().all(|day| of_class(day).is_none());
    assert!(calm(&house.ask("GET", &calendar, None, 200).await), "what is only logged leaves the calendar white");
    assert_eq!(house.ask("GET", "/api/v1/alarms?kind=rule.alarm", None, 200).await["items"], json!([]));
    assert_eq!((person.popups(), other.popups(), office.letters()), (Vec::new(), Vec::new(), Vec::new()));

    let marker = house.marker("everywhere");
    start(&alarm, PERSON, &marker);
    // On the screen of the person, and on no other.
    house
        .until("the warning on the screen", "/api/v1/events?kind=warning.shown", |page| page["items"].get(0).cloned())
        .await;
    assert_eq!((person.popups().len(), other.popups()), (1, Vec::new()));
    let path = format!("/api/v1/events?text={marker}&level=alarm");
    let row = house.until("the row", &path, |page| page["items"].get(0).cloned()).await;
    let of_rule = |page: &Value| page["items"].get(0).cloned();
    let listed = house.until("the alarm in the list", "/api/v1/alarms?kind=rule.alarm", of_rule).await;
    assert_eq!((&listed["detail"]["event"], &listed["state"]), (&row["id"], &json!("open")), "{listed}");
    // In the calendar: one, open, on its day, and a click on it finds exactly the row.
    let page = house.ask("GET", &calendar, None, 200).await;
    let days: Vec<_> = page["days"].as_array().unwrap().iter().filter(|day| of_class(day).is_some()).collect();
    assert_eq!(days.len(), 1, "{days:?}");
    let one = json!({"class": "program", "alarms": 0, "count": 1, "open": 1, "prohibited": 0});
    assert_eq!(
        (of_class(days[0]), days[0]["date"].as_str()),
        (Some(one), row["occurred_at"].as_str().map(|at| &at[..10]))
    );
    let question = format!("({}) class:program", page["q"].as_str().unwrap()).replace(' ', "%20");
    let (from, to) = (days[0]["begins_at"].as_str().unwrap(), days[0]["ends_at"].as_str().unwrap());
    let found = rows(&house, &format!("&q={question}&since={from}&until={to}")).await;
    assert_eq!(found.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&row["id"]]);
    // In a mail, in the words of the route.
    let mails = office.taken(1).await;
    assert!(mails[0].contains("To: joho@example.jp"), "{}", mails[0]);
}
