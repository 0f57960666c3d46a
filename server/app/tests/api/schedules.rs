//! Saved searches that run at set times: who is told what, and in whose name they run.

use serde_json::{Value, json};
use yagura_scenarios::{PostOffice, Protection};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

const SAVED: &str = "/api/v1/log-search/saved";

/// A saved search of the first administrator.
async fn saved(house: &House, q: &str) -> String {
    let body = json!({"name": "見積の持ち出し", "q": q});
    house.admin("POST", SAVED, Some(&body)).await.expect(201)["id"].as_str().unwrap().to_owned()
}

fn every_morning() -> Value {
    json!({"at": "08:30", "recipients": ["kansa@example.jp"]})
}

/// Makes it due and runs it.
async fn run(house: &House) {
    let ctx = house.server.context();
    let mut tx = ctx.db().write().await.unwrap();
    sqlx::query("UPDATE log_search_schedule SET next_at = 1").execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    yagura_log_search::server::run_due(ctx).await.unwrap();
}

/// The schedule as the list shows it.
async fn shown(house: &House) -> Value {
    house.admin("GET", SAVED, None).await.expect(200)["items"][0]["schedule"].clone()
}

#[test]
fn a_search_on_a_schedule_tells_how_many_there_are_and_how_many_are_new() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::None).await;
        let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
        house.settings(&json!({"mail": mail})).await.expect(200);
        let mut machine = Machine::enrol(&house, "kei-014").await;
        machine.runs(&account("tanaka", "1000"), "cp 見積書.xlsx /media/usb");
        machine.send().await.unwrap();
        let id = saved(&house, "見積書").await;
        let set = house.admin("PUT", &format!("{SAVED}/{id}/schedule"), Some(&every_morning())).await.expect(200);
        assert_eq!((&set["at"], &set["last"]), (&json!("08:30"), &Value::Null), "{set}");
        run(&house).await;
        let first = shown(&house).await;
        assert_eq!((&first["last"]["count"], &first["last"]["new"]), (&json!(1), &Value::Null), "{first}");
        machine.runs(&account("tanaka", "1000"), "rm 見積書.xlsx");
        machine.runs(&account("tanaka", "1000"), "ls");
        machine.send().await.unwrap();
        run(&house).await;
        let second = shown(&house).await;
        assert_eq!((&second["last"]["count"], &second["last"]["new"]), (&json!(2), &json!(1)), "{second}");
        assert_eq!(second["failure"], Value::Null);
        let mails = office.taken(2).await;
        assert!(mails.iter().all(|mail| mail.contains("To: kansa@example.jp")), "{mails:?}");
        let audit = house.admin("GET", "/api/v1/audit?action=saved_search.run", None).await.expect(200);
        assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
        assert_eq!(audit["items"][0]["actor"], "admin");
    });
}

#[test]
fn nothing_found_is_told_only_to_who_wants_it() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::None).await;
        let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
        house.settings(&json!({"mail": mail})).await.expect(200);
        let id = saved(&house, "nowhere").await;
        let path = format!("{SAVED}/{id}/schedule");
        house.admin("PUT", &path, Some(&every_morning())).await.expect(200);
        run(&house).await;
        assert_eq!(shown(&house).await["last"]["count"], 0);
        let mut wanted = every_morning();
        wanted["even_if_none"] = json!(true);
        wanted["recipients"] = json!(["zero@example.jp"]);
        house.admin("PUT", &path, Some(&wanted)).await.expect(200);
        run(&house).await;
        let mails = office.taken(1).await;
        assert!(mails[0].contains("To: zero@example.jp"), "{mails:?}");
    });
}

#[test]
fn a_search_runs_no_more_when_its_owner_may_no_longer_read_the_log() {
    on_both(|house| async move {
        let id = saved(&house, "").await;
        house.admin("PUT", &format!("{SAVED}/{id}/schedule"), Some(&every_morning())).await.expect(200);
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE admins_admin SET disabled = 1").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        run(&house).await;
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE admins_admin SET disabled = 0").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let shown = shown(&house).await;
        assert_eq!((&shown["failure"], &shown["last"]), (&json!("owner"), &Value::Null), "{shown}");
        assert!(shown["next_at"].as_str().unwrap() > "2026", "it has a next time: {shown}");
    });
}

#[test]
fn a_schedule_that_makes_no_sense_is_refused_and_goes_with_its_search() {
    on_both(|house| async move {
        let id = saved(&house, "").await;
        let path = format!("{SAVED}/{id}/schedule");
        for (body, pointer) in [
            (json!({"at": "8:30", "recipients": ["a@example.jp"]}), "/at"),
            (json!({"at": "08:30", "recipients": []}), "/recipients"),
            (json!({"at": "08:30", "recipients": ["a@example.jp", "nobody"]}), "/recipients/1"),
        ] {
            let refused = house.admin("PUT", &path, Some(&body)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        }
        house.admin("DELETE", &path, None).await.expect(404);
        house.admin("PUT", &path, Some(&every_morning())).await.expect(200);
        house.admin("DELETE", &path, None).await.expect(204);
        assert_eq!(shown(&house).await, Value::Null);
        house.admin("PUT", &path, Some(&every_morning())).await.expect(200);
        house.admin("DELETE", &format!("{SAVED}/{id}"), None).await.expect(204);
        let left: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM log_search_schedule")
            .fetch_one(house.server.context().db().read())
            .await
            .unwrap();
        assert_eq!(left.0, 0);
    });
}
