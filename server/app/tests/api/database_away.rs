//! The database is away: whoever asks is told to come back, endpoints keep what they have, and somebody hears of it.

use std::future::Future;

use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use yagura_channel::agent::client::ClientError;

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

/// Runs `test` while nobody can write to the database (SQLite), or nobody can reach it (PostgreSQL).
async fn while_away<F: Future<Output = ()>>(house: &House, test: impl FnOnce() -> F) {
    let Some((server, name)) = house.database.strip_prefix("postgres").and_then(|rest| rest.rsplit_once('/')) else {
        let file = house.dir().join("control.db");
        let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        other.execute("BEGIN IMMEDIATE").await.unwrap();
        test().await;
        other.execute("ROLLBACK").await.unwrap();
        return;
    };
    let name = name.split('?').next().unwrap();
    let mut keeper = sqlx::PgConnection::connect(&format!("postgres{server}/postgres")).await.unwrap();
    let say = |sql: String| sqlx::AssertSqlSafe(sql);
    keeper.execute(say(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))).await.unwrap();
    keeper
        .execute(say(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")))
        .await
        .unwrap();
    test().await;
    keeper.execute(say(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))).await.unwrap();
}

#[test]
fn people_are_told_to_come_back_and_endpoints_keep_their_events() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let by = account("tanaka", "1000");
        let postgres = house.database.starts_with("postgres");
        while_away(&house, || async {
            let change =
                json!({"name": "新しい部署", "parent_id": yagura_vocabulary::Id::<()>::new(), "kind": "fixed"});
            let answer = house.answer("POST", "/api/v1/groups", Some(&change)).await;
            assert_eq!(answer.status, 503);
            assert_eq!(answer.headers["retry-after"], "10");
            if postgres {
                let ready = house.answer("GET", "/readyz", None).await;
                assert_eq!(ready.status, 503);
                let why = String::from_utf8(ready.body.to_vec()).unwrap();
                assert!(why.starts_with("database: PostgreSQL does not answer"), "{why}");
                assert_eq!(house.answer("GET", "/healthz", None).await.status, 200, "it is alive all the same");
            }
        })
        .await;
        if postgres {
            let mut kept = Vec::new();
            while_away(&house, || async {
                machine.runs(&by, "vi a");
                let refused = machine.send().await.unwrap_err();
                assert!(matches!(refused, ClientError::Busy { .. }), "{refused:?}");
                kept = machine.spool.lanes();
            })
            .await;
            assert!(kept.iter().any(|lane| lane.last > lane.acked.last), "{kept:?}");
        }
        machine.runs(&by, "vi b");
        house
            .until("the events arrive", || async {
                let found = house.admin("GET", "/api/v1/events?kind=process.start", None).await;
                found.status == 200
            })
            .await;
        assert!(machine.send().await.unwrap().unwrap().accepted);
        let ready = house.answer("GET", "/readyz", None).await;
        assert_eq!(ready.status, 200, "{ready:?}");
    });
}

#[test]
fn that_it_was_away_is_an_alarm_when_it_is_back() {
    on_both(|house| async move {
        if !house.database.starts_with("postgres") {
            return;
        }
        while_away(&house, || async {
            // Long enough for one look to fail.
            house
                .until("the look for alarms has failed", || async {
                    yagura_alarms::failing_since(house.server.context()).is_some()
                })
                .await;
        })
        .await;
        house
            .until("the alarm is raised", || async {
                let found = house.admin("GET", "/api/v1/alarms?kind=database.away", None).await;
                found.status == 200 && found.body["count"]["value"] == 1
            })
            .await;
        // The alarm is raised within the look that finds the database back; that it succeeded is known when it is over.
        house
            .until("the look has succeeded", || async {
                yagura_alarms::failing_since(house.server.context()).is_none()
            })
            .await;
    });
}
