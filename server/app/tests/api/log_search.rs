//! The log search as people use it: questions in their language, kept ones, exports, and why somebody reads.

use serde_json::{Value, json};
use yagura_server_kit::Role;

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

/// A house with two machines that have something to tell.
async fn busy(house: &House) -> (Machine, Machine) {
    let (mut one, mut two) = (Machine::enrol(house, "KEI-014").await, Machine::enrol(house, "kei-015").await);
    one.runs(&account(r"EXAMPLE\tanaka", "1000"), "cp 見積書.xlsx /media/usb");
    one.runs(&account("root", "0"), "=cmd|calc");
    two.runs(&account("sato", "1001"), "curl https://drive.example/");
    one.send().await.unwrap();
    two.send().await.unwrap();
    (one, two)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The command lines that a question finds, sorted.
async fn found(house: &House, token: &str, question: &str) -> Vec<String> {
    let path = format!("/api/v1/events?kind=process.start&q={}", encoded(question));
    let bearer = format!("Bearer {token}");
    let page = house.ask("GET", &path, &[("authorization", bearer.as_str())], None).await.expect(200);
    let items = page["items"].as_array().unwrap();
    let mut lines: Vec<_> = items.iter().map(|row| row["command_line"].as_str().unwrap().to_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn a_question_in_either_language_finds_its_rows() {
    on_both(|house| async move {
        let _machines = busy(&house).await;
        for (question, count) in [
            ("", 3),
            ("見積書", 1),
            ("ユーザー：tanaka　端末：kei-014", 1),
            ("endpoint=kei-015 since:1h", 1),
            ("端末:kei -user:root", 2),
            ("user:(tanaka OR sato) NOT curl", 1),
            ("グループ:全社 コマンド:curl", 1),
            ("端末:nowhere", 0),
        ] {
            assert_eq!(found(&house, &house.admin, question).await.len(), count, "{question}");
        }
    });
}

#[test]
fn what_has_left_the_ledger_is_still_found_by_its_id() {
    on_both(|house| async move {
        let (gone, _) = busy(&house).await;
        let id = gone.id.to_string();
        let mut tx = house.server.context().db().write().await.unwrap();
        for leave in [
            "DELETE FROM policy_manifest WHERE endpoint_id = $1",
            "DELETE FROM people_account WHERE endpoint_id = $1",
            "DELETE FROM endpoints_state WHERE endpoint_id = $1",
            "DELETE FROM endpoints_endpoint WHERE id = $1",
        ] {
            sqlx::query(leave).bind(&id).execute(tx.on()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let page =
            house.admin("GET", &format!("/api/v1/events?kind=process.start&endpoint={id}"), None).await.expect(200);
        let names: Vec<_> = page["items"].as_array().unwrap().iter().map(|row| &row["hostname"]).collect();
        assert_eq!(names, [&json!(id), &json!(id)], "its id stands where its name was");
        assert_eq!(found(&house, &house.admin, &format!("端末={id}")).await.len(), 2);
        let limited = house.limited_to(Role::Auditor, "全社").await;
        let bearer = format!("Bearer {limited}");
        let path = format!("/api/v1/events?endpoint={id}");
        house.ask("GET", &path, &[("authorization", bearer.as_str())], None).await.expect(404);
    });
}

#[test]
fn a_question_that_cannot_be_read_is_answered_with_the_place() {
    on_both(|house| async move {
        let path = format!("/api/v1/events?q={}", encoded("端末:a usr:tanaka"));
        let problem = house.admin("GET", &path, None).await.expect(422);
        let error = &problem["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("?q"), &json!("unknown_field")), "{problem}");
        assert_eq!(error["place"], json!({"from": 5, "to": 8, "found": "usr", "meant": "user"}));
    });
}

#[test]
fn somebody_limited_to_a_group_finds_nothing_of_others_by_any_question() {
    on_both(|house| async move {
        let _machines = busy(&house).await;
        let group = house.group("営業").await;
        let limited = house.limited_to(Role::Auditor, &group).await;
        for question in ["", "端末:kei", "NOT 端末:kei", "グループ:全社", "curl OR 見積書", "person:*"] {
            assert_eq!(found(&house, &limited, question).await, Vec::<String>::new(), "{question}");
        }
        let bearer = format!("Bearer {limited}");
        let headers = [("authorization", bearer.as_str())];
        let facets = house.ask("GET", "/api/v1/events/facets?fields=account", &headers, None).await.expect(200);
        assert_eq!(facets["facets"][0]["values"], json!([]));
        let offers = house.ask("GET", "/api/v1/events/completion?q=endpoint:k", &headers, None).await.expect(200);
        assert_eq!(offers["offers"], json!([]), "names of others are not offered");
    });
}

#[test]
fn what_is_frequent_and_when_is_counted() {
    on_both(|house| async move {
        let _machines = busy(&house).await;
        let path = "/api/v1/events/facets?q=kind:process.start&fields=endpoint,account";
        let facets = house.admin("GET", path, None).await.expect(200);
        let endpoint = &facets["facets"][0]["values"][0];
        assert_eq!((&endpoint["label"], &endpoint["count"]), (&json!("KEI-014"), &json!(2)), "{facets}");
        assert_eq!(facets["covered"]["exact"], true);
        let path = "/api/v1/events/histogram?q=kind:process.start%20since:1h&buckets=12";
        let histogram = house.admin("GET", path, None).await.expect(200);
        let buckets = histogram["buckets"].as_array().unwrap();
        let total: u64 = buckets.iter().map(|bucket| bucket["recorded"].as_u64().unwrap()).sum();
        assert_eq!((total, &histogram["step_s"]), (3, &json!(300)), "{histogram}");
    });
}

#[test]
fn the_purpose_of_a_case_stands_beside_each_view_while_it_is_open() {
    on_both(|house| async move {
        let case = "/api/v1/events/case";
        assert_eq!(house.admin("GET", case, None).await.expect(200)["case"], Value::Null);
        house.admin("POST", case, Some(&json!({"purpose": " "}))).await.expect(422);
        house.admin("POST", case, Some(&json!({"purpose": "x", "hours": 25}))).await.expect(422);
        house.admin("POST", case, Some(&json!({"purpose": "持ち出しの調査"}))).await.expect(201);
        house.admin("GET", "/api/v1/events?q=usb", None).await.expect(200);
        house.admin("DELETE", case, None).await.expect(204);
        house.admin("GET", "/api/v1/events?q=usb", None).await.expect(200);
        let audit = house.admin("GET", "/api/v1/audit?action=events.view", None).await.expect(200);
        let purposes: Vec<_> = audit["items"].as_array().unwrap().iter().map(|row| &row["purpose"]).collect();
        assert_eq!(purposes, [&Value::Null, &json!("持ち出しの調査")], "{audit}");
    });
}

#[test]
fn a_saved_search_keeps_its_relative_times_and_is_shared_but_not_changed_by_others() {
    on_both(|house| async move {
        let path = "/api/v1/log-search/saved";
        let body = json!({"name": "USB", "q": "kind:device since:7d", "columns": ["user"], "shared": true});
        let saved = house.admin("POST", path, Some(&body)).await.expect(201);
        assert_eq!((&saved["q"], &saved["own"]), (&json!("kind:device since:7d"), &json!(true)));
        house.admin("POST", path, Some(&body)).await.expect(409);
        house.admin("POST", path, Some(&json!({"name": "bad", "q": "kind:"}))).await.expect(422);
        let private = json!({"name": "mine", "q": ""});
        house.admin("POST", path, Some(&private)).await.expect(201);

        let other = format!("Bearer {}", house.token_of(Role::Auditor).await);
        let headers = [("authorization", other.as_str())];
        let seen = house.ask("GET", path, &headers, None).await.expect(200);
        assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen}");
        assert_eq!((&seen["items"][0]["name"], &seen["items"][0]["own"]), (&json!("USB"), &json!(false)));
        let own = format!("{path}/{}", saved["id"].as_str().unwrap());
        house.ask("PUT", &own, &headers, Some(&body)).await.expect(404);
        house.ask("DELETE", &own, &headers, None).await.expect(404);
        let changed = json!({"name": "USB 2", "q": "kind:device since:1d", "shared": false});
        assert_eq!(house.admin("PUT", &own, Some(&changed)).await.expect(200)["name"], "USB 2");
        assert_eq!(house.ask("GET", path, &headers, None).await.expect(200)["items"], json!([]));
        house.admin("DELETE", &own, None).await.expect(204);
    });
}

#[test]
fn an_export_has_every_row_and_no_formula_and_is_written_down() {
    on_both(|house| async move {
        let _machines = busy(&house).await;
        let path = "/api/v1/log-search/exports";
        house.admin("POST", path, Some(&json!({"q": "nofield:x", "format": "csv"}))).await.expect(422);
        let body = json!({"q": "kind:process.start", "format": "csv", "columns": ["user", "hostname", "command_line"]});
        let id = house.admin("POST", path, Some(&body)).await.expect(202)["id"].as_str().unwrap().to_owned();
        let ended = || async {
            let list = house.admin("GET", path, None).await.expect(200);
            list["items"][0]["state"] == "done"
        };
        house.until("the export is done", ended).await;
        let row = house.admin("GET", path, None).await.expect(200)["items"][0].clone();
        assert_eq!((&row["total"], &row["written"]), (&json!(3), &json!(3)), "{row}");
        let text =
            String::from_utf8(house.answer("GET", &format!("{path}/{id}/file"), None).await.body.to_vec()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "\u{feff}誰,端末,コマンド");
        assert!(lines.contains(&"root,KEI-014,'=cmd|calc"), "{text}");
        assert_eq!(lines.len(), 4);
        // What has ended cannot be cancelled, and stays.
        house.admin("POST", &format!("{path}/{id}/cancel"), None).await.expect(204);
        let other = format!("Bearer {}", house.token_of(Role::Auditor).await);
        let headers = [("authorization", other.as_str())];
        house.ask("GET", &format!("{path}/{id}/file"), &headers, None).await.expect(404);
        for action in ["export.create", "export.fetch"] {
            let audit = house.admin("GET", &format!("/api/v1/audit?action={action}"), None).await.expect(200);
            assert_eq!(audit["items"][0]["object_id"], id.as_str(), "{action}: {audit}");
        }
    });
}

#[test]
fn somebody_in_a_browser_exports_only_for_a_purpose() {
    on_both(|house| async move {
        let session = house.first_session().await;
        let headers = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        let body = json!({"q": "", "format": "ndjson"});
        let refused = house.ask("POST", "/api/v1/log-search/exports", &headers, Some(&body)).await.expect(403);
        assert_eq!(refused["code"], "purpose_required");
        let case = json!({"purpose": "監査"});
        house.ask("POST", "/api/v1/events/case", &headers, Some(&case)).await.expect(201);
        house.ask("POST", "/api/v1/log-search/exports", &headers, Some(&body)).await.expect(202);
    });
}

#[test]
fn an_export_as_parquet_is_a_parquet_file_with_every_row() {
    on_both(|house| async move {
        let _machines = busy(&house).await;
        let path = "/api/v1/log-search/exports";
        let body = json!({"q": "kind:process.start", "format": "parquet"});
        let id = house.admin("POST", path, Some(&body)).await.expect(202)["id"].as_str().unwrap().to_owned();
        house.until("the export is done", || ended(&house, "done")).await;
        let file = house.answer("GET", &format!("{path}/{id}/file"), None).await.body;
        assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
        let row = house.admin("GET", path, None).await.expect(200)["items"][0].clone();
        assert_eq!((&row["written"], &row["bytes"]), (&json!(3), &json!(file.len())), "{row}");
    });
}

/// Whether the newest export has come to this end.
async fn ended(house: &House, state: &str) -> bool {
    let list = house.admin("GET", "/api/v1/log-search/exports", None).await.expect(200);
    list["items"][0]["state"] == state
}

#[test]
fn one_account_cannot_have_more_than_five_exports_under_way() {
    on_both(|house| async move {
        let path = "/api/v1/log-search/exports";
        let body = json!({"q": "", "format": "ndjson"});
        house.admin("POST", path, Some(&body)).await.expect(202);
        house.until("the first is done", || ended(&house, "done")).await;
        let mut tx = house.server.context().db().write().await.unwrap();
        for n in 0..5 {
            sqlx::query(
                "INSERT INTO log_search_export (id, owner, q, format, state, written, created_at)
                 SELECT $1, owner, '', 'csv', 'queued', 0, created_at FROM log_search_export WHERE format = 'ndjson'",
            )
            .bind(format!("waiting-{n}"))
            .execute(tx.on())
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let refused = house.admin("POST", path, Some(&body)).await.expect(409);
        assert!(refused["detail"].as_str().unwrap().contains("5 exports of yours"), "{refused}");
    });
}

#[test]
fn an_export_leaves_the_server_its_room_on_the_disk() {
    on_both(|house| async move {
        let disk = tempfile::tempdir().unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(disk.path())
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            println!("SKIPPED: mounting a small file system needs root");
            return;
        }
        std::os::unix::fs::symlink(disk.path(), house.dir().join("exports")).unwrap();
        let body = json!({"q": "", "format": "csv"});
        house.admin("POST", "/api/v1/log-search/exports", Some(&body)).await.expect(202);
        house.until("the export has failed", || ended(&house, "failed")).await;
        let list = house.admin("GET", "/api/v1/log-search/exports", None).await.expect(200);
        let failure = list["items"][0]["failure"].as_str().unwrap().to_owned();
        assert!(failure.contains("2048 MB are kept for the server"), "{failure}");
        assert_eq!(std::fs::read_dir(disk.path()).unwrap().count(), 0, "nothing of it is left");
        std::process::Command::new("umount").arg("--lazy").arg(disk.path()).status().unwrap();
    });
}

#[test]
fn where_a_purpose_is_wanted_nobody_sees_a_row_before_they_have_said_it_once() {
    on_both(|house| async move {
        let (one, _two) = busy(&house).await;
        let page = house.admin("GET", "/api/v1/events?kind=process.start&limit=1", None).await.expect(200);
        let (id, cursor) = (page["items"][0]["id"].as_str().unwrap(), page["next_cursor"].as_str().unwrap());
        let ways = [
            "/api/v1/events?q=usb".to_owned(),
            format!("/api/v1/events?kind=process.start&limit=1&cursor={cursor}"),
            format!("/api/v1/events?endpoint={}&since=2026-01-01T00:00:00Z", one.id),
            format!("/api/v1/events/{id}"),
            "/api/v1/events/histogram?q=usb".to_owned(),
            "/api/v1/events/facets?q=usb".to_owned(),
            "/api/v1/rule-book/calendar?month=2026-11".to_owned(),
        ];
        house.settings(&json!({"log_purpose_required": true, "log_case_hours": 25})).await.expect(422);
        house.settings(&json!({"log_purpose_required": true, "log_case_hours": 4})).await.expect(200);
        for way in &ways {
            let refused = house.admin("GET", way, None).await.expect(403);
            assert_eq!(refused["code"], "purpose_required", "{way}");
        }
        let export = json!({"q": "", "format": "csv"});
        let exports = "/api/v1/log-search/exports";
        assert_eq!(house.admin("POST", exports, Some(&export)).await.expect(403)["code"], "purpose_required");

        let case = "/api/v1/events/case";
        let own = house.admin("GET", case, None).await.expect(200);
        assert_eq!(own, json!({"case": null, "required": true, "longest_h": 4}));
        house.admin("POST", case, Some(&json!({"purpose": "調査", "hours": 5}))).await.expect(422);
        let opened = house.admin("POST", case, Some(&json!({"purpose": "持ち出しの調査"}))).await.expect(201);
        for way in &ways {
            house.admin("GET", way, None).await.expect(200);
        }
        house.admin("POST", exports, Some(&export)).await.expect(202);
        let audit = house.admin("GET", "/api/v1/audit?action=events.view", None).await.expect(200);
        let view = &audit["items"][0];
        assert_eq!(
            (&view["purpose"], &view["after"]["case"]),
            (&json!("持ち出しの調査"), &opened["case"]["id"]),
            "{view}"
        );

        // It holds for whoever said it, and as long as it is open.
        let other = format!("Bearer {}", house.token_of(Role::Auditor).await);
        house.ask("GET", &ways[0], &[("authorization", other.as_str())], None).await.expect(403);
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE events_case SET expires_at = 1").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        house.admin("GET", &ways[0], None).await.expect(403);
        house.settings(&json!({"log_purpose_required": false})).await.expect(200);
        house.admin("GET", &ways[0], None).await.expect(200);
    });
}

#[test]
fn a_token_that_was_made_for_a_purpose_says_it_with_every_view() {
    on_both(|house| async move {
        let _machines = busy(&house).await;
        house.settings(&json!({"log_purpose_required": true})).await.expect(200);
        let session = house.first_session().await;
        let headers = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        let wanted =
            json!({"label": "SIEM", "scopes": ["events.read"], "expires_in_s": 3600, "purpose": "監視への転送"});
        let made = house.ask("POST", "/api/v1/tokens", &headers, Some(&wanted)).await.expect(201);
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        house.ask("GET", "/api/v1/events?q=usb", &[("authorization", bearer.as_str())], None).await.expect(200);
        let audit = house.admin("GET", "/api/v1/audit?action=events.view", None).await.expect(200);
        assert_eq!(audit["items"][0]["purpose"], "監視への転送", "{audit}");
    });
}

#[test]
fn what_happens_is_told_as_it_is_stored_in_the_order_of_its_arrival() {
    on_both(|house| async move {
        let (mut one, mut two) = busy(&house).await;
        let page = house.admin("GET", "/api/v1/events?kind=process.start", None).await.expect(200);
        let from = |after: &Value| {
            format!("/api/v1/events/tail?kind=process.start&wait_s=55&after={}", after.as_str().unwrap())
        };
        let lines = |told: &Value| -> Vec<String> {
            told["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["command_line"].as_str().unwrap().to_owned())
                .collect()
        };
        // It waits for news, and nobody else's news answers it.
        two.runs(&account("sato", "1001"), "later");
        let asked = format!("{}&q=later", from(&page["tail"]));
        let (told, ()) = tokio::join!(house.admin("GET", &asked, None), async {
            one.runs(&account("root", "0"), "first");
            one.send().await.unwrap();
            two.send().await.unwrap();
        });
        assert_eq!(lines(&told.expect(200)), ["later"]);
        // Whoever comes later is told all of it, as it came, and then waits.
        let told = house.admin("GET", &from(&page["tail"]), None).await.expect(200);
        assert_eq!(lines(&told), ["first", "later"]);
        let none = format!("/api/v1/events/tail?wait_s=0&after={}", told["next"].as_str().unwrap());
        let told = house.admin("GET", &none, None).await.expect(200);
        assert_eq!((lines(&told), &told["more"]), (vec![], &json!(false)));
        let now = house.admin("GET", "/api/v1/events/tail", None).await.expect(200);
        assert_eq!((&now["items"], &now["next"]), (&json!([]), &told["next"]));
        // A store that was set back does not leave anybody waiting for what never comes.
        for (after, word) in [("999999999", "unknown"), ("x", "unknown"), ("-1", "unknown")] {
            let problem = house.admin("GET", &format!("/api/v1/events/tail?after={after}"), None).await.expect(422);
            assert_eq!(
                (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
                (&json!("?after"), &json!(word))
            );
        }
        let group = house.group("営業").await;
        let bearer = format!("Bearer {}", house.limited_to(Role::Auditor, &group).await);
        let all = "/api/v1/events/tail?wait_s=0&after=0";
        let seen = house.ask("GET", all, &[("authorization", bearer.as_str())], None).await.expect(200);
        assert_eq!(seen["items"], json!([]), "of others nothing is told");
        assert!(!house.admin("GET", all, None).await.expect(200)["items"].as_array().unwrap().is_empty());
    });
}
