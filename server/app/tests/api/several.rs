//! Several whole servers on one PostgreSQL and one ClickHouse: what is done in the background is done once, and an agent is told
//! whichever server it is connected to.

use serde_json::{Value, json};
use yagura_channel::{
    server::Hub,
    wire::nudge::{Nudge, Topic},
};
use yagura_vocabulary::{Clock as _, Event, Level, SystemClock};

use crate::{
    clickhouse::on_clickhouse,
    harness::House,
    machine::{Machine, account},
};

/// Runs a test with a house and another server beside it; with SQLite there is never more than one.
fn with_two<F: Future<Output = ()>>(test: impl Fn(House, House) -> F) {
    on_clickhouse(|house| async {
        if !house.database.starts_with("sqlite:") {
            let other = house.beside().await;
            test(house, other).await;
        }
    });
}

async fn rows(house: &House, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(house.server.context().db().read()).await.unwrap()
}

#[test]
fn an_agent_is_told_by_the_server_that_it_is_connected_to_whichever_one_decides() {
    with_two(|here, there| async move {
        let machine = Machine::enrol(&here, "PC-014").await;
        let listener = here.server.context().part::<Hub>().connect(machine.id);
        // Until the servers hear each other.
        let hub = there.server.context().part::<Hub>().clone();
        let greeted = || async {
            hub.nudge(machine.id, Nudge { topic: Topic::Hello, version: 1 });
            let told = tokio::time::timeout(std::time::Duration::from_millis(200), listener.next()).await;
            told.is_ok_and(|told| told.iter().any(|nudge| nudge.topic == Topic::Hello))
        };
        here.until("the servers hear each other", greeted).await;
        let command = json!({"name": "inventory.refresh", "args": {}, "endpoints": [machine.id]});
        there.admin("POST", "/api/v1/commands", Some(&command)).await.expect(201);
        loop {
            if listener.next().await.iter().any(|nudge| nudge.topic == Topic::Commands) {
                break;
            }
        }
    });
}

#[test]
fn each_event_counts_once_although_both_servers_read_them() {
    with_two(|here, there| async move {
        let mut machine = Machine::enrol(&here, "PC-014").await;
        for n in 0..40 {
            for _ in 0..5 {
                let mut event = Event::new(SystemClock.now(), "operation_log", "file.copy");
                event.level = Level::Alarm;
                (event.rule, event.class) = (Some("usb".to_owned()), Some("removable_write".to_owned()));
                event.account = Some(account("tanaka", "1000"));
                event.target = Some(format!("/media/usb/{n}"));
                machine.tells(&event);
            }
            machine.send().await.unwrap();
        }
        let times = |list: Value| list["items"][0]["times"].as_i64().unwrap_or_default();
        let alarms = "/api/v1/alarms?kind=rule.alarm";
        let all = || async { times(there.admin("GET", alarms, None).await.expect(200)) >= 200 };
        here.until("every violation counts", all).await;
        // What one of them still has in hand is written before either reads on to the last event.
        machine.tells(&Event {
            level: Level::Alarm,
            rule: Some("last".to_owned()),
            ..Event::new(SystemClock.now(), "x", "file.copy")
        });
        machine.send().await.unwrap();
        let both =
            || async { there.admin("GET", alarms, None).await.expect(200)["items"].as_array().unwrap().len() == 2 };
        here.until("the last one counts", both).await;
        let list = here.admin("GET", alarms, None).await.expect(200);
        let all: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|alarm| alarm["times"].as_i64().unwrap()).collect();
        assert_eq!(all.iter().copied().max(), Some(200), "{list}");
    });
}

#[test]
fn an_export_belongs_to_the_server_that_makes_it_and_ends_where_any_server_is_told_to() {
    with_two(|here, there| async move {
        let _machine = Machine::enrol(&here, "PC-014").await;
        let path = "/api/v1/log-search/exports";
        let body = json!({"q": "", "format": "ndjson"});
        // The turns of one server are taken, so that the third waits.
        let mut tx = here.server.context().db().write().await.unwrap();
        let now = SystemClock.now().micros();
        sqlx::query(
            "INSERT INTO log_search_export (id, owner, q, format, state, written, created_at, alive_at)
             SELECT 'elsewhere', id, '', 'csv', 'running', 7, $1, $1 FROM admins_admin WHERE name = 'admin'",
        )
        .bind(now)
        .execute(tx.on())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        // A server that starts leaves alone what another one makes, and shows how far it is.
        let third = here.beside().await;
        let export = |list: &Value, id: &str| -> Value {
            list["items"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap()
        };
        let id = third.admin("POST", path, Some(&body)).await.expect(202)["id"].as_str().unwrap().to_owned();
        let done = || async { export(&there.admin("GET", path, None).await.expect(200), &id)["state"] == "done" };
        here.until("the export is done", done).await;
        let elsewhere = export(&third.admin("GET", path, None).await.expect(200), "elsewhere");
        assert_eq!((&elsewhere["state"], &elsewhere["written"]), (&json!("running"), &json!(7)), "{elsewhere}");
        there.admin("POST", &format!("{path}/elsewhere/cancel"), None).await.expect(204);
        let elsewhere = export(&here.admin("GET", path, None).await.expect(200), "elsewhere");
        assert_eq!(elsewhere["state"], "cancelled");
        third.close().await;
    });
}

#[test]
fn what_takes_events_away_runs_on_one_server_and_goes_to_another_when_that_one_ends() {
    with_two(|here, there| async move {
        // Advisory locks of this database: removals and backups, each held once.
        let held = "SELECT COUNT(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.locktype = 'advisory' AND l.granted AND l.objid IN (7301, 7302) AND d.datname = current_database()";
        here.until("both have their turn", || async { rows(&here, held).await == 2 }).await;
        here.close().await;
        there.until("the other one goes on", || async { rows(&there, held).await == 2 }).await;
    });
}
