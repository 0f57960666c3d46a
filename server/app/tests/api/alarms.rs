//! Alarms that the server raises of itself (A10): once, with somebody who deals with them, and over when their cause is.

use serde_json::{Value, json};
use yagura_channel::{
    agent::spool::SealedBatch,
    wire::{
        batch::{Gap, Header, seal},
        key::sha256,
    },
};
use yagura_scenarios::{PostOffice, Protection};
use yagura_server_kit::Role;
use yagura_vocabulary::{Clock as _, Event, Lane, Level, SystemClock};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

/// As if the machine had last been heard of so many days ago, and somebody looked.
async fn silent_for(house: &House, machines: &[&Machine], days: i64) {
    let ctx = house.server.context();
    // The contact of the machine's hello may be written down a moment later; until then it is set back again.
    house
        .until("contacts are as the test wants them", || async {
            let wanted = ctx.now().micros() - days * 86_400_000_000;
            let mut tx = ctx.db().write().await.unwrap();
            let mut right = true;
            for machine in machines {
                let id = machine.id.to_string();
                let (seen,): (i64,) =
                    sqlx::query_as("SELECT COALESCE(last_seen, 0) FROM endpoints_endpoint WHERE id = $1")
                        .bind(&id)
                        .fetch_one(tx.on())
                        .await
                        .unwrap();
                right &= (seen - wanted).abs() < 60_000_000;
                sqlx::query("UPDATE endpoints_endpoint SET last_seen = $1 WHERE id = $2")
                    .bind(wanted)
                    .bind(&id)
                    .execute(tx.on())
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
            right
        })
        .await;
    yagura_alarms::look(ctx).await.unwrap();
}

async fn list(house: &House, query: &str) -> Vec<Value> {
    let page = house.admin("GET", &format!("/api/v1/alarms{query}"), None).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// Changes an alarm, having seen its latest version.
async fn deal(house: &House, alarm: &Value, change: &Value) -> Value {
    let bearer = format!("Bearer {}", house.admin);
    let path = format!("/api/v1/alarms/{}", alarm["id"].as_str().unwrap());
    let now = house.admin("GET", &path, None).await.expect(200);
    let headers = [("authorization", bearer.as_str()), ("if-match", now["etag"].as_str().unwrap())];
    house.ask("PATCH", &path, &headers, Some(change)).await.expect(200)
}

#[test]
fn a_silent_endpoint_raises_one_alarm_that_ends_when_it_is_heard_of_again() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        yagura_alarms::look(house.server.context()).await.unwrap();
        assert_eq!(list(&house, "").await.len(), 0);
        silent_for(&house, &[&machine], 8).await;
        silent_for(&house, &[&machine], 9).await;
        let alarms = list(&house, "?state=open&kind=endpoint.silent&endpoint=PC-014").await;
        assert_eq!(alarms.len(), 1);
        assert_eq!((&alarms[0]["severity"], &alarms[0]["detail"]["after_days"]), (&json!("medium"), &json!(7)));
        silent_for(&house, &[&machine], 0).await;
        let over = &list(&house, "").await[0];
        assert_eq!((&over["state"], &over["ended_by_itself"]), (&json!("handled"), &json!(true)));
        assert_eq!((&over["handler"], over["ended_at"].is_string()), (&Value::Null, true));
        silent_for(&house, &[&machine], 8).await;
        assert_eq!(list(&house, "").await.len(), 2, "another silence is another alarm");
    });
}

#[test]
fn somebody_deals_with_an_alarm_and_it_is_not_raised_again_while_its_cause_lasts() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        silent_for(&house, &[&machine], 8).await;
        let alarm = list(&house, "").await[0].clone();
        let taken = deal(&house, &alarm, &json!({"state": "handling"})).await;
        assert_eq!((&taken["handler"]["name"], &taken["handled_at"]), (&json!("admin"), &Value::Null));
        let done = deal(&house, &alarm, &json!({"state": "handled", "comment": "休職中"})).await;
        assert!(done["handled_at"].is_string() && done["ended_at"].is_null(), "{done}");
        silent_for(&house, &[&machine], 9).await;
        assert_eq!(list(&house, "").await.len(), 1);
        silent_for(&house, &[&machine], 0).await;
        let over = &list(&house, "?state=handled").await[0];
        assert_eq!((&over["ended_by_itself"], &over["comment"]), (&json!(false), &json!("休職中")));

        let path = format!("/api/v1/alarms/{}", alarm["id"].as_str().unwrap());
        let bearer = format!("Bearer {}", house.admin);
        let stale = [("authorization", bearer.as_str()), ("if-match", alarm["etag"].as_str().unwrap())];
        house.ask("PATCH", &path, &stale, Some(&json!({"state": "open"}))).await.expect(409);
        let audit = house.admin("GET", "/api/v1/audit?action=alarm.update", None).await.expect(200);
        assert_eq!(audit["count"]["value"], 2);
        assert_eq!(audit["items"][0]["object_label"], "endpoint.silent PC-014");
        house.admin("GET", "/api/v1/alarms?state=red", None).await.expect(422);
    });
}

#[test]
fn lost_events_are_counted_in_one_alarm_until_somebody_has_dealt_with_it() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        lose(&machine, 1, 10).await;
        lose(&machine, 11, 15).await;
        let alarms = list(&house, "?kind=events.lost").await;
        assert_eq!((alarms.len(), &alarms[0]["times"]), (1, &json!(2)));
        assert_eq!(alarms[0]["detail"], json!({"count": 5, "reason": "quota", "lane": "operation"}));
        yagura_alarms::look(house.server.context()).await.unwrap();
        assert_eq!(list(&house, "?state=open").await.len(), 1, "what happened does not pass by itself");
        deal(&house, &alarms[0], &json!({"state": "handled"})).await;
        lose(&machine, 16, 16).await;
        assert_eq!(list(&house, "?kind=events.lost").await.len(), 2);
    });
}

/// Numbers of the machine that will never come.
async fn lose(machine: &Machine, first: u64, last: u64) {
    let header = Header {
        epoch: machine.spool.epoch(),
        lane: Lane::Operation,
        first,
        last,
        sealed_at: SystemClock.now(),
        gap: Some(Gap { reason: "quota".to_owned() }),
    };
    let bytes = seal(&header, []);
    let sha256 = hex::encode(sha256(&bytes));
    assert!(machine.client.send_batch(&SealedBatch { header, bytes: bytes.into(), sha256 }).await.unwrap().accepted);
}

/// A file that went where a rule does not want it, as an agent tells it.
fn violation(rule: &str, uid: &str, file: &str) -> Event {
    let mut event = Event::new(SystemClock.now(), "operation_log", "file.copy");
    event.level = Level::Alarm;
    (event.rule, event.class) = (Some(rule.to_owned()), Some("removable_write".to_owned()));
    event.account = Some(account(&format!("user{uid}"), uid));
    event.target = Some(format!("/media/usb/{file}"));
    event.with("rule_name", format!("規則 {rule}"))
}

/// V03, V05: what a rule answered to becomes an alarm for each rule and account, until somebody has dealt with it.
#[test]
fn a_violation_is_an_alarm_that_counts_until_somebody_has_dealt_with_it() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let written = [
            violation("usb", "1000", "一.xlsx"),
            violation("usb", "1000", "二.xlsx"),
            violation("usb", "1001", "三.xlsx"),
            violation("night", "1000", "四.xlsx"),
            Event { level: Level::Recorded, ..violation("log-only", "1000", "五.xlsx") },
        ];
        for event in written {
            machine.tells(&event);
        }
        machine.send().await.unwrap();
        let alarms = || async { list(&house, "?kind=rule.alarm").await };
        house.until("the violations are alarms", || async { alarms().await.len() == 3 }).await;
        let found = alarms().await;
        let usb = found.iter().find(|alarm| alarm["detail"]["user"] == "user1000" && alarm["detail"]["rule"] == "usb");
        let usb = usb.expect("an alarm of its own");
        assert_eq!((&usb["times"], &usb["detail"]["subject"]), (&json!(2), &json!("/media/usb/二.xlsx")));
        assert_eq!(usb["detail"]["rule_name"], "規則 usb");
        let event = usb["detail"]["event"].as_str().unwrap();
        house.admin("GET", &format!("/api/v1/events/{event}"), None).await.expect(200);

        // V05: the day has an icon for each class, red while something is open, and the search finds exactly these rows.
        let month = SystemClock.now().to_string()[..7].to_owned();
        let path = format!("/api/v1/rule-book/calendar?month={month}&time_zone=UTC");
        let calendar = house.admin("GET", &path, None).await.expect(200);
        let day =
            calendar["days"].as_array().unwrap().iter().find(|day| !day["classes"].as_array().unwrap().is_empty());
        let day = day.expect("a day with violations").clone();
        let class = json!({"class": "removable_write", "alarms": 0, "count": 4, "open": 4, "prohibited": 0});
        assert_eq!(day["classes"], json!([class]));
        let q = format!("({}) class:removable_write", calendar["q"].as_str().unwrap()).replace(' ', "%20");
        let (since, until) = (day["begins_at"].as_str().unwrap(), day["ends_at"].as_str().unwrap());
        let rows =
            house.admin("GET", &format!("/api/v1/events?q={q}&since={since}&until={until}"), None).await.expect(200);
        assert_eq!(rows["items"].as_array().unwrap().len(), 4);
        house.admin("GET", "/api/v1/rule-book/calendar?month=2026", None).await.expect(422);
        house.admin("GET", "/api/v1/rule-book/calendar?month=2026-11&time_zone=Mars", None).await.expect(422);

        // A draft says beforehand what it would have answered to: the same four acts by two people, and one more that was only logged.
        let when = json!({"kinds": ["file"], "texts": [{"in": "path", "any_of": ["/media/usb"]}]});
        let rule = |id: &str, more: Value| {
            let mut rule = json!({"id": id, "name": id, "class": "removable_write", "level": "alarm", "when": when});
            rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            rule
        };
        let rules = [
            rule("all", json!({})),
            rule("three", json!({"level": "prohibit", "at_least": {"count": 3, "within_s": 3600}})),
            rule("off", json!({"on": false})),
        ];
        let preview = house
            .admin("POST", "/api/v1/rule-book/preview", Some(&json!({"value": {"rules": rules}})))
            .await
            .expect(200);
        let answers: Vec<_> = preview["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| (&rule["rule"], &rule["times"], &rule["people"]))
            .collect();
        assert_eq!(
            answers,
            [(&json!("all"), &json!(4), &json!(2)), (&json!("three"), &json!(1), &json!(1))],
            "{preview}"
        );
        assert_eq!((&preview["complete"], &preview["rules"][0]["endpoints"]), (&json!(true), &json!(1)));
        let wrong = json!({"value": {"rules": [rule("A b", json!({}))]}});
        let refused = house.admin("POST", "/api/v1/rule-book/preview", Some(&wrong)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/value/rules/0/id");
        house.admin("GET", "/api/v1/audit?action=rule_book.preview", None).await.expect(200);

        deal(&house, usb, &json!({"state": "handled"})).await;
        let calendar = house.admin("GET", &path, None).await.expect(200);
        let open: Vec<_> =
            calendar["days"].as_array().unwrap().iter().filter_map(|day| day["classes"][0]["open"].as_u64()).collect();
        assert_eq!(open, [2], "what somebody has dealt with is plain");
        machine.tells(&violation("usb", "1000", "六.xlsx"));
        machine.send().await.unwrap();
        house.until("it happened again", || async { alarms().await.len() == 4 }).await;
    });
}

#[test]
fn a_copied_disk_and_a_wrong_clock_are_alarms() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE endpoints_endpoint SET clone_suspected = 1, clock_skew_ms = -600000 WHERE id = $1")
            .bind(machine.id.to_string())
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        yagura_alarms::look(house.server.context()).await.unwrap();
        let mut kinds: Vec<_> = list(&house, "").await.iter().map(|alarm| alarm["kind"].clone()).collect();
        kinds.sort_by_key(Value::to_string);
        assert_eq!(kinds, ["endpoint.clock", "endpoint.clone"]);
        assert_eq!(list(&house, "?severity=high,critical").await[0]["kind"], "endpoint.clone");
    });
}

#[test]
fn who_waits_for_news_of_alarms_is_answered_when_there_are_some() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let news = |query: String| {
            let house = &house;
            async move { house.admin("GET", &format!("/api/v1/alarms/news{query}"), None).await.expect(200)["mark"].clone() }
        };
        let mark = news(String::new()).await;
        let after = format!("?after={}", mark.as_str().unwrap());
        assert_eq!(news(format!("{after}&wait_s=0")).await, mark, "nothing has changed");
        house.admin("GET", "/api/v1/alarms/news?wait_s=56", None).await.expect(422);
        // The answer is on its way before there is anything to tell.
        let gone = [&machine];
        let (told, ()) = tokio::join!(news(format!("{after}&wait_s=55")), silent_for(&house, &gone, 40));
        assert_ne!(told, mark);
        let alarm = list(&house, "").await.remove(0);
        deal(&house, &alarm, &json!({"state": "handled"})).await;
        assert_ne!(news(format!("?after={}&wait_s=0", told.as_str().unwrap())).await, told, "somebody dealt with it");
    });
}

#[test]
fn new_alarms_of_one_look_go_out_in_one_mail() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::None).await;
        let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
        let change = json!({"mail": mail, "alarm_recipients": ["it@example.jp"]});
        let settings = house.admin("GET", "/api/v1/settings", None).await.expect(200);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", settings["etag"].as_str().unwrap())];
        let wrong = json!({"alarm_recipients": ["it"]});
        let refused = house.ask("PATCH", "/api/v1/settings", &headers, Some(&wrong)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/alarm_recipients/0");
        house.ask("PATCH", "/api/v1/settings", &headers, Some(&change)).await.expect(200);
        let (one, two) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        silent_for(&house, &[&one, &two], 8).await;
        let mails = office.taken(1).await;
        assert!(mails[0].contains("To: it@example.jp"), "{}", mails[0]);
        silent_for(&house, &[&one, &two], 9).await;
        office.taken(1).await;
    });
}

#[test]
fn an_administrator_of_one_group_sees_the_alarms_of_that_group_only() {
    on_both(|house| async move {
        let (one, two) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        let osaka = house.group("大阪").await;
        house.move_to(&one, &osaka).await;
        silent_for(&house, &[&one, &two], 8).await;
        let limited = house.limited_to(Role::Operator, &osaka).await;
        let bearer = format!("Bearer {limited}");
        let headers = [("authorization", bearer.as_str())];
        let seen = house.ask("GET", "/api/v1/alarms", &headers, None).await.expect(200);
        assert_eq!(seen["count"]["value"], 1);
        assert_eq!(seen["items"][0]["endpoint"]["hostname"], "PC-014");
        let other = list(&house, "?endpoint=PC-015").await[0].clone();
        let path = format!("/api/v1/alarms/{}", other["id"].as_str().unwrap());
        house.ask("GET", &path, &headers, None).await.expect(404);
        house.ask("PATCH", &path, &headers, Some(&json!({"state": "handled"}))).await.expect(404);
    });
}
