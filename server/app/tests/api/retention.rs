//! For how long events are kept, what is held, and what is erased.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use yagura_events::{Batch, KindFilter, Query, Row, server::Store};
use yagura_server_kit::{Role, db::Tx};
use yagura_vocabulary::{Account, Event, Lane, id::EndpointId};

use crate::{
    clickhouse::on_clickhouse,
    harness::{House, on_both},
    machine::Machine,
};

const RETENTION: &str = "/api/v1/events/retention";
const HOLDS: &str = "/api/v1/events/holds";
const ERASURES: &str = "/api/v1/events/erasures";

/// Puts events of these kinds into the store as if they had come so many days ago.
async fn came(house: &House, endpoint: &str, days: u64, kinds: &[&str]) {
    let ctx = house.server.context();
    let received_at = ctx.now() - Duration::from_secs(days * 86_400);
    let row = |(n, kind): (usize, &&str)| {
        let mut event = Event::new(received_at, "test", kind);
        event.account = Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() });
        Row { seq: n as u64 + 1, person: None, event }
    };
    let rows: Vec<_> = kinds.iter().enumerate().map(row).collect();
    let batch = Batch {
        endpoint: endpoint.parse().unwrap(),
        epoch: Uuid::now_v7(),
        lane: Lane::Operation,
        first: 1,
        last: rows.len() as u64,
        sha256: [7; 32],
        received_at,
        rows,
    };
    ctx.part::<Store>().append(vec![batch]).await.unwrap();
}

/// The kinds that are left of an endpoint's test events, by age.
async fn left(house: &House, endpoint: &str) -> Vec<String> {
    let path = format!("/api/v1/events?endpoint={endpoint}&q=kind:web.view,file.open&limit=100");
    let found = house.admin("GET", &path, None).await.expect(200);
    let mut kinds: Vec<_> =
        found["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

fn rules(list: &[(Option<&str>, Option<&str>, Option<u32>)]) -> Value {
    list.iter().map(|(kind, group, days)| json!({"kind": kind, "group": group, "days": days})).collect()
}

async fn decide(house: &House, rules: &Value) -> (Value, Value) {
    let preview =
        house.admin("POST", &format!("{RETENTION}/preview"), Some(&json!({"rules": rules}))).await.expect(200);
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
    let body = json!({"rules": rules, "preview": preview["id"]});
    let after = house.ask("PUT", RETENTION, &headers, Some(&body)).await.expect(200);
    (preview, after)
}

/// As if what is decided had been so for long, and no night had gone by since.
async fn a_night_later(house: &House) {
    let ctx = house.server.context();
    let mut tx = ctx.db().write().await.unwrap();
    sqlx::query("UPDATE events_retention SET takes_effect_at = 1").execute(tx.on()).await.unwrap();
    sqlx::query("DELETE FROM events_retention_run").execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn night(house: &House) -> Value {
    a_night_later(house).await;
    yagura_events::server::retain_due(house.server.context()).await.unwrap();
    let over = || async {
        let run = house.admin("GET", RETENTION, None).await.expect(200)["last_run"].clone();
        (!run["ended_at"].is_null()).then_some(run)
    };
    house.until("the night's removal is over", || async { over().await.is_some() }).await;
    over().await.unwrap()
}

#[test]
fn a_new_server_keeps_everything_for_a_year_and_takes_nothing_away_on_its_first_day() {
    on_both(|house| async move {
        house
            .until("the usual rules are there", || async {
                !house.admin("GET", RETENTION, None).await.expect(200)["waiting"].is_null()
            })
            .await;
        let shown = house.admin("GET", RETENTION, None).await.expect(200);
        assert_eq!(shown["in_force"], Value::Null);
        assert_eq!(shown["waiting"]["rules"], rules(&[(None, None, Some(365))]));
        assert_eq!(shown["waiting"]["created_by"], "server");
        let machine = Machine::enrol(&house, "PC-014").await;
        came(&house, &machine.id.to_string(), 400, &["web.view"]).await;
        yagura_events::server::retain_due(house.server.context()).await.unwrap();
        assert_eq!(left(&house, "PC-014").await.len(), 1);
        let run = night(&house).await;
        assert_eq!(
            (&run["state"], &run["result"]["rows"], &run["result"]["dropped"]),
            (&json!("done"), &json!(1), &json!(1))
        );
        assert_eq!(left(&house, "PC-014").await.len(), 0);
    });
}

#[test]
fn a_shorter_time_waits_a_day_and_can_be_taken_back() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let id = machine.id.to_string();
        came(&house, &id, 100, &["web.view", "file.open"]).await;
        came(&house, &id, 10, &["web.view"]).await;
        night(&house).await;
        let shorter = rules(&[(None, None, Some(365)), (Some("web.*"), None, Some(30))]);
        let unseen = json!({"rules": shorter, "preview": Uuid::now_v7()});
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        house.ask("PUT", RETENTION, &headers, Some(&unseen)).await.expect(409);
        let (preview, after) = decide(&house, &shorter).await;
        assert_eq!(
            (&preview["rows"], &preview["held"], &preview["rewritten"]),
            (&json!(1), &json!(0), &json!(1)),
            "{preview}"
        );
        assert!(preview["oldest"].as_str().unwrap() <= preview["newest"].as_str().unwrap());
        assert_eq!(after["waiting"]["rules"], shorter);
        assert!(after["next_run_at"].as_str() >= after["waiting"]["takes_effect_at"].as_str(), "{after}");
        let audit = house.admin("GET", "/api/v1/audit?action=events.retention.update", None).await.expect(200);
        assert_eq!(audit["items"][0]["after"]["preview"]["rows"], 1, "{audit}");
        yagura_events::server::retain_due(house.server.context()).await.unwrap();
        assert_eq!(left(&house, "PC-014").await.len(), 3, "nothing goes while a change waits");
        let back = house.admin("DELETE", &format!("{RETENTION}/waiting"), None).await.expect(200);
        assert_eq!((&back["waiting"], &back["in_force"]["rules"]), (&Value::Null, &rules(&[(None, None, Some(365))])));
        house.admin("DELETE", &format!("{RETENTION}/waiting"), None).await.expect(409);
        decide(&house, &shorter).await;
        let run = night(&house).await;
        assert_eq!(run["result"]["rows"], 1, "{run}");
        assert_eq!(left(&house, "PC-014").await, ["file.open", "web.view"]);
        // What is only longer holds at once.
        let (_, longer) = decide(&house, &rules(&[(None, None, Some(3650))])).await;
        assert_eq!((&longer["waiting"], &longer["in_force"]["version"]), (&Value::Null, &json!(4)), "{longer}");
    });
}

#[test]
fn a_longer_time_that_is_saved_while_a_shorter_one_waits_takes_its_place() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        came(&house, &machine.id.to_string(), 100, &["web.view"]).await;
        night(&house).await;
        let (_, after) = decide(&house, &rules(&[(None, None, Some(30))])).await;
        assert_eq!(after["waiting"]["rules"], rules(&[(None, None, Some(30))]));
        let (_, after) = decide(&house, &rules(&[(None, None, Some(400))])).await;
        assert_eq!(after["waiting"], Value::Null, "what is only longer than what holds holds at once");
        assert_eq!(after["in_force"]["rules"], rules(&[(None, None, Some(400))]));
        // Longer than what waits, shorter than what holds: the day begins anew.
        decide(&house, &rules(&[(None, None, Some(30))])).await;
        let (_, after) = decide(&house, &rules(&[(None, None, Some(60))])).await;
        assert_eq!(after["waiting"]["rules"], rules(&[(None, None, Some(60))]), "{after}");
        assert_eq!(after["in_force"]["rules"], rules(&[(None, None, Some(400))]));
        // The shorter ones never take effect, however many nights go by.
        let back = house.admin("DELETE", &format!("{RETENTION}/waiting"), None).await.expect(200);
        assert_eq!(back["in_force"]["rules"], rules(&[(None, None, Some(400))]));
        let ctx = house.server.context();
        let mut tx = ctx.db().write().await.unwrap();
        let early = sqlx::query("UPDATE events_retention SET takes_effect_at = 1 WHERE taken_back_at IS NOT NULL");
        assert_eq!(early.execute(tx.on()).await.unwrap().rows_affected(), 3);
        sqlx::query("DELETE FROM events_retention_run").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        yagura_events::server::retain_due(ctx).await.unwrap();
        let shown = house.admin("GET", RETENTION, None).await.expect(200);
        assert_eq!(shown["in_force"]["rules"], rules(&[(None, None, Some(400))]));
        assert_eq!(left(&house, "PC-014").await, ["web.view"]);
    });
}

/// A server with events of many days of two endpoints, all past their time, and a removal of them that has just begun: what is
/// decided then is decided in its middle.
async fn amid_a_removal(house: &House, decided: impl AsyncFn(&Machine, &mut Tx)) -> (Machine, usize) {
    let (here, there) = (Machine::enrol(house, "PC-014").await, Machine::enrol(house, "PC-015").await);
    for days in 400..430 {
        for machine in [&here, &there] {
            came(house, &machine.id.to_string(), days, &["web.view", "file.open"]).await;
        }
    }
    a_night_later(house).await;
    let ctx = house.server.context();
    let begun = async {
        let running = "SELECT COUNT(*) FROM events_retention_run WHERE state = 'running'";
        while sqlx::query_scalar::<_, i64>(running).fetch_one(ctx.db().read()).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        // Nobody can make a step while this is held, nor see what is decided here.
        let mut tx = ctx.db().write().await.unwrap();
        sqlx::query("UPDATE events_removal_gate SET passed = passed").execute(tx.on()).await.unwrap();
        decided(&here, &mut tx).await;
        // Of the store itself: to look through the server is written down, which would wait for this transaction.
        let kinds = ["web.view", "file.open"].map(KindFilter::parse).to_vec();
        let query = Query { endpoints: Some(vec![here.id]), kinds, ..Query::new() };
        let there = ctx.part::<Store>().count(&query, 1000).await.unwrap().value;
        tx.commit().await.unwrap();
        there
    };
    let (run, there) = tokio::join!(yagura_events::server::retain_due(ctx), begun);
    run.unwrap();
    assert!(there > 0, "the removal was over before anything was decided");
    (here, usize::try_from(there).unwrap())
}

async fn hold_amid_a_removal(house: House) {
    let hold = async |machine: &Machine, tx: &mut Tx| {
        // As another server writes it, so that nothing in this process tells of it.
        let scope = json!({"endpoints": [machine.id]}).to_string();
        sqlx::query(
            "INSERT INTO events_hold (id, name, reason, scope, created_at, created_by)
             VALUES ($1, '訴訟', '弁護士の求め', $2, 1, 'another server')",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(scope)
        .execute(tx.on())
        .await
        .unwrap();
    };
    let (_, there) = amid_a_removal(&house, hold).await;
    assert_eq!(left(&house, "PC-014").await.len(), there);
    assert_eq!(left(&house, "PC-015").await.len(), 0);
    let run = house.admin("GET", RETENTION, None).await.expect(200)["last_run"].clone();
    assert_eq!((&run["state"], &run["result"]["held"]), (&json!("done"), &json!(there)), "{run}");
}

#[test]
fn a_hold_that_another_server_takes_in_the_middle_of_a_removal_protects_what_is_left() {
    on_both(hold_amid_a_removal);
    on_clickhouse(hold_amid_a_removal);
}

#[test]
fn a_longer_time_that_is_decided_in_the_middle_of_a_removal_stops_it() {
    on_both(|house| async move {
        let longer = async |_: &Machine, tx: &mut Tx| {
            sqlx::query(
                "INSERT INTO events_retention (version, rules, created_at, created_by, takes_effect_at)
                 SELECT MAX(version) + 1, $1, 1, 'another server', 1 FROM events_retention",
            )
            .bind(rules(&[(None, None, Some(3650))]).to_string())
            .execute(tx.on())
            .await
            .unwrap();
        };
        let (_, there) = amid_a_removal(&house, longer).await;
        assert_eq!(left(&house, "PC-014").await.len(), there);
        let shown = house.admin("GET", RETENTION, None).await.expect(200);
        assert_eq!(shown["last_run"]["state"], "interrupted", "{shown}");
        yagura_events::server::retain_due(house.server.context()).await.unwrap();
        let shown = house.admin("GET", RETENTION, None).await.expect(200);
        assert_eq!((&shown["last_run"]["state"], &shown["last_run"]["result"]["rows"]), (&json!("done"), &json!(0)));
        assert_eq!(left(&house, "PC-014").await.len(), there);
    });
}

#[test]
fn a_group_has_its_own_time_and_rules_that_make_no_sense_are_refused() {
    on_both(|house| async move {
        let (here, there) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        let finance = house.group("経理").await;
        house.move_to(&there, &finance).await;
        for machine in [&here, &there] {
            came(&house, &machine.id.to_string(), 100, &["web.view"]).await;
        }
        night(&house).await;
        decide(&house, &rules(&[(None, None, Some(30)), (None, Some(&finance), None)])).await;
        assert_eq!(night(&house).await["result"]["rows"], 1);
        assert_eq!((left(&house, "PC-014").await.len(), left(&house, "PC-015").await.len()), (0, 1));
        for (wrong, pointer) in [
            (rules(&[(Some("web.*"), None, Some(30))]), "/rules"),
            (rules(&[(None, None, Some(0))]), "/rules/0/days"),
            (rules(&[(None, None, Some(30)), (Some("process"), None, None)]), "/rules/1/kind"),
        ] {
            let refused =
                house.admin("POST", &format!("{RETENTION}/preview"), Some(&json!({"rules": wrong}))).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        }
    });
}

#[test]
fn what_is_held_stays_until_the_hold_has_ended_and_a_night_has_gone_by() {
    on_both(held_until_a_night_after);
    on_clickhouse(held_until_a_night_after);
}

async fn held_until_a_night_after(house: House) {
    let (here, there) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
    for machine in [&here, &there] {
        came(&house, &machine.id.to_string(), 400, &["web.view", "file.open"]).await;
    }
    let everything = json!({"name": "all", "reason": "because", "scope": {}});
    house.admin("POST", HOLDS, Some(&everything)).await.expect(422);
    let hold = json!({"name": "訴訟 2026-3", "reason": "弁護士の求め",
        "scope": {"endpoints": [here.id], "q": "kind:web.*"}});
    let held = house.admin("POST", HOLDS, Some(&hold)).await.expect(201);
    assert_eq!(held["events"], 1, "{held}");
    let run = night(&house).await;
    assert_eq!((&run["result"]["rows"], &run["result"]["held"]), (&json!(3), &json!(1)), "{run}");
    assert_eq!(left(&house, "PC-014").await, ["web.view"]);
    let end = format!("{HOLDS}/{}/end", held["hold"]["id"].as_str().unwrap());
    house.admin("POST", &end, Some(&json!({"reason": " "}))).await.expect(422);
    let ended = house.admin("POST", &end, Some(&json!({"reason": "和解した"}))).await.expect(200);
    assert_eq!(ended["end_reason"], "和解した");
    house.admin("POST", &end, Some(&json!({"reason": "和解した"}))).await.expect(409);
    assert_eq!(left(&house, "PC-014").await, ["web.view"], "nothing goes at once");
    night(&house).await;
    assert_eq!(left(&house, "PC-014").await, Vec::<String>::new());
    let audit = house.admin("GET", "/api/v1/audit?action=events.hold.end", None).await.expect(200);
    assert_eq!(audit["items"][0]["purpose"], "和解した", "{audit}");
}

/// Tanaka, to whom uid 1000 of the endpoint belongs; the id.
async fn tanaka(house: &House, endpoint: EndpointId) -> String {
    house.import_people("employee_number,name,kana\n100,田中 花子,タナカ ハナコ\n").await;
    let people = house.admin("GET", "/api/v1/people", None).await.expect(200);
    let person = people["items"][0]["id"].as_str().unwrap().to_owned();
    let mut tx = house.server.context().db().write().await.unwrap();
    sqlx::query("INSERT INTO people_account (id, endpoint_id, name, account_id, person_id, last_seen) VALUES ($1, $2, 'tanaka', '1000', $3, 1)")
        .bind(Uuid::now_v7().to_string())
        .bind(endpoint.to_string())
        .bind(&person)
        .execute(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    person
}

/// How many days are counted of somebody, after one more, if given, has been.
async fn counts(house: &House, whose: &str, more: Option<i64>) -> i64 {
    let mut tx = house.server.context().db().write().await.unwrap();
    if let Some(amount) = more {
        let sql = "INSERT INTO rule_book_volume (whose, measure, day, amount, told) VALUES ($1, 'copies', 1, $2, 0)";
        sqlx::query(sql).bind(whose.to_owned()).bind(amount).execute(tx.on()).await.unwrap();
    }
    let sql = "SELECT COUNT(*) FROM rule_book_volume WHERE whose = $1";
    let (count,): (i64,) = sqlx::query_as(sql).bind(whose.to_owned()).fetch_one(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    count
}

async fn erased(house: &House, id: &Value) -> Value {
    yagura_events::server::erase_due(house.server.context()).await.unwrap();
    let over = || async {
        let list = house.admin("GET", ERASURES, None).await.expect(200);
        let found = list["items"].as_array().unwrap().iter().find(|one| one["id"] == *id).cloned().unwrap();
        (!found["ended_at"].is_null()).then_some(found)
    };
    house.until("the erasure is over", || async { over().await.is_some() }).await;
    over().await.unwrap()
}

#[test]
fn a_person_s_events_are_erased_but_for_those_that_are_held() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        came(&house, &machine.id.to_string(), 3, &["web.view", "web.view", "file.open"]).await;
        let other = Machine::enrol(&house, "PC-015").await;
        came(&house, &other.id.to_string(), 3, &["web.view"]).await;
        let person = tanaka(&house, machine.id).await;
        let hold = json!({"name": "調査", "reason": "調査中", "scope": {"person": person, "kinds": ["file.*"]}});
        assert_eq!(house.admin("POST", HOLDS, Some(&hold)).await.expect(201)["events"], 1);
        let preview =
            house.admin("POST", &format!("{ERASURES}/preview"), Some(&json!({"person": person}))).await.expect(200);
        assert_eq!((&preview["rows"], &preview["held"]), (&json!(2), &json!(1)), "{preview}");
        let counted = format!("p/{person}");
        counts(&house, &counted, Some(12)).await;
        counts(&house, "p/somebody-else", Some(3)).await;
        let order = json!({"person": person, "reason": "本人の請求", "preview": preview["id"]});
        let mut unseen = order.clone();
        unseen["preview"] = json!("another");
        house.admin("POST", ERASURES, Some(&unseen)).await.expect(409);
        let asked = house.admin("POST", ERASURES, Some(&order)).await.expect(202);
        assert_eq!(asked["state"], "queued", "there is one administrator");
        let done = erased(&house, &asked["id"]).await;
        assert_eq!(
            (&done["state"], &done["result"]["rows"], &done["result"]["held"]),
            (&json!("done"), &json!(2), &json!(1)),
            "{done}"
        );
        assert_eq!(left(&house, "PC-014").await, ["file.open"]);
        assert_eq!(left(&house, "PC-015").await, ["web.view"]);
        let left_over = (counts(&house, &counted, None).await, counts(&house, "p/somebody-else", None).await);
        assert_eq!(left_over, (0, 1), "what was counted of the events goes with them");
        let audit = house.admin("GET", "/api/v1/audit?action=events.erasure.create", None).await.expect(200);
        assert_eq!(
            (&audit["items"][0]["purpose"], &audit["items"][0]["after"]["preview"]["rows"]),
            (&json!("本人の請求"), &json!(2))
        );
    });
}

#[test]
fn where_there_are_two_administrators_the_second_one_approves_an_erasure() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        came(&house, &machine.id.to_string(), 3, &["web.view"]).await;
        let person = tanaka(&house, machine.id).await;
        let second = format!("Bearer {}", house.token_of(Role::Administrator).await);
        let order = || async {
            let preview =
                house.admin("POST", &format!("{ERASURES}/preview"), Some(&json!({"person": person}))).await.expect(200);
            let order = json!({"person": person, "reason": "本人の請求", "preview": preview["id"]});
            house.admin("POST", ERASURES, Some(&order)).await.expect(202)
        };
        let asked = order().await;
        assert_eq!(asked["state"], "waiting");
        yagura_events::server::erase_due(house.server.context()).await.unwrap();
        assert_eq!(left(&house, "PC-014").await.len(), 1);
        let path = |id: &Value, verb: &str| format!("{ERASURES}/{}/{verb}", id.as_str().unwrap());
        house.admin("POST", &path(&asked["id"], "approve"), None).await.expect(409);
        house.admin("POST", &path(&asked["id"], "cancel"), None).await.expect(200);
        let headers = [("authorization", second.as_str())];
        house.ask("POST", &path(&asked["id"], "approve"), &headers, None).await.expect(409);
        let asked = order().await;
        let approved = house.ask("POST", &path(&asked["id"], "approve"), &headers, None).await.expect(200);
        assert_eq!((&approved["state"], &approved["approved_by"]), (&json!("queued"), &json!("administrator")));
        assert_eq!(erased(&house, &asked["id"]).await["state"], "done");
        assert_eq!(left(&house, "PC-014").await.len(), 0);
    });
}
