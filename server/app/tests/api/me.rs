//! An employee's own pages: in by a one-time link that their endpoint asks for, and nothing but their own to see.

use serde_json::{Value, json};

use crate::{
    harness::{House, Reply, on_both},
    machine::{Machine, account},
};

/// Asks as whoever has this session.
async fn ask(house: &House, session: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
    house.ask(method, path, &[("cookie", session), ("origin", house.origin.as_str())], body).await
}

/// Signs the account of the machine in, as its browser does.
async fn arrive(house: &House, machine: &Machine, name: &str, id: &str) -> String {
    let link = machine.client.sign_in_link(account(name, id)).await.unwrap();
    let token = link.url.strip_prefix(&format!("{}/sign-in#", house.origin)).unwrap();
    let headers = [("accept-language", "en-GB,ja;q=0.5")];
    house.ask("POST", "/api/v1/session/link", &headers, Some(&json!({"token": token}))).await.session()
}

/// The command lines that somebody finds in their own log.
async fn own_rows(house: &House, session: &str, query: &str) -> Vec<String> {
    let found = ask(house, session, "GET", &format!("/api/v1/me/events{query}"), None).await.expect(200);
    let items = found["items"].as_array().unwrap();
    let mut lines: Vec<_> = items.iter().map(|row| row["command_line"].as_str().unwrap().to_owned()).collect();
    lines.sort();
    lines
}

/// Says whose an account on a machine is. `person` is an employee number of the imported list.
async fn map(house: &House, machine: &Machine, account: &str, person: &str) {
    let people = house.admin("GET", "/api/v1/people", None).await.expect(200);
    let person = people["items"].as_array().unwrap().iter().find(|p| p["employee_number"] == person).unwrap();
    let accounts = house.admin("GET", "/api/v1/accounts", None).await.expect(200);
    let mut accounts = accounts["items"].as_array().unwrap().iter();
    let account =
        accounts.find(|a| a["name"] == account && a["endpoint"]["id"] == machine.id.to_string().as_str()).unwrap();
    let path = format!("/api/v1/accounts/{}/person", account["id"].as_str().unwrap());
    house.admin("PUT", &path, Some(&json!({"person_id": person["id"]}))).await.expect(200);
}

#[test]
fn a_link_from_the_endpoint_opens_one_s_own_pages_once_and_nothing_else() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let link = machine.client.sign_in_link(account("tanaka", "1000")).await.unwrap();
        let body = json!({"token": link.url.rsplit_once('#').unwrap().1});
        let reply = house.ask("POST", "/api/v1/session/link", &[("accept-language", "en")], Some(&body)).await;
        let session = reply.session();
        let view = reply.expect(200);
        assert_eq!((&view["admin"]["role"], &view["admin"]["name"]), (&json!("employee"), &json!("tanaka")));
        assert_eq!(view["permissions"], json!(["own.read"]));
        assert_eq!(view["admin"]["language"], "en");
        house.ask("POST", "/api/v1/session/link", &[], Some(&body)).await.expect(401);

        let me = ask(&house, &session, "GET", "/api/v1/me", None).await.expect(200);
        assert_eq!((&me["name"], &me["person"]), (&json!("tanaka@PC-014"), &Value::Null));
        assert_eq!(me["accounts"][0]["endpoint"]["hostname"], "PC-014");
        for path in ["events", "endpoints", "people", "audit", "settings"] {
            ask(&house, &session, "GET", &format!("/api/v1/{path}"), None).await.expect(403);
        }
        let own_password = json!({"new": "correct horse battery"});
        ask(&house, &session, "POST", "/api/v1/session/password", Some(&own_password)).await.expect(403);
        ask(&house, &session, "POST", "/api/v1/session/totp", None).await.expect(403);
        ask(&house, &session, "PATCH", "/api/v1/session/preferences", Some(&json!({"language": "ja"})))
            .await
            .expect(204);
        let view = ask(&house, &session, "GET", "/api/v1/session", None).await.expect(200);
        assert_eq!(view["admin"]["language"], "ja");

        let sessions = ask(&house, &session, "GET", "/api/v1/sessions", None).await.expect(200);
        assert_eq!((&sessions["count"]["value"], &sessions["items"][0]["current"]), (&json!(1), &json!(true)));
        let audit = house.admin("GET", "/api/v1/audit?action=session.begin", None).await.expect(200);
        assert_eq!(audit["items"][0]["actor"], "tanaka@PC-014");
        ask(&house, &session, "DELETE", "/api/v1/session", None).await.expect(204);
        ask(&house, &session, "GET", "/api/v1/me", None).await.expect(401);
    });
}

#[test]
fn a_newer_link_takes_the_place_of_an_older_one() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let old = machine.client.sign_in_link(account("tanaka", "1000")).await.unwrap();
        arrive(&house, &machine, "tanaka", "1000").await;
        let body = json!({"token": old.url.rsplit_once('#').unwrap().1});
        house.ask("POST", "/api/v1/session/link", &[], Some(&body)).await.expect(401);
    });
}

#[test]
fn somebody_unknown_sees_what_their_account_did_there_and_nothing_of_others() {
    on_both(|house| async move {
        let (mut pc, mut other) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        let (tanaka, sato) = (account("tanaka", "1000"), account("sato", "1001"));
        pc.runs(&tanaka, "vi a");
        pc.runs(&tanaka, "vi b");
        pc.runs(&sato, "vi c");
        other.runs(&tanaka, "vi d");
        pc.send().await.unwrap();
        other.send().await.unwrap();
        let session = arrive(&house, &pc, "tanaka", "1000").await;
        assert_eq!(own_rows(&house, &session, "").await, ["vi a", "vi b"]);
        assert_eq!(own_rows(&house, &session, "?text=vi%20b").await, ["vi b"]);
        assert_eq!(own_rows(&house, &session, "?endpoint=PC-014&kind=process.*").await, ["vi a", "vi b"]);
        ask(&house, &session, "GET", "/api/v1/me/events?endpoint=PC-015", None).await.expect(404);
        // No question in words widens what is one's own: neither other machines nor other people's rows.
        for (question, lines) in [
            ("q=command:b", &["vi b"][..]),
            ("q=endpoint:PC-014", &["vi a", "vi b"]),
            ("q=endpoint:PC", &["vi a", "vi b"]),
            ("q=endpoint:PC-015", &[]),
            ("q=NOT%20user:tanaka", &[]),
            ("q=user:sato%20OR%20group:*", &["vi a", "vi b"]),
        ] {
            assert_eq!(own_rows(&house, &session, &format!("?kind=process.*&{question}")).await, lines, "{question}");
        }
        let first = ask(&house, &session, "GET", "/api/v1/me/events?limit=1", None).await.expect(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(own_rows(&house, &session, &format!("?limit=1&cursor={cursor}")).await, ["vi a"]);
        let viewed = house.admin("GET", "/api/v1/audit?action=events.view", None).await.expect(200);
        assert_eq!(viewed["count"]["value"], 0, "reading one's own is not looking at somebody's log");
        let nobody = house.admin("GET", "/api/v1/me/events", None).await.expect(200);
        assert_eq!(nobody["count"]["value"], 0, "an account of the console has no rows of its own");
    });
}

#[test]
fn a_known_person_sees_all_of_their_accounts_and_what_was_theirs_only() {
    on_both(|house| async move {
        let (mut pc, mut laptop) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "LT-003").await);
        let csv = "employee_number,name,kana\n100,田中 花子,タナカ ハナコ\n200,佐藤 太郎,サトウ タロウ\n";
        house.import_people(csv).await;
        let (tanaka, shared) = (account("tanaka", "1000"), account("front-desk", "1500"));
        pc.runs(&tanaka, "before it was said whose it is");
        pc.send().await.unwrap();
        for (machine, name, id) in [(&pc, "tanaka", "1000"), (&pc, "front-desk", "1500"), (&laptop, "htanaka", "1002")]
        {
            machine.client.sign_in_link(account(name, id)).await.unwrap();
        }
        map(&house, &pc, "tanaka", "100").await;
        map(&house, &laptop, "htanaka", "100").await;
        map(&house, &pc, "front-desk", "200").await;
        pc.runs(&shared, "what was Sato's");
        pc.send().await.unwrap();
        map(&house, &pc, "front-desk", "100").await;
        pc.runs(&shared, "what is Tanaka's");
        laptop.runs(&account("htanaka", "1002"), "on the way");
        pc.send().await.unwrap();
        laptop.send().await.unwrap();

        let session = arrive(&house, &pc, "tanaka", "1000").await;
        let all = ["before it was said whose it is", "on the way", "what is Tanaka's"];
        assert_eq!(own_rows(&house, &session, "").await, all);
        let me = ask(&house, &session, "GET", "/api/v1/me", None).await.expect(200);
        assert_eq!(me["name"], "田中 花子 (tanaka@PC-014)");
        assert_eq!(me["accounts"].as_array().unwrap().len(), 3);
        let audit = house.admin("GET", "/api/v1/audit?action=session.begin", None).await.expect(200);
        assert_eq!(audit["items"][0]["actor"], "田中 花子 (tanaka@PC-014)");
    });
}

#[test]
fn one_is_told_what_the_policies_in_force_record() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let session = arrive(&house, &machine, "tanaka", "1000").await;
        let items = |recorded: &Value, feature: &str| {
            let features = recorded["features"].as_array().unwrap();
            let found = features.iter().find(|f| f["feature"] == feature)?;
            let words: Vec<_> = found["items"].as_array()?.iter().map(|item| item["item"].clone()).collect();
            Some((Value::from(words), found["viewers"].clone()))
        };
        let recorded = ask(&house, &session, "GET", "/api/v1/me/recorded", None).await.expect(200);
        let (words, viewers) = items(&recorded, "operation_log").unwrap();
        let of_files = ["file_acts", "file_opens", "file_removable"];
        let of_windows = ["window_active", "window_errors", "window_titles"];
        let of_prints = ["print_documents", "print_jobs"];
        let before = ["accounts", "address", "app_usage", "executable_hash"];
        let of_sessions = ["logons", "logons_failed", "power"];
        let of_processes = ["privileges", "process_exit", "process_start"];
        let parts = [&before, &of_files[..], &["idle"], &of_sessions, &of_prints, &of_processes, &of_windows];
        let all = parts.concat();
        assert_eq!(words, json!(all));
        assert_eq!(viewers, json!(["administrator", "auditor"]));
        assert_eq!(recorded["features"][0]["items"][0]["endpoints"][0]["hostname"], "PC-014");

        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let path = format!("/api/v1/policies/operation_log/{}", groups["items"][0]["id"].as_str().unwrap());
        let off = json!({"record": false});
        let sessions =
            json!({"logons": false, "failed": false, "power": false, "privileges": false, "accounts": false});
        let value = json!({"processes": off, "files": off, "windows": off, "prints": off, "sessions": sessions});
        let off = json!({"inherit": "replace", "value": value, "comment": "試し"});
        house.admin("PUT", &path, Some(&off)).await.expect(200);
        let recorded = ask(&house, &session, "GET", "/api/v1/me/recorded", None).await.expect(200);
        assert!(items(&recorded, "operation_log").is_none(), "{recorded}");
        assert!(items(&recorded, "assets").is_some(), "{recorded}");
    });
}

#[test]
fn an_endpoint_out_of_service_lets_nobody_in() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let session = arrive(&house, &machine, "tanaka", "1000").await;
        ask(&house, &session, "GET", "/api/v1/me", None).await.expect(200);
        let path = format!("/api/v1/endpoints/{}/retire", machine.id);
        house.admin("POST", &path, Some(&json!({"reason": "replaced"}))).await.expect(200);
        ask(&house, &session, "GET", "/api/v1/me", None).await.expect(401);
    });
}

#[test]
fn a_link_leads_to_the_page_that_was_asked_for_and_only_to_one_s_own() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let link = |page: &str| machine.client.sign_in_link_to(account("tanaka", "1000"), Some(page.to_owned()));
        let url = link("/me/surveys/0192f0c1").await.unwrap().url;
        assert!(url.starts_with(&format!("{}/sign-in?to=/me/surveys/0192f0c1#yge_", house.origin)), "{url}");
        for page in ["/settings", "//evil.example", "/me?to=x"] {
            assert!(link(page).await.is_err(), "{page}");
        }
    });
}
