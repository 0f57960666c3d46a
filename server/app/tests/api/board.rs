//! Today by class against the usual (V05), the calendar of one rule, and that every number opens exactly those rows.

use serde_json::{Value, json};
use yagura_vocabulary::{Clock as _, Event, Level, SystemClock, Time};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

const WEEK_US: i64 = 7 * 86_400_000_000;

fn violation(rule: &str, class: &str, level: Level, weeks_ago: i64) -> Event {
    let at = Time::from_micros(SystemClock.now().micros() - weeks_ago * WEEK_US);
    let mut event = Event::new(at, "operation_log", "file.copy");
    (event.level, event.rule, event.class) = (level, Some(rule.to_owned()), Some(class.to_owned()));
    event.account = Some(account("tanaka", "1000"));
    event.with("rule_name", rule)
}

async fn found(house: &House, q: &str, since: &Value, until: &Value) -> usize {
    let q: String = q.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let (since, until) = (since.as_str().unwrap(), until.as_str().unwrap());
    let path = format!("/api/v1/events?q={q}&since={since}&until={until}&limit=1000");
    house.admin("GET", &path, None).await.expect(200)["items"].as_array().unwrap().len()
}

#[test]
fn v05_today_is_counted_by_class_and_level_against_the_same_weekday_s_usual() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-001").await;
        let path = "/api/v1/rule-book/today?time_zone=UTC";
        let empty = house.admin("GET", path, None).await.expect(200);
        assert_eq!((&empty["classes"], &empty["complete"]), (&json!([]), &json!(true)));
        for (weeks, count) in [(1, 2), (2, 4), (3, 9), (4, 1), (5, 30)] {
            (0..count).for_each(|_| machine.tells(&violation("usb", "removable_write", Level::Alarm, weeks)));
        }
        (0..7).for_each(|_| machine.tells(&violation("usb", "removable_write", Level::Alarm, 0)));
        (0..2).for_each(|_| machine.tells(&violation("game", "program", Level::Prohibited, 0)));
        machine.send().await.unwrap();
        house
            .until("both alarms", || async {
                let page = house.admin("GET", "/api/v1/alarms", None).await.expect(200);
                page["count"]["value"] == 2
            })
            .await;
        let view = house.admin("GET", path, None).await.expect(200);
        let usb = json!({"class": "removable_write", "alarms": 7, "prohibited": 0, "usual": 3.0, "open": 1, "handling": 0, "handled": 0});
        let game = json!({"class": "program", "alarms": 0, "prohibited": 2, "usual": 0.0, "open": 1, "handling": 0, "handled": 0});
        assert_eq!(view["classes"], json!([usb, game]));
        for one in view["classes"].as_array().unwrap() {
            let class = one["class"].as_str().unwrap();
            for (level, number) in [("alarm", &one["alarms"]), ("prohibited", &one["prohibited"])] {
                let q = format!("({}) level:{level} class:{class}", view["q"].as_str().unwrap());
                assert_eq!(json!(found(&house, &q, &view["begins_at"], &view["until"]).await), *number, "{q}");
            }
            let open = house.admin("GET", &format!("/api/v1/alarms?state=open&class={class}"), None).await.expect(200);
            assert_eq!(open["count"]["value"], one["open"]);
        }
        // Somebody deals with one of them.
        let alarm = house.admin("GET", "/api/v1/alarms?class=program", None).await.expect(200)["items"][0].clone();
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let one = format!("/api/v1/alarms/{}", alarm["id"].as_str().unwrap());
        house.ask("PATCH", &one, &headers, Some(&json!({"state": "handled"}))).await.expect(200);
        let view = house.admin("GET", path, None).await.expect(200);
        assert_eq!((&view["classes"][1]["open"], &view["classes"][1]["handled"]), (&json!(0), &json!(1)));
        let since = view["begins_at"].as_str().unwrap();
        let handled =
            house.admin("GET", &format!("/api/v1/alarms?class=program&handled_since={since}"), None).await.expect(200);
        assert_eq!(handled["count"]["value"], 1);
        let none =
            house.admin("GET", "/api/v1/alarms?class=removable_write&handled_since=2026-01-01T00:00:00Z", None).await;
        assert_eq!(none.expect(200)["count"]["value"], 0);
        house.admin("GET", "/api/v1/alarms?class=A%25", None).await.expect(422);
        house.admin("GET", "/api/v1/rule-book/today?time_zone=Nowhere", None).await.expect(422);
    });
}

#[test]
fn v05_the_calendar_of_one_rule_counts_what_its_question_finds() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-001").await;
        for (rule, count) in [("usb", 3), ("usb-2", 4)] {
            (0..count).for_each(|_| machine.tells(&violation(rule, "removable_write", Level::Alarm, 0)));
        }
        machine.send().await.unwrap();
        let month = SystemClock.now().to_string()[..7].to_owned();
        for (rule, expected) in [("", 7), ("&rule=usb", 3), ("&rule=usb-2", 4), ("&rule=other", 0)] {
            let path = format!("/api/v1/rule-book/calendar?month={month}&time_zone=UTC{rule}");
            let view = house.admin("GET", &path, None).await.expect(200);
            let days = view["days"].as_array().unwrap();
            let counted: u64 = days
                .iter()
                .flat_map(|day| day["classes"].as_array().unwrap())
                .map(|class| class["count"].as_u64().unwrap())
                .sum();
            assert_eq!(counted, expected, "{rule}");
            let (since, until) = (&days[0]["begins_at"], &days.last().unwrap()["ends_at"]);
            assert_eq!(found(&house, view["q"].as_str().unwrap(), since, until).await as u64, expected, "{rule}");
        }
        let wrong = format!("/api/v1/rule-book/calendar?month={month}&rule=a%20OR%20b");
        house.admin("GET", &wrong, None).await.expect(422);
    });
}
