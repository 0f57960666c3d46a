//! What a token is good for, and what an endpoint may that waits for approval.

use std::sync::Arc;

use serde_json::{Value, json};
use yagura_channel::{agent::client::ClientError, wire::enrol::Token};
use yagura_vocabulary::{EndpointState, SystemClock};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

/// A token of the root group, with these members besides.
async fn token(house: &House, more: Value) -> (String, Token) {
    let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
    let mut body = json!({"label": "入替機", "group_id": groups["items"][0]["id"], "needs_approval": false});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = house.admin("POST", "/api/v1/enrolment-tokens", Some(&body)).await.expect(201);
    (made["token"]["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().parse().unwrap())
}

async fn enrol(house: &House, name: &str, token: &Token) -> Result<Machine, ClientError> {
    Machine::enrol_with(house, name, token, Arc::new(SystemClock)).await
}

#[track_caller]
fn check_refused<T>(result: Result<T, ClientError>) {
    match result {
        Err(ClientError::Forbidden(_)) => {}
        Err(error) => panic!("refused otherwise: {error:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn a_token_for_two_machines_enrols_two() {
    on_both(|house| async move {
        let (_, token) = token(&house, json!({"max_uses": 2})).await;
        enrol(&house, "pc-1", &token).await.unwrap();
        enrol(&house, "pc-2", &token).await.unwrap();
        check_refused(enrol(&house, "pc-3", &token).await);
        let list = house.admin("GET", "/api/v1/enrolment-tokens", None).await.expect(200);
        assert_eq!(list["items"][0]["uses"], 2, "{list}");
        let endpoints = house.admin("GET", "/api/v1/endpoints", None).await.expect(200);
        assert_eq!(endpoints["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_token_that_has_ended_or_was_revoked_enrols_nothing() {
    on_both(|house| async move {
        let (id, token) = token(&house, json!({"expires_in_s": 3600})).await;
        enrol(&house, "pc-1", &token).await.unwrap();
        house.admin("POST", &format!("/api/v1/enrolment-tokens/{id}/revoke"), None).await.expect(200);
        check_refused(enrol(&house, "pc-2", &token).await);

        let (id, token) = self::token(&house, json!({"expires_in_s": 3600})).await;
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE endpoints_token SET expires_at = created_at + 1 WHERE id = $1")
            .bind(&id)
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        check_refused(enrol(&house, "pc-3", &token).await);
    });
}

#[test]
fn an_endpoint_that_waits_for_approval_may_say_hello_and_nothing_else() {
    on_both(|house| async move {
        let (_, token) = token(&house, json!({"needs_approval": true})).await;
        let mut machine = enrol(&house, "pc-1", &token).await.unwrap();
        machine.runs(&account("tanaka", "1000"), "true");
        check_refused(machine.send().await);
        check_refused(machine.client.manifest(0).await);
        check_refused(machine.client.commands().await);
        let welcome = machine.hello().await;
        assert_eq!((welcome.state, welcome.manifest, welcome.commands), (EndpointState::Pending, 0, 0));
        let events = house.admin("GET", "/api/v1/events", None).await.expect(200);
        assert_eq!(events["items"], json!([]));

        house.admin("POST", &format!("/api/v1/endpoints/{}/approve", machine.id), Some(&json!({}))).await.expect(200);
        assert_eq!(machine.hello().await.state, EndpointState::Online);
        assert!(machine.send().await.unwrap().unwrap().accepted);
        machine.client.manifest(0).await.unwrap();
    });
}

#[test]
fn somebody_who_looked_takes_the_mark_of_a_copy_off() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "pc-1").await;
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE endpoints_endpoint SET clone_suspected = 1").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let path = format!("/api/v1/endpoints/{}", machine.id);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let change = |mark| json!({"clone_suspected": mark});
        house.ask("PATCH", &path, &headers, Some(&change(true))).await.expect(422);
        let after = house.ask("PATCH", &path, &headers, Some(&change(false))).await.expect(200);
        assert_eq!(after["clone_suspected"], false);
        let audit = house.admin("GET", "/api/v1/audit?action=endpoint.update", None).await.expect(200);
        assert_eq!(audit["items"][0]["before"]["clone_suspected"], true, "{audit}");
    });
}
