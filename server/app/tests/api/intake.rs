//! The intake of foreign inventory agents: who may send, what is answered, and what stays when something unreadable comes.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use http::{Method, Request, header};
use serde_json::{Value, json};
use yagura_dial::Answer;
use yagura_server_kit::Role;

use crate::harness::{House, on_both};

const FUSION: &str = include_str!("../../../../features/assets/golden/intake/fusioninventory-2.6.xml");
const OCS: &str = include_str!("../../../../features/assets/golden/intake/ocsinventory-2.10.xml");
const GLPI: &str = include_str!("../../../../features/assets/golden/intake/glpi-agent.json");
const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><REQUEST><DEVICEID>keiri-12-2026</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>";

const FUSION_AGENT: &str = "FusionInventory-Agent_v2.6-3";
const OCS_AGENT: &str = "OCS-NG_unified_unix_agent_v2.10.0";

/// A credential; its secret and its id.
async fn credential(house: &House, name: &str) -> (String, String) {
    let made = house.admin("POST", "/api/v1/assets/intakes", Some(&json!({"name": name}))).await.expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["secret"]), text(&made["credential"]["id"]))
}

async fn post(house: &House, agent: &str, who: Option<(&str, &str)>, kind: &str, body: Vec<u8>) -> Answer {
    let build = || {
        let mut request = Request::builder().method(Method::POST).uri("/inventory").header(header::USER_AGENT, agent);
        if let Some((user, password)) = who {
            let pair = STANDARD.encode(format!("{user}:{password}"));
            request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
        }
        request.header(header::CONTENT_TYPE, kind).body(Bytes::from(body.clone())).unwrap()
    };
    house.client.send(build).await.unwrap()
}

fn packed(text: &str) -> Vec<u8> {
    let mut to = ZlibEncoder::new(Vec::new(), Compression::default());
    to.write_all(text.as_bytes()).unwrap();
    to.finish().unwrap()
}

fn unpacked(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    std::io::read_to_string(ZlibDecoder::new(&answer.body[..])).unwrap()
}

async fn names(house: &House) -> Vec<String> {
    let listed = house.admin("GET", "/api/v1/assets/ledger", None).await.expect(200);
    listed["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn there_is_no_intake_before_somebody_makes_a_credential_for_it() {
    on_both(|house| async move {
        let answer = post(&house, OCS_AGENT, Some(("a", "b")), "application/x-compress", packed(PROLOG)).await;
        assert_eq!(answer.status, 404);
        let (_, id) = credential(&house, "keiri-pc").await;
        let answer = post(&house, OCS_AGENT, None, "application/x-compress", packed(PROLOG)).await;
        assert_eq!(answer.status, 401);
        // The agents take the realm from between the first and the last quotation mark.
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Basic realm=\"Yagura\"");
        house.admin("POST", &format!("/api/v1/assets/intakes/{id}/revoke"), None).await.expect(200);
        let answer = post(&house, OCS_AGENT, None, "application/x-compress", packed(PROLOG)).await;
        assert_eq!(answer.status, 404);
    });
}

#[test]
fn an_agent_is_asked_to_send_and_what_it_sends_is_in_the_ledger() {
    on_both(|house| async move {
        let (secret, id) = credential(&house, "keiri-pc").await;
        let who = Some(("keiri-pc", secret.as_str()));
        let kind = "application/x-compress-zlib";
        let asked = post(&house, FUSION_AGENT, who, kind, packed(PROLOG)).await;
        assert_eq!((asked.status.as_u16(), &asked.body[..2]), (200, &b"\x78\x9c"[..]));
        assert!(unpacked(&asked).contains("<REPLY><RESPONSE>SEND</RESPONSE><PROLOG_FREQ>24</PROLOG_FREQ></REPLY>"));
        let taken = post(&house, FUSION_AGENT, who, kind, packed(FUSION)).await;
        assert!(unpacked(&taken).contains("<RESPONSE>NO_ACCOUNT_UPDATE</RESPONSE>"));
        let taken = post(&house, OCS_AGENT, who, "application/x-compress", packed(OCS)).await;
        assert!(unpacked(&taken).contains("<RESPONSE>NO_ACCOUNT_UPDATE</RESPONSE>"));
        // Again: nothing doubles.
        post(&house, FUSION_AGENT, who, kind, packed(FUSION)).await;
        assert_eq!(names(&house).await, ["keiri-12"], "both agents are on one machine");
        let listed = house.admin("GET", "/api/v1/assets/intakes", None).await.expect(200);
        let one = &listed["items"][0];
        assert_eq!((&one["id"], &one["machines"], &one["refused_at"]), (&json!(id), &json!(2), &Value::Null));
        assert!(one["last_used_at"].is_string());
        assert!(!listed.to_string().contains(&secret));
    });
}

#[test]
fn glpi_agent_is_answered_in_json() {
    on_both(|house| async move {
        let (secret, _) = credential(&house, "glpi").await;
        let who = Some(("glpi", secret.as_str()));
        let contact = json!({"action": "contact", "deviceid": "soumu-04-2026", "name": "GLPI-Agent"}).to_string();
        let asked = post(&house, "GLPI-Agent_v1.7", who, "application/json", contact.into_bytes()).await;
        assert_eq!(asked.headers[header::CONTENT_TYPE], "application/json");
        let said: Value = serde_json::from_slice(&asked.body).unwrap();
        assert_eq!((&said["status"], &said["expiration"]), (&json!("ok"), &json!(24)));
        assert!(!said["disabled"].as_array().unwrap().contains(&json!("inventory")));
        let taken = post(&house, "GLPI-Agent_v1.7", who, "application/x-compress-zlib", packed(GLPI)).await;
        assert_eq!(serde_json::from_str::<Value>(&unpacked(&taken)).unwrap()["status"], "ok");
        assert_eq!(names(&house).await, ["soumu-04"]);
    });
}

#[test]
fn the_last_good_state_stays_when_something_unreadable_comes_and_the_reason_is_shown() {
    on_both(|house| async move {
        let (secret, _) = credential(&house, "keiri-pc").await;
        let who = Some(("keiri-pc", secret.as_str()));
        let kind = "application/x-compress-zlib";
        post(&house, FUSION_AGENT, who, kind, packed(FUSION)).await;
        let cut = &packed(FUSION)[..500];
        let mut bomb = ZlibEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![b' '; 31 << 20]).unwrap();
        let doctype = FUSION.replacen("<REQUEST>", "<!DOCTYPE a [<!ENTITY b \"c\">]><REQUEST>", 1);
        for (body, status, why) in [
            (cut.to_vec(), 422, "cannot be unpacked"),
            (packed(&FUSION[..FUSION.len() / 2]), 422, "breaks off"),
            (packed(&doctype), 422, "document types"),
            (bomb.finish().unwrap(), 413, "larger than 31457280 bytes"),
        ] {
            let answer = post(&house, FUSION_AGENT, who, kind, body).await;
            assert_eq!(answer.status.as_u16(), status, "{why}");
            let said: Value = serde_json::from_slice(&answer.body).unwrap();
            assert!(said["detail"].as_str().unwrap().contains(why), "{said}");
            let listed = house.admin("GET", "/api/v1/assets/intakes", None).await.expect(200);
            assert!(listed["items"][0]["refused_why"].as_str().unwrap().contains(why), "{listed}");
        }
        assert_eq!(names(&house).await, ["keiri-12"]);
    });
}

#[test]
fn whoever_guesses_waits_and_whoever_knows_does_not() {
    on_both(|house| async move {
        let (secret, _) = credential(&house, "keiri-pc").await;
        for _ in 0..20 {
            let answer = post(&house, "x", Some(("keiri-pc", "ygi_guess")), "text/xml", Vec::new()).await;
            assert_eq!(answer.status, 401);
        }
        let answer = post(&house, "x", Some(("keiri-pc", "ygi_guess")), "text/xml", Vec::new()).await;
        assert_eq!(answer.status, 429);
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
        // The address may be that of many machines behind one router.
        let answer = post(&house, "x", Some(("keiri-pc", &secret)), "text/xml", PROLOG.into()).await;
        assert_eq!(answer.status, 200);
    });
}

#[test]
fn a_credential_is_made_and_revoked_by_who_sees_the_whole_organisation_and_is_in_the_audit_log() {
    on_both(|house| async move {
        let (_, id) = credential(&house, "keiri-pc").await;
        let taken = json!({"name": "keiri-pc"});
        let refused = house.admin("POST", "/api/v1/assets/intakes", Some(&taken)).await.expect(409);
        assert_eq!(refused["errors"][0]["pointer"], "/name");
        for name in ["", "経理", "a:b", "a b"] {
            house.admin("POST", "/api/v1/assets/intakes", Some(&json!({"name": name}))).await.expect(422);
        }
        let group = house.group("支店").await;
        let limited = format!("Bearer {}", house.limited_to(Role::Operator, &group).await);
        let headers = [("authorization", limited.as_str())];
        house.ask("GET", "/api/v1/assets/intakes", &headers, None).await.expect(403);
        house.ask("POST", "/api/v1/assets/intakes", &headers, Some(&json!({"name": "b"}))).await.expect(403);
        house.ask("POST", &format!("/api/v1/assets/intakes/{id}/revoke"), &headers, None).await.expect(403);
        house.admin("POST", &format!("/api/v1/assets/intakes/{id}/revoke"), None).await.expect(200);
        // The name is free again.
        credential(&house, "keiri-pc").await;
        let audit = house.admin("GET", "/api/v1/audit?limit=50", None).await.expect(200).to_string();
        assert!(audit.contains("intake.create") && audit.contains("intake.revoke"), "{audit}");
        assert!(!audit.contains("ygi_"), "a secret in the audit log");
    });
}
