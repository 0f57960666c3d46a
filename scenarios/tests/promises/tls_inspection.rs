//! A proxy that opens TLS stands in between, as in many offices: everything works through it, and nothing that it alters is
//! believed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use yagura_scenarios::{House, Inspector, every_number_once, sees_processes, start_until_seen};

/// A house whose agent reaches its server through the inspector only, whose authority the machine believes.
fn inspected(promise: &str) -> Option<(House, Inspector, String)> {
    let mut house = House::without_agent();
    let inspector = Inspector::start(promise, &house.path("inspector"), &house.authority())?;
    house.tell_agents("HTTPS_PROXY", &inspector.address());
    house.tell_agents("NO_PROXY", "");
    house.tell_agents("SSL_CERT_FILE", &inspector.authority().display().to_string());
    let token = house.enrolment_token();
    house.enrol_with("agent", &house.url(), &inspector.authority(), &token);
    house.start_agent();
    Some((house, inspector, token))
}

async fn command(house: &House, endpoint: &str) -> String {
    let order = json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
    let given = house.ask("POST", "/api/v1/commands", Some(&order), 201).await;
    given["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn until_done(house: &House, command: &str) {
    let done = |command: &Value| (command["state"] == "done").then_some(());
    house.until("the command", &format!("/api/v1/commands/{command}"), done).await;
}

async fn set_policy(house: &House, record_exit: bool) {
    let path = format!("/api/v1/policies/operation_log/{}", house.root_group().await);
    let etag = house.try_ask("GET", &path, None, None).await.map(|(_, policy)| policy["etag"].clone());
    let etag = etag.as_ref().and_then(Value::as_str);
    let value = json!({"inherit": "replace", "value": {"processes": {"record_exit": record_exit}}});
    let (status, body) = house.try_ask("PUT", &path, etag, Some(&value)).await.unwrap();
    assert_eq!(status, 200, "{body}");
}

async fn until_applied(house: &House, endpoint: &str, record_exit: bool) {
    house
        .until("the policy", &format!("/api/v1/endpoints/{endpoint}/policies"), |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "operation_log")?;
            let there = policy["state"] == "applied" && policy["value"]["processes"]["record_exit"] == record_exit;
            there.then_some(())
        })
        .await;
}

/// How often the inspector altered an answer at this path.
fn altered(inspector: &Inspector, path: &str) -> usize {
    inspector.seen().iter().filter(|seen| seen["path"] == path && seen["altered"] == true).count()
}

async fn until_altered(inspector: &Inspector, path: &str) {
    let since = std::time::Instant::now();
    while altered(inspector, path) == 0 {
        assert!(since.elapsed() < std::time::Duration::from_secs(90), "nothing at {path} came by to be altered");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_through_an_inspecting_proxy_and_the_token_seen_there_enrols_nothing() {
    const PROMISE: &str = "everything works through an inspecting proxy";
    if !sees_processes(PROMISE) {
        return;
    }
    let Some((house, inspector, token)) = inspected(PROMISE) else { return };
    let endpoint = house.endpoint().await;
    start_until_seen(&house, &house.marker("through")).await;
    until_done(&house, &command(&house, &endpoint).await).await;
    set_policy(&house, false).await;
    until_applied(&house, &endpoint, false).await;
    let seen = inspector.seen();
    assert!(seen.iter().any(|seen| seen["path"] == "/agent/v1/link" && seen["status"] == 101), "no WebSocket passed");

    // The secret of the token is the bytes behind its id; whoever opened TLS has not seen them in any form.
    let enrolment = seen.iter().find(|seen| seen["path"] == "/agent/v1/enrol").unwrap();
    let body = STANDARD.decode(enrolment["request"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(body).unwrap();
    for exchange in &seen {
        assert!(!exchange.to_string().contains(&token), "the token crossed the wire: {exchange}");
    }
    assert!(!text.contains(&token));
    // What was seen, sent again by somebody else: it names the same machine, whose key he does not have.
    let enrolment: Value = serde_json::from_str(&text).unwrap();
    let again = house.post("/agent/v1/enrol", &enrolment).await.unwrap();
    assert_eq!(again.0, 200, "{}", again.1);
    // The same proof for a key of his own is refused.
    let mut forged = enrolment;
    let payload = forged["application"]["payload"].as_str().unwrap();
    let mut application: Value = serde_json::from_slice(&STANDARD.decode(payload).unwrap()).unwrap();
    application["public_key"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into();
    forged["application"]["payload"] = STANDARD.encode(application.to_string()).into();
    assert_eq!(house.post("/agent/v1/enrol", &forged).await.unwrap().0, 403);
    let list = house.ask("GET", "/api/v1/endpoints", None, 200).await;
    assert_eq!(list["count"]["value"], 1, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_proxy_alters_is_believed() {
    const PROMISE: &str = "nothing that a proxy alters is believed";
    if !sees_processes(PROMISE) {
        return;
    }
    let Some((house, inspector, _)) = inspected(PROMISE) else { return };
    let endpoint = house.endpoint().await;
    start_until_seen(&house, &house.marker("before")).await;
    set_policy(&house, true).await;
    until_applied(&house, &endpoint, true).await;

    // An acknowledgement of more than was stored: the agent keeps its events and says so.
    inspector.alter("receipt");
    yagura_scenarios::start_programs(&house.marker("receipt"), 40);
    house.until_log("agent", "events were not sent; they are kept and sent again").await;
    inspector.alter("nothing");
    start_until_seen(&house, &house.marker("after-receipt")).await;

    // A manifest of other policies: the last good one stays in force.
    inspector.alter("manifest");
    set_policy(&house, false).await;
    house.until_log("agent", "policies were not brought up to date; the last known ones stay in force").await;
    assert!(altered(&inspector, "/agent/v1/manifest") > 0);
    inspector.alter("nothing");
    until_applied(&house, &endpoint, false).await;

    // An order that the server did not give is not carried out; the one that it gave is.
    inspector.alter("command");
    let first = command(&house, &endpoint).await;
    house.until_log("agent", "a command that is not signed for this endpoint is refused").await;
    inspector.alter("nothing");
    let second = command(&house, &endpoint).await;
    for command in [first, second] {
        until_done(&house, &command).await;
    }

    // Keys that the root did not sign: an order under them is refused, and those that are held stay.
    inspector.alter("keys");
    let third = command(&house, &endpoint).await;
    until_altered(&inspector, "/agent/v1/keys").await;
    inspector.alter("nothing");
    let fourth = command(&house, &endpoint).await;
    for command in [third, fourth] {
        until_done(&house, &command).await;
    }

    // The time: a program's start is still stored under today's date.
    inspector.alter("time");
    until_done(&house, &command(&house, &endpoint).await).await;
    until_altered(&inspector, "/agent/v1/state").await;
    inspector.alter("nothing");
    start_until_seen(&house, &house.marker("after-time")).await;
    let events = house.events("").await;
    assert!(events.iter().all(|event| !event["occurred_at"].as_str().unwrap().starts_with("2036")));
    assert!(every_number_once(&events) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_proxy_breaks_web_sockets_commands_still_come() {
    const PROMISE: &str = "where a proxy breaks WebSockets commands still come";
    let mut house = House::without_agent();
    let Some(inspector) = Inspector::start(PROMISE, &house.path("inspector"), &house.authority()) else { return };
    inspector.alter("websocket");
    house.tell_agents("HTTPS_PROXY", &inspector.address());
    house.tell_agents("NO_PROXY", "");
    house.tell_agents("SSL_CERT_FILE", &inspector.authority().display().to_string());
    house.enrol("agent", &house.url(), &inspector.authority());
    house.start_agent();
    house.until_log("agent", "the connection does not get through; trying the next way").await;
    let endpoint = house.endpoint().await;
    until_done(&house, &command(&house, &endpoint).await).await;
    let seen = inspector.seen();
    assert!(seen.iter().all(|seen| seen["status"] != 101));
}
