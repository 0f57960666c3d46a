//! What an administrator is told without a rule, or by a rule that no endpoint can judge (V03): programs that are new in the
//! organisation, unusual volume, silent sensors.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yagura_channel::wire::state::{Report, Section};
use yagura_scenarios::{PostOffice, Protection};
use yagura_vocabulary::{Clock as _, Event, SystemClock, Time};

use crate::{
    harness::{House, Reply, on_both},
    machine::{Machine, account},
};

const PATH: &str = "/api/v1/rule-book/without-rules";
const DAY_US: i64 = 86_400_000_000;

/// Changes what is raised without a rule, having seen the latest version.
async fn want(house: &House, change: &Value) -> Reply {
    let now = house.admin("GET", PATH, None).await.expect(200);
    let mut value = now["value"].clone();
    for (part, members) in change.as_object().unwrap() {
        value[part].as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    }
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", now["etag"].as_str().unwrap())];
    house.ask("PUT", PATH, &headers, Some(&value)).await
}

async fn alarms(house: &House, query: &str) -> Vec<Value> {
    let page = house.admin("GET", &format!("/api/v1/alarms?{query}"), None).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// So many alarms, once there are as many.
async fn until(house: &House, query: &str, count: usize) -> Vec<Value> {
    house.until(&format!("{count} of {query}"), || async { alarms(house, query).await.len() == count }).await;
    alarms(house, query).await
}

/// The rows that the question of an alarm finds.
async fn rows(house: &House, alarm: &Value) -> Vec<Value> {
    let q: String = alarm["detail"]["q"].as_str().unwrap().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let page = house.admin("GET", &format!("/api/v1/events?q={q}&limit=1000"), None).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

fn start(image: &str, hash: &str) -> Event {
    let mut event = Event::new(SystemClock.now(), "operation_log", "process.start");
    (event.image, event.hash_sha256) = (Some(image.to_owned()), Some(hash.repeat(32)));
    event.account = Some(account("tanaka", "1000"));
    event
}

async fn tell(machine: &mut Machine, events: &[Event]) {
    for event in events {
        machine.tells(event);
    }
    machine.send().await.unwrap();
}

#[test]
fn what_is_raised_without_a_rule_is_chosen_by_an_administrator_and_written_down() {
    on_both(|house| async move {
        let usual = house.admin("GET", PATH, None).await.expect(200);
        assert_eq!(
            usual["value"]["volume"],
            json!({"on": true, "copies": 30, "deletions": 200, "pages": 100, "times": 3})
        );
        assert_eq!(
            (&usual["value"]["new_program"]["on"], &usual["value"]["sensors"]["on"]),
            (&json!(false), &json!(true))
        );
        let refused = want(&house, &json!({"sensors": {"still_after_hours": 1}})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/sensors/still_after_hours");
        let changed = want(&house, &json!({"volume": {"copies": 50}})).await.expect(200);
        assert_eq!(changed["value"]["volume"]["copies"], 50);
        let bearer = format!("Bearer {}", house.admin);
        let stale = [("authorization", bearer.as_str()), ("if-match", usual["etag"].as_str().unwrap())];
        house.ask("PUT", PATH, &stale, Some(&usual["value"])).await.expect(409);
        let audit = house.admin("GET", "/api/v1/audit?action=without_rules.update", None).await.expect(200);
        assert_eq!(audit["count"]["value"], 1);
        assert!(audit["items"][0].to_string().contains("50"), "{audit}");
    });
}

#[test]
fn v03_a_program_that_is_new_in_the_organisation_is_told_once_and_what_ran_before_or_is_an_update_is_not() {
    on_both(|house| async move {
        let mut one = Machine::enrol(&house, "PC-001").await;
        let mut two = Machine::enrol(&house, "PC-002").await;
        // Programs are only learned at first, whatever is wanted.
        want(&house, &json!({"new_program": {"on": true}})).await.expect(200);
        tell(&mut one, &[start("/home/a/old", "aa"), start("/usr/bin/editor", "bb")]).await;
        let known = "SELECT COUNT(*) FROM rule_book_program";
        house
            .until("they are learned", || async {
                let (count,): (i64,) =
                    sqlx::query_as(known).fetch_one(house.server.context().db().read()).await.unwrap();
                count == 4
            })
            .await;
        want(&house, &json!({"new_program": {"learning_days": 0}})).await.expect(200);
        tell(&mut two, &[start("/home/b/old", "aa"), start("/usr/bin/editor", "cc"), start("/home/b/new", "dd")]).await;
        let told = until(&house, "kind=program.new", 1).await;
        assert_eq!(told[0]["endpoint"]["hostname"], "PC-002");
        let detail = &told[0]["detail"];
        assert_eq!((&detail["user"], &detail["subject"]), (&json!("tanaka"), &json!("/home/b/new")));
        tell(&mut one, &[start("/home/a/new", "dd"), start("/home/a/newer", "ee")]).await;
        let told = until(&house, "kind=program.new", 2).await;
        assert_eq!(told[0]["detail"]["subject"], "/home/a/newer", "the other was told on PC-002");
        let found = rows(&house, &told[1]).await;
        assert_eq!(found.len(), 2, "every start of it, on both: {found:?}");
        // The first hash of a program that was met without one is no other program.
        let bare = |image: &str| Event { hash_sha256: None, ..start(image, "") };
        tell(&mut two, &[bare("/home/b/bare")]).await;
        until(&house, "kind=program.new", 3).await;
        tell(&mut two, &[start("/home/b/bare", "0a"), start("/home/b/bare", "0b")]).await;
        until(&house, "kind=program.new", 4).await;
        // Once it was dealt with it is no news any more.
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let path = format!("/api/v1/alarms/{}", told[1]["id"].as_str().unwrap());
        house.ask("PATCH", &path, &headers, Some(&json!({"state": "handled"}))).await.expect(200);
        tell(&mut two, &[start("/home/b/new", "dd"), start("/home/b/last", "ff")]).await;
        until(&house, "kind=program.new", 5).await;
    });
}

#[test]
fn v03_a_rule_about_new_programs_is_judged_by_the_server_and_its_preview_counts_the_same() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-001").await;
        want(&house, &json!({"new_program": {"learning_days": 0}})).await.expect(200);
        let rule = |id: &str, image: &str| {
            json!({"id": id, "name": format!("規則 {id}"), "class": "new_program", "level": "alarm",
                "when": {"kinds": ["process.start"], "first_seen": "fleet",
                    "program": {"paths": [image]}}})
        };
        let rules = json!([rule("home", "/home/**"), rule("none", "/srv/**")]);
        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let path = format!("/api/v1/policies/rule_book/{}", groups["items"][0]["id"].as_str().unwrap());
        let policy = json!({"inherit": "replace", "value": {"rules": rules}, "comment": ""});
        house.admin("PUT", &path, Some(&policy)).await.expect(200);
        let draft = json!({"value": {"rules": rules}});
        let before = house.admin("POST", "/api/v1/rule-book/preview", Some(&draft)).await.expect(200);
        assert_eq!((&before["rules"][0]["times"], &before["cannot_say"]), (&json!(0), &json!([])));
        tell(
            &mut machine,
            &[
                start("/home/a/one", "aa"),
                start("/home/a/two", "bb"),
                start("/tmp/three", "cc"),
                start("/home/b/one", "aa"),
            ],
        )
        .await;
        let told = until(&house, "kind=rule.alarm", 2).await;
        let mut subjects = Vec::new();
        for alarm in &told {
            assert_eq!((&alarm["detail"]["rule"], &alarm["detail"]["first_seen"]), (&json!("home"), &json!("fleet")));
            subjects.push(alarm["detail"]["subject"].as_str().unwrap());
        }
        subjects.sort_unstable();
        assert_eq!(subjects, ["/home/a/one", "/home/a/two"]);
        assert_eq!(alarms(&house, "kind=program.new").await, Vec::<Value>::new(), "that was not wanted");
        let after = house.admin("POST", "/api/v1/rule-book/preview", Some(&draft)).await.expect(200);
        let answers: Vec<_> =
            after["rules"].as_array().unwrap().iter().map(|one| (&one["times"], &one["warned"])).collect();
        assert_eq!(answers, [(&json!(2), &json!(0)), (&json!(0), &json!(0))], "two programs, and nobody sees a pop-up");
    });
}

fn deletes(days_ago: i64, uid: &str, count: u64) -> Event {
    let at = Time::from_micros(SystemClock.now().micros() - days_ago * DAY_US);
    let mut event = Event::new(at, "operation_log", "file.delete");
    event.account = Some(account(&format!("user{uid}"), uid));
    event.subject = Some("/home/x/a".to_owned());
    event.count = Some(count);
    event
}

fn copies(days_ago: i64, uid: &str, count: u64, target: Option<&str>, member: &str) -> Event {
    let mut event = deletes(days_ago, uid, count).with(member, "removable");
    event.kind = "file.copy".to_owned();
    event.target = target.map(str::to_owned);
    event
}

#[test]
fn v03_what_was_copied_out_is_counted_and_what_came_back_is_not() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-001").await;
        let office = PostOffice::open(house.dir(), Protection::None).await;
        let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
        house.settings(&json!({"mail": mail, "alarm_recipients": ["joho@example.jp"]})).await.expect(200);
        let usb = Some("/media/usb/a");
        let past: Vec<_> = (1..=28).map(|day| copies(day, "1000", 2, usb, "target_place")).collect();
        tell(&mut machine, &past).await;
        let today = [
            copies(0, "1000", 20, usb, "target_place"),
            copies(0, "1000", 15, None, "place"),
            copies(0, "1000", 900, Some("/home/tanaka/a"), "place"),
            copies(0, "1001", 25, usb, "target_place"),
        ];
        tell(&mut machine, &today).await;
        let told = until(&house, "kind=volume.copies", 1).await;
        assert_eq!((&told[0]["detail"]["amount"], &told[0]["detail"]["usual"]), (&json!(35), &json!(2.0)));
        let found = rows(&house, &told[0]).await;
        let mut counts: Vec<_> = found.iter().map(|row| row["count"].as_u64().unwrap()).collect();
        counts.sort_unstable();
        assert_eq!(counts, [15, 20]);
        // Who is told by mail reads both numbers there; how mails are encoded is not what this is about.
        let titles: (String, String) =
            sqlx::query_as("SELECT title_ja, title_en FROM alarms_alarm WHERE kind = 'volume.copies'")
                .fetch_one(house.server.context().db().read())
                .await
                .unwrap();
        assert!(titles.0.ends_with(": 35 (いつもは 2)") && titles.1.ends_with(": 35 (usually 2)"), "{titles:?}");
        office.taken(1).await;
    });
}

#[test]
fn v03_who_does_far_more_than_usual_is_told_once_a_day_with_exactly_those_rows() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-001").await;
        let past: Vec<_> = (1..=28).flat_map(|day| ["1000", "1001", "1003"].map(|uid| deletes(day, uid, 5))).collect();
        tell(&mut machine, &past).await;
        // 1001 stays as usual, 1002 has no past, 1003 stays below what is worth telling.
        let today: Vec<_> = [("1000", 250), ("1000", 150), ("1001", 6), ("1002", 5_000), ("1003", 199)]
            .map(|(uid, count)| deletes(0, uid, count))
            .into();
        tell(&mut machine, &today).await;
        let told = until(&house, "kind=volume.deletions", 1).await;
        let detail = &told[0]["detail"];
        assert_eq!((&detail["user"], &detail["usual"]), (&json!("user1000"), &json!(5.0)));
        assert_eq!((&told[0]["severity"], &detail["unusual_from"]), (&json!("low"), &json!(200)));
        assert_eq!(detail["amount"], 400, "what came together is told together");
        let sum = |rows: &[Value]| rows.iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>();
        let found = rows(&house, &told[0]).await;
        assert_eq!(found.iter().map(|row| row["user_id"].as_str().unwrap()).collect::<Vec<_>>(), ["1000", "1000"]);
        assert_eq!(sum(&found), 400);
        // More of it is the same alarm, which says so when it has become twice as much.
        tell(&mut machine, &[deletes(0, "1000", 4_000)]).await;
        house
            .until("it is said anew", || async {
                alarms(&house, "kind=volume.deletions").await[0]["detail"]["amount"] == json!(4_400)
            })
            .await;
        let [alarm] = &alarms(&house, "kind=volume.deletions").await[..] else { panic!("one for each person and day") };
        assert_eq!(alarm["times"], 1);
        assert_eq!(sum(&rows(&house, alarm).await), 4_400);
        // Nothing is said where nobody wants it.
        want(&house, &json!({"volume": {"on": false}})).await.expect(200);
        tell(&mut machine, &[deletes(0, "1001", 9_000)]).await;
        let counted = "SELECT amount FROM rule_book_volume WHERE whose LIKE '%/1001' AND amount > 9000";
        house
            .until("it is counted all the same", || async {
                let found: Option<(i64,)> =
                    sqlx::query_as(counted).fetch_optional(house.server.context().db().read()).await.unwrap();
                found.is_some()
            })
            .await;
        assert_eq!(alarms(&house, "kind=volume.deletions").await.len(), 1);
    });
}

async fn sensors(machine: &Machine, told: Value) {
    let sections = BTreeMap::from([("sensors".to_owned(), Section::Full(told))]);
    machine.client.state(&Report { sections }).await.unwrap();
}

#[test]
fn v03_a_silent_sensor_is_an_alarm_while_it_lasts_and_one_that_is_off_is_none() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        let ctx = house.server.context();
        let sensor = |sensor: &str, health: &str, seen: u64, lost: u64| json!({"sensor": sensor, "source": "ebpf", "health": health, "reason": "no right", "seen": seen, "lost": lost});
        let look = async || {
            yagura_alarms::look(ctx).await.unwrap();
            let mut open: Vec<_> = alarms(&house, "kind=sensor.failed,sensor.still,sensor.losing")
                .await
                .into_iter()
                .filter(|alarm| alarm["ended_at"].is_null())
                .map(|alarm| {
                    format!("{} {}", alarm["kind"].as_str().unwrap(), alarm["detail"]["sensor"].as_str().unwrap())
                })
                .collect();
            open.sort();
            open
        };
        let off = json!([sensor("print", "unsupported", 0, 0), sensor("window", "off", 0, 0)]);
        sensors(&machine, off).await;
        assert_eq!(look().await, Vec::<String>::new());
        sensors(&machine, json!([sensor("file", "failed", 0, 0), sensor("process", "ok", 5, 1)])).await;
        assert_eq!(look().await, ["sensor.failed file"]);
        sensors(&machine, json!([sensor("file", "ok", 1, 0), sensor("process", "ok", 9, 7)])).await;
        assert_eq!(look().await, ["sensor.losing process"], "the file sensor is well again");
        // A day goes by in which nothing more is lost, and the file sensor tells nothing.
        let mut tx = ctx.db().write().await.unwrap();
        sqlx::query("UPDATE rule_book_sensor SET moved_at = moved_at - $1, lost_at = lost_at - $1")
            .bind(DAY_US)
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        sensors(&machine, json!([sensor("file", "ok", 1, 0), sensor("process", "ok", 12, 7)])).await;
        assert_eq!(look().await, ["sensor.still file"]);
        want(&house, &json!({"sensors": {"on": false}})).await.expect(200);
        assert_eq!(look().await, Vec::<String>::new());
    });
}
