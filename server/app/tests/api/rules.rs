//! What an administrator is told about rules before they are put in force (V01, V03), and what came of them (R01).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, SqlitePool, sqlite::SqlitePoolOptions};
use yagura_channel::wire::state::{Report, Section};
use yagura_server_kit::Role;
use yagura_vocabulary::{Event, Level, Time};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

fn rule(level: &str, kinds: &[&str]) -> Value {
    json!({"id": "a", "name": "a", "class": "file", "level": level, "when": {"kinds": kinds}})
}

async fn sensors(machine: &Machine, told: Value) {
    let sections = BTreeMap::from([("sensors".to_owned(), Section::Full(told))]);
    machine.client.state(&Report { sections }).await.unwrap();
}

#[track_caller]
fn check(view: &Value, [endpoints, enforced, alarm_only, blind]: [u64; 4]) {
    let told = ["endpoints", "enforced", "alarm_only", "blind"].map(|name| view[name].as_u64().unwrap());
    assert_eq!(told, [endpoints, enforced, alarm_only, blind], "{view}");
}

#[test]
fn a_rule_says_where_it_can_be_enforced_before_it_is_saved() {
    on_both(|house| async move {
        let process = json!({"sensor": "process", "source": "ebpf", "health": "ok"});
        let file = json!({"sensor": "file", "source": "fanotify", "health": "degraded", "reason": "one file system"});
        let failed = json!({"sensor": "file", "source": "fanotify", "health": "failed", "reason": "no right"});
        let [both, blind, silent] = [
            Machine::enrol(&house, "PC-001").await,
            Machine::enrol(&house, "PC-002").await,
            Machine::enrol(&house, "PC-003").await,
        ];
        sensors(&both, json!([process, file])).await;
        sensors(&blind, json!([process, failed])).await;

        let ask = async |rule: Value| {
            house.admin("POST", "/api/v1/rule-book/sight", Some(&json!({"rule": rule}))).await.expect(200)
        };
        let view = ask(rule("alarm", &["file.copy"])).await;
        check(&view, [3, 1, 0, 2]);
        let reasons = json!([
            {"reason": "never_told", "sensor": "file", "endpoints": 1},
            {"reason": "failed", "sensor": "file", "endpoints": 1},
        ]);
        assert_eq!(view["reasons"], reasons);
        let mut stops = rule("prohibit", &["process.start"]);
        stops["when"]["program"] = json!({"names": ["game"]});
        check(&ask(stops.clone()).await, [3, 0, 2, 1]);
        // Once an endpoint tells of its gate, it stops programs; a rule that names none, and one about command lines, it cannot.
        let gate = json!({"sensor": "gate", "source": "fanotify", "health": "off", "reason": "nothing is prohibited"});
        sensors(&both, json!([process, file, gate])).await;
        check(&ask(stops.clone()).await, [3, 1, 1, 1]);
        check(&ask(rule("prohibit", &["process.start"])).await, [3, 0, 2, 1]);
        stops["when"]["texts"] = json!([{"in": "command", "any_of": ["--secret"]}]);
        let view = ask(stops).await;
        check(&view, [3, 0, 2, 1]);
        assert_eq!(view["reasons"][2], json!({"reason": "not_known_before", "sensor": "process", "endpoints": 1}));

        // A retired endpoint counts nowhere, and a group has its own endpoints only.
        house.admin("POST", &format!("/api/v1/endpoints/{}/retire", silent.id), Some(&json!({}))).await.expect(200);
        check(&ask(rule("alarm", &["file.copy"])).await, [2, 1, 0, 1]);
        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let group = json!({"name": "経理部", "parent_id": groups["items"][0]["id"], "kind": "fixed"});
        let group = house.admin("POST", "/api/v1/groups", Some(&group)).await.expect(201);
        let in_group = json!({"rule": rule("alarm", &["file"]), "group": group["id"]});
        check(&house.admin("POST", "/api/v1/rule-book/sight", Some(&in_group)).await.expect(200), [0, 0, 0, 0]);

        refused(&house, &json!({"rule": {"id": "a"}}), "/rule").await;
        refused(&house, &json!({"rule": rule("alarm", &["file"]), "group": "elsewhere"}), "?group").await;
    });
}

async fn refused(house: &House, body: &Value, pointer: &str) {
    let refused = house.admin("POST", "/api/v1/rule-book/sight", Some(body)).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], pointer);
}

#[test]
fn ready_rules_come_off_in_both_languages_and_can_be_put_in_force() {
    on_both(|house| async move {
        let ready = house.admin("GET", "/api/v1/rule-book/ready", None).await.expect(200);
        let items = ready["items"].as_array().unwrap();
        assert_eq!(items.len(), 12);
        for language in ["ja", "en"] {
            let rules: Vec<_> = items.iter().map(|item| item[language].clone()).collect();
            assert!(rules.iter().all(|rule| rule["on"] == json!(false)));
            let preview = json!({"value": {"rules": rules}});
            house.admin("POST", "/api/v1/rule-book/preview", Some(&preview)).await.expect(200);
        }
        assert_eq!(items[0]["ja"]["name"], items[0]["name"]["ja"]);
    });
}

/// An alarm of this class on that day of November.
fn violation(class: &str, uid: &str, day: u32) -> Event {
    let at: Time = format!("2026-11-{day:02}T03:00:00Z").parse().unwrap();
    let mut event = Event::new(at, "operation_log", "file.copy");
    event.level = if class == "print" { Level::Prohibited } else { Level::Alarm };
    (event.rule, event.class) = (Some(format!("rule-{class}")), Some(class.to_owned()));
    event.account = Some(account(&format!("user{uid}"), uid));
    event
}

/// The rows of the log search, in a database where SQL can count them.
async fn in_sql(house: &House, group_of: &[(&Machine, &str)]) -> SqlitePool {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    sqlx::query("CREATE TABLE e (grp TEXT, host TEXT, class TEXT, level TEXT, day TEXT)").execute(&pool).await.unwrap();
    let rows =
        house.admin("GET", "/api/v1/events?q=level:alarm%20OR%20level:prohibited&limit=1000", None).await.expect(200);
    for row in rows["items"].as_array().unwrap() {
        let group = group_of.iter().find(|(machine, _)| row["endpoint"] == json!(machine.id)).unwrap().1;
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let day = text("occurred_at")[..10].to_owned();
        sqlx::query("INSERT INTO e VALUES ($1, $2, $3, $4, $5)")
            .bind(group)
            .bind(text("hostname"))
            .bind(text("class"))
            .bind(text("level"))
            .bind(day)
            .execute(&pool)
            .await
            .unwrap();
    }
    pool
}

/// R01: groups and endpoints compared, and each day, by class; the numbers are those that SQL counts over the same rows.
#[test]
fn r01_a_comparison_has_the_numbers_that_sql_counts_over_the_events() {
    on_both(|house| async move {
        let mut machines = [
            Machine::enrol(&house, "PC-001").await,
            Machine::enrol(&house, "PC-002").await,
            Machine::enrol(&house, "PC-003").await,
            Machine::enrol(&house, "PC-004").await,
        ];
        let (sales, dev) = (house.group("営業部").await, house.group("開発部").await);
        house.group("だれもいない部").await;
        house.move_to(&machines[0], &sales).await;
        house.move_to(&machines[1], &sales).await;
        house.move_to(&machines[2], &dev).await;
        let classes = ["removable_write", "print", "night"];
        for (number, machine) in machines.iter_mut().enumerate().filter(|(number, _)| *number != 1) {
            for n in 0..(7 + 5 * number) {
                let uid = if n % 3 == 0 { "1000" } else { "1001" };
                machine.tells(&violation(classes[(n * n + number) % 3], uid, 1 + u32::try_from(n % 9).unwrap()));
            }
            machine.tells(&Event { level: Level::Recorded, ..violation("night", "1000", 3) });
            machine.send().await.unwrap();
        }
        let [one, two, three, four] = &machines;
        let pool = in_sql(&house, &[(one, "営業部"), (two, "営業部"), (three, "開発部"), (four, "全社")]).await;
        let times = "since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z&time_zone=UTC";
        for class in ["", "removable_write", "print", "night"] {
            let filter = if class.is_empty() { String::new() } else { format!("&class={class}") };
            for (by, column) in [("group", "grp"), ("endpoint", "host")] {
                let path = format!("/api/v1/rule-book/comparison?by={by}&{times}{filter}");
                let view = house.admin("GET", &path, None).await.expect(200);
                let told: BTreeMap<_, _> = view["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|item| item["total"] != 0)
                    .map(|item| {
                        (
                            item["name"].as_str().unwrap().to_owned(),
                            numbers(item, ["total", "prohibited", "endpoints_with"]),
                        )
                    })
                    .collect();
                let sql = format!(
                    "SELECT {column}, COUNT(*), SUM(level = 'prohibited'), COUNT(DISTINCT host) FROM e
                     WHERE $1 = '' OR class = $1 GROUP BY {column}"
                );
                let rows: Vec<(String, i64, i64, i64)> =
                    sqlx::query_as(AssertSqlSafe(sql)).bind(class).fetch_all(&pool).await.unwrap();
                let counted: BTreeMap<_, _> = rows.into_iter().map(|(name, a, b, c)| (name, [a, b, c])).collect();
                assert_eq!(told, counted, "{by} {class}");
                assert_eq!(view["complete"], json!(true));

                let days: Vec<_> = view["days"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|day| (day["date"].as_str().unwrap().to_owned(), numbers(day, ["total", "endpoints_with"])))
                    .collect();
                let sql = "SELECT day, COUNT(*), COUNT(DISTINCT host) FROM e WHERE $1 = '' OR class = $1 GROUP BY day ORDER BY day";
                let rows: Vec<(String, i64, i64)> = sqlx::query_as(sql).bind(class).fetch_all(&pool).await.unwrap();
                assert_eq!(days, rows.into_iter().map(|(day, a, b)| (day, [a, b])).collect::<Vec<_>>(), "{class}");
            }
        }
        let view =
            house.admin("GET", &format!("/api/v1/rule-book/comparison?by=group&{times}"), None).await.expect(200);
        let sales_view = view["items"].as_array().unwrap().iter().find(|item| item["id"] == json!(sales)).unwrap();
        // Two endpoints, one of them calm: seven alarms are three and a half for each.
        assert_eq!((&sales_view["endpoints"], &sales_view["average"]), (&json!(2), &json!(3.5)));
        assert!(
            view["items"].as_array().unwrap().iter().any(|item| item["name"] == "だれもいない部" && item["total"] == 0)
        );

        // What lies in the group itself stands beside the groups below it, also where nothing happened.
        let calm = "since=2026-10-01T00:00:00Z&until=2026-10-02T00:00:00Z";
        let calm = house.admin("GET", &format!("/api/v1/rule-book/comparison?by=group&{calm}"), None).await.expect(200);
        let endpoints: Vec<_> =
            calm["items"].as_array().unwrap().iter().map(|item| item["endpoints"].clone()).collect();
        assert_eq!(endpoints.iter().filter_map(Value::as_i64).sum::<i64>(), 4, "{calm}");
        let classless = format!("/api/v1/rule-book/comparison?by=group&class=&{times}");
        let q = house.admin("GET", &classless, None).await.expect(200)["q"].as_str().unwrap().replace(' ', "%20");
        house.admin("GET", &format!("/api/v1/events?q={q}"), None).await.expect(200);

        // The question that comes along finds what was counted; whoever sees one group is compared with nobody else.
        let q = view["q"].as_str().unwrap().replace(' ', "%20");
        let found = house.admin("GET", &format!("/api/v1/events?q={q}&limit=1000"), None).await.expect(200);
        let total: i64 = view["items"].as_array().unwrap().iter().map(|item| item["total"].as_i64().unwrap()).sum();
        assert_eq!(i64::try_from(found["items"].as_array().unwrap().len()).unwrap(), total);
        let bearer = format!("Bearer {}", house.limited_to(Role::Auditor, &dev).await);
        let path = format!("/api/v1/rule-book/comparison?by=group&{times}");
        let limited = house.ask("GET", &path, &[("authorization", bearer.as_str())], None).await.expect(200);
        let names: Vec<_> = limited["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
        assert_eq!(names, ["開発部"]);
        let person =
            house.admin("GET", &format!("/api/v1/rule-book/comparison?by=person&{times}"), None).await.expect(200);
        assert_eq!(person["items"].as_array().unwrap().len(), 6, "two accounts on three endpoints");
        for wrong in
            ["by=group&since=2026-11-01T00:00:00Z&until=2026-11-01T00:00:00Z", &format!("by=group&group=x&{times}")]
        {
            house.admin("GET", &format!("/api/v1/rule-book/comparison?{wrong}"), None).await.expect(422);
        }
    });
}

fn numbers<const N: usize>(item: &Value, names: [&str; N]) -> [i64; N] {
    names.map(|name| item[name].as_i64().unwrap())
}
