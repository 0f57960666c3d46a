//! The ledger put to use: labels, stock-taking, photos, views, changes of many, files, numbers (A04, A11).

use bytes::Bytes;
use calamine::{Data, Reader as _, Xlsx};
use http::{Method, Request, header};
use serde_json::{Value, json};
use yagura_dial::Answer;
use yagura_server_kit::Role;

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

const LEDGER: &str = "/api/v1/assets/ledger";
const ROUNDS: &str = "/api/v1/assets/rounds";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand the rest of a picture";

/// Adds an asset by hand; its id.
async fn add(house: &House, token: &str, name: &str, written: &Value) -> String {
    let body = json!({"name": name, "vendor": "富士フイルム", "serial": format!("S-{name}"), "written": written});
    let bearer = format!("Bearer {token}");
    let made = house.ask("POST", LEDGER, &[("authorization", &bearer)], Some(&body)).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Three printers.
async fn office(house: &House) -> [String; 3] {
    let place = |number: &str, place: &str| json!({"kind": "printer", "inventory_number": number, "place": place});
    [
        add(house, &house.admin, "複合機A", &place("P-001", "本社2F")).await,
        add(house, &house.admin, "複合機B", &place("P-002", "本社2F")).await,
        add(house, &house.admin, "複合機C", &place("P-003", "大阪")).await,
    ]
}

async fn send(house: &House, token: &str, path: &str, body: &[u8]) -> Answer {
    let build = || {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        request.body(Bytes::copy_from_slice(body)).unwrap()
    };
    house.client.send(build).await.unwrap()
}

async fn file(house: &House, token: &str, path: &str) -> Answer {
    let build = || {
        let request = Request::builder().method(Method::GET).uri(path);
        request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Bytes::new()).unwrap()
    };
    house.client.send(build).await.unwrap()
}

async fn names(house: &House, query: &str) -> Vec<String> {
    let page = house.admin("GET", &format!("{LEDGER}?{query}"), None).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// The audit rows of an action.
async fn audited(house: &House, action: &str) -> Vec<Value> {
    let page = house.admin("GET", &format!("/api/v1/audit?action={action}"), None).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[test]
fn a11_labels_are_a_pdf_of_what_was_chosen_or_filtered() {
    on_both(|house| async move {
        let [a, ..] = office(&house).await;
        let chosen =
            file(&house, &house.admin, &format!("/api/v1/assets/labels.pdf?ids={a}&layout=a4_24&start=24")).await;
        assert_eq!(
            (chosen.status.as_u16(), &chosen.headers[header::CONTENT_TYPE]),
            (200, &"application/pdf".parse().unwrap())
        );
        assert!(chosen.body.starts_with(b"%PDF-"));
        let one = String::from_utf8_lossy(&chosen.body).matches("/MediaBox").count();
        let all = file(&house, &house.admin, "/api/v1/assets/labels.pdf?kind=printer&layout=single_62x29").await;
        let three = String::from_utf8_lossy(&all.body).matches("/MediaBox").count();
        assert_eq!((one, three), (1, 3), "a page for each single label");
        for wrong in ["layout=a5", "layout=a4_24&start=25", "ids=1%27--"] {
            house.admin("GET", &format!("/api/v1/assets/labels.pdf?{wrong}"), None).await.expect(422);
        }
    });
}

#[test]
fn a11_a_round_says_what_was_found_and_what_is_missing() {
    on_both(|house| async move {
        let [a, b, c] = office(&house).await;
        let begun = json!({"name": "2026年度 本社", "place": "本社2F"});
        let round = house.admin("POST", ROUNDS, Some(&begun)).await.expect(201);
        assert_eq!((&round["expected"], &round["found"], &round["whole"]), (&json!(2), &json!(0), &json!(true)));
        let path = format!("{ROUNDS}/{}", round["id"].as_str().unwrap());
        let seen = format!("{path}/seen");
        house.admin("POST", &seen, Some(&json!({"asset": a}))).await.expect(200);
        let besides = json!({"number": "p-003", "place": "本社2F", "person": "田中", "note": "ラベルなし"});
        let found = house.admin("POST", &seen, Some(&besides)).await.expect(200);
        assert_eq!((&found["state"], &found["place_before"]), (&json!("besides"), &json!("大阪")));
        let moved = house.admin("GET", &format!("{LEDGER}/{c}"), None).await.expect(200);
        assert_eq!((&moved["place"], &moved["person"]), (&json!("本社2F"), &json!("田中")), "the ledger knows it too");
        house.admin("POST", &seen, Some(&json!({"number": "P-999"}))).await.expect(404);
        assert_eq!(names(&house, "number=p-002").await, ["複合機B"], "the whole number, whatever its letters");
        assert_eq!(names(&house, "number=P-00").await, Vec::<String>::new());
        house.admin("POST", &seen, Some(&json!({}))).await.expect(422);
        let missing = house.admin("GET", &format!("{path}/assets?state=missing"), None).await.expect(200);
        assert_eq!((&missing["count"]["value"], &missing["items"][0]["id"]), (&json!(1), &json!(b)));
        let closed = house.admin("POST", &format!("{path}/close"), None).await.expect(200);
        assert_eq!((&closed["found"], &closed["besides"]), (&json!(1), &json!(1)));
        house.admin("POST", &seen, Some(&json!({"asset": b}))).await.expect(409);
        house.admin("POST", &format!("{path}/close"), None).await.expect(409);
        let report = file(&house, &house.admin, &format!("{path}/report")).await;
        let text = String::from_utf8(report.body.to_vec()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("\u{feff}結果,管理番号"), "{text}");
        assert!(lines[1].starts_with("見つからない,P-002,複合機B"), "{text}");
        assert!(lines[3].contains("対象外で見つかった,P-003") && lines[3].contains("ラベルなし"), "{text}");
        let history = house.admin("GET", &format!("{LEDGER}/{b}/rounds"), None).await.expect(200);
        assert_eq!(
            (&history["items"][0]["name"], &history["items"][0]["seen_at"]),
            (&json!("2026年度 本社"), &Value::Null)
        );
        assert_eq!(audited(&house, "assets_round.seen").await.len(), 2);
    });
}

#[test]
fn a11_a_round_outlives_the_assets_that_it_counted() {
    on_both(|house| async move {
        let [a, b, _] = office(&house).await;
        let round = house.admin("POST", ROUNDS, Some(&json!({"name": "全社"}))).await.expect(201);
        let path = format!("{ROUNDS}/{}", round["id"].as_str().unwrap());
        house.admin("POST", &format!("{path}/seen"), Some(&json!({"asset": b}))).await.expect(200);
        house.admin("POST", &format!("{LEDGER}/{a}/merge"), Some(&json!({"other": b}))).await.expect(200);
        let merged = house.admin("GET", &path, None).await.expect(200);
        assert_eq!((&merged["expected"], &merged["found"]), (&json!(2), &json!(1)), "who found one has found both");
        house.admin("DELETE", &format!("{LEDGER}/{a}"), None).await.expect(204);
        let gone = house.admin("GET", &path, None).await.expect(200);
        assert_eq!((&gone["expected"], &gone["found"]), (&json!(2), &json!(1)));
    });
}

#[test]
fn a11_somebody_with_a_limit_goes_round_among_what_they_see() {
    on_both(|house| async move {
        let [_, _, c] = office(&house).await;
        let osaka = house.group("大阪").await;
        let token = house.limited_to(Role::Operator, &osaka).await;
        let own = add(&house, &token, "大阪の複合機", &json!({"inventory_number": "P-900"})).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        house.ask("POST", ROUNDS, &headers, Some(&json!({"name": "全社"}))).await.expect(422);
        let all = house.admin("POST", ROUNDS, Some(&json!({"name": "全社"}))).await.expect(201);
        let path = format!("{ROUNDS}/{}", all["id"].as_str().unwrap());
        let seen = house.ask("GET", &path, &headers, None).await.expect(200);
        assert_eq!((&seen["expected"], &seen["whole"], &seen["group"]), (&json!(1), &json!(false), &json!("")));
        house.ask("POST", &format!("{path}/seen"), &headers, Some(&json!({"asset": own}))).await.expect(200);
        house.ask("POST", &format!("{path}/seen"), &headers, Some(&json!({"asset": c}))).await.expect(404);
        house.ask("POST", &format!("{path}/seen"), &headers, Some(&json!({"number": "P-003"}))).await.expect(404);
        house.ask("POST", &format!("{path}/close"), &headers, None).await.expect(403);
        let lines = house.ask("GET", &format!("{path}/assets"), &headers, None).await.expect(200);
        assert_eq!(lines["count"]["value"], 1);
        let report = file(&house, &token, &format!("{path}/report")).await;
        assert!(!String::from_utf8_lossy(&report.body).contains("P-00"));
        let mine =
            house.ask("POST", ROUNDS, &headers, Some(&json!({"name": "大阪", "group": osaka}))).await.expect(201);
        assert_eq!((&mine["expected"], &mine["whole"]), (&json!(1), &json!(true)));
    });
}

#[test]
fn a11_photos_are_pictures_and_nothing_else_and_go_when_they_are_removed() {
    on_both(|house| async move {
        let [a, b, _] = office(&house).await;
        let path = format!("{LEDGER}/{a}/photos");
        let svg = send(&house, &house.admin, &path, b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>").await;
        assert_eq!(svg.status, 422);
        let large = send(&house, &house.admin, &path, &[PNG, &vec![0; 5 << 20]].concat()).await;
        assert_eq!(large.status, 413);
        let mut ids = Vec::new();
        for _ in 0..5 {
            let added = send(&house, &house.admin, &path, PNG).await;
            assert_eq!(added.status, 201, "{}", String::from_utf8_lossy(&added.body));
            let added: Value = serde_json::from_slice(&added.body).unwrap();
            ids.push(added["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(send(&house, &house.admin, &path, PNG).await.status, 409, "five are enough");
        assert_eq!(house.admin("GET", &path, None).await.expect(200)["count"]["value"], 5);
        let shown = file(&house, &house.admin, &format!("{path}/{}", ids[0])).await;
        let head = |name: &str| shown.headers[name].to_str().unwrap().to_owned();
        assert_eq!(
            (shown.body.as_ref(), head("content-type"), head("x-content-type-options")),
            (PNG, "image/png".into(), "nosniff".into())
        );
        let other = format!("{LEDGER}/{b}/photos/{}", ids[0]);
        house.admin("GET", &other, None).await.expect(404);
        house.admin("DELETE", &other, None).await.expect(404);
        for id in &ids[1..] {
            house.admin("DELETE", &format!("{path}/{id}"), None).await.expect(204);
        }
        assert_eq!(
            file(&house, &house.admin, &format!("{path}/{}", ids[0])).await.status,
            200,
            "the same picture is named once more"
        );
        house.admin("DELETE", &format!("{LEDGER}/{a}"), None).await.expect(204);
        let left: Vec<_> = walk(&house.dir().join("blobs/whole"));
        assert_eq!(left, Vec::<std::path::PathBuf>::new(), "no bytes stay");
        assert_eq!(
            (audited(&house, "asset.photo_add").await.len(), audited(&house, "asset.photo_remove").await.len()),
            (5, 4)
        );
    });
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn a11_views_are_ones_own_until_they_are_shared() {
    on_both(|house| async move {
        const VIEWS: &str = "/api/v1/assets/views";
        let body = json!({"name": "期限の近いもの", "question": "kind=printer&sort=lease_until", "columns": ["name", "lease", "custom:階"]});
        let kept = house.admin("POST", VIEWS, Some(&body)).await.expect(201);
        assert_eq!((&kept["own"], &kept["columns"]), (&json!(true), &body["columns"]));
        house.admin("POST", VIEWS, Some(&body)).await.expect(409);
        let auditor = format!("Bearer {}", house.token_of(Role::Auditor).await);
        let headers = [("authorization", auditor.as_str())];
        assert_eq!(house.ask("GET", VIEWS, &headers, None).await.expect(200)["count"]["value"], 0);
        let path = format!("{VIEWS}/{}", kept["id"].as_str().unwrap());
        let mut shared = body.clone();
        shared["shared"] = json!(true);
        house.admin("PUT", &path, Some(&shared)).await.expect(200);
        let seen = house.ask("GET", VIEWS, &headers, None).await.expect(200);
        assert_eq!((&seen["items"][0]["own"], &seen["items"][0]["question"]), (&json!(false), &body["question"]));
        house.ask("PUT", &path, &headers, Some(&shared)).await.expect(404);
        house.ask("DELETE", &path, &headers, None).await.expect(404);
        // Its name is taken for its owner only.
        house.ask("POST", VIEWS, &headers, Some(&body)).await.expect(201);
        house.admin("DELETE", &path, None).await.expect(204);
        house.admin("POST", VIEWS, Some(&json!({"name": " "}))).await.expect(422);
    });
}

#[test]
fn a11_many_are_changed_at_once_as_the_preview_said_with_a_row_of_the_audit_log_each() {
    on_both(|house| async move {
        const BULK: &str = "/api/v1/assets/bulk";
        let [a, b, c] = office(&house).await;
        let machine = Machine::enrol(&house, "PC-001").await;
        machine.client.state(&crate::ledger::report("A1")).await.unwrap();
        let osaka = house.group("大阪").await;
        let set = json!({"set": {"place": "本社2F", "custom": {"階": "2"}}});
        let seen = house.admin("POST", &format!("{BULK}/preview?kind=printer"), Some(&set)).await.expect(200);
        assert_eq!((&seen["count"], &seen["changing"]), (&json!(3), &json!(3)));
        assert_eq!(seen["examples"][0]["fields"], json!([{"field": "custom:階", "before": "", "after": "2"}]));
        house.admin("POST", &format!("{BULK}?kind=printer"), Some(&set)).await.expect(422);
        let mut told = set.clone();
        told["expected"] = json!(4);
        house.admin("POST", &format!("{BULK}?kind=printer"), Some(&told)).await.expect(409);
        told["expected"] = json!(3);
        house.admin("POST", &format!("{BULK}?kind=printer"), Some(&told)).await.expect(200);
        assert_eq!(names(&house, "q=%E6%9C%AC%E7%A4%BE2F").await, ["複合機A", "複合機B", "複合機C"]);
        assert_eq!(audited(&house, "asset.update").await.len(), 3);
        let again = house.admin("POST", &format!("{BULK}/preview?kind=printer"), Some(&set)).await.expect(200);
        assert_eq!(again["changing"], 0, "they are like that already");
        let chosen = json!({"ids": [a, c], "set": {"standing": "lent", "lease_until": "2027-03-31T00:00:00Z", "custom": {"階": null}}});
        house.admin("POST", BULK, Some(&chosen)).await.expect(200);
        let detail = house.admin("GET", &format!("{LEDGER}/{c}"), None).await.expect(200);
        assert_eq!((&detail["standing"], &detail["custom"]), (&json!("lent"), &json!({})));
        assert!(detail["lease_until"].as_str().unwrap().starts_with("2027-03-31"));
        let untouched = house.admin("GET", &format!("{LEDGER}/{b}"), None).await.expect(200);
        assert_eq!(untouched["standing"], "in_use");
        // An endpoint's asset keeps the endpoint's group.
        let groups = json!({"set": {"group": osaka}, "expected": 4});
        let moved = house.admin("POST", BULK, Some(&groups)).await.expect(200);
        assert_eq!((&moved["changing"], &moved["kept_in_group"]), (&json!(3), &json!(1)));
        assert_eq!(names(&house, &format!("group={osaka}")).await.len(), 3);
        house.admin("POST", BULK, Some(&json!({"set": {}, "expected": 4}))).await.expect(422);
        house.admin("POST", BULK, Some(&json!({"set": {"place": "x".repeat(201)}, "expected": 4}))).await.expect(422);
    });
}

#[test]
fn a11_somebody_with_a_limit_changes_only_what_they_see() {
    on_both(|house| async move {
        let [a, ..] = office(&house).await;
        let (osaka, tokyo) = (house.group("大阪").await, house.group("東京").await);
        let token = house.limited_to(Role::Operator, &osaka).await;
        add(&house, &token, "大阪の複合機", &json!({})).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let all = json!({"set": {"place": "倉庫"}, "expected": 1});
        let done = house.ask("POST", "/api/v1/assets/bulk", &headers, Some(&all)).await.expect(200);
        assert_eq!(done["changing"], 1);
        let foreign = json!({"ids": [a], "set": {"place": "倉庫"}});
        house.ask("POST", "/api/v1/assets/bulk", &headers, Some(&foreign)).await.expect(409);
        let away = json!({"set": {"group": tokyo}, "expected": 1});
        house.ask("POST", "/api/v1/assets/bulk", &headers, Some(&away)).await.expect(422);
        assert_eq!(names(&house, "q=%E5%80%89%E5%BA%AB").await, ["大阪の複合機"]);
        let numbers = house.ask("GET", "/api/v1/assets/statistics", &headers, None).await.expect(200);
        assert_eq!(numbers["total"], 1);
        let sheet = file(&house, &token, "/api/v1/assets/ledger.csv?columns=name").await;
        assert_eq!(String::from_utf8_lossy(&sheet.body), "\u{feff}機器名\r\n大阪の複合機\r\n");
        let none = file(&house, &token, &format!("/api/v1/assets/labels.pdf?ids={a}")).await;
        assert_eq!(none.status, 200, "no labels of what is not seen");
    });
}

#[test]
fn a04_the_filtered_ledger_is_a_file_that_spreadsheets_read_and_do_not_compute() {
    on_both(|house| async move {
        office(&house).await;
        let formula = json!({"inventory_number": "=1+1", "lease_until": "2027-03-30T15:00:00Z", "custom": {"階": "3"}});
        add(&house, &house.admin, "悪い名前", &formula).await;
        let query = "columns=name,inventory_number,lease,custom:%E9%9A%8E,standing&sort=-name";
        let sheet = file(&house, &house.admin, &format!("{LEDGER}.csv?{query}&kind=printer")).await;
        let text = String::from_utf8(sheet.body.to_vec()).unwrap();
        assert_eq!(text.lines().next().unwrap(), "\u{feff}機器名,管理番号,リース満了日,階,状態");
        assert_eq!(text.lines().count(), 4, "{text}");
        let all = file(&house, &house.admin, &format!("{LEDGER}.csv?{query}")).await;
        let text = String::from_utf8(all.body.to_vec()).unwrap();
        assert!(text.contains("悪い名前,'=1+1,2027-03-31,3,使用中\r\n"), "{text}");
        let book = file(&house, &house.admin, &format!("{LEDGER}.xlsx?{query}&language=en")).await;
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(book.body.to_vec())).unwrap();
        let range = book.worksheet_range("Ledger").unwrap();
        let rows: Vec<_> = range.rows().collect();
        assert_eq!((rows.len(), &rows[0][0]), (5, &Data::String("Name".to_owned())));
        let bad = rows.iter().find(|row| row[0] == Data::String("悪い名前".to_owned())).unwrap();
        assert_eq!((&bad[1], &bad[4]), (&Data::String("=1+1".to_owned()), &Data::String("In use".to_owned())));
        assert!(
            matches!(&bad[2], Data::DateTime(day) if (day.as_f64() - 46477.0).abs() < f64::EPSILON),
            "{:?}",
            bad[2]
        );
        assert_eq!(audited(&house, "assets.export").await.len(), 3);
    });
}

#[test]
fn a04_more_rows_than_are_sent_at_a_time_come_in_their_order() {
    on_both(|house| async move {
        let mut tx = house.server.context().db().write().await.unwrap();
        let (root,): (String,) =
            sqlx::query_as("SELECT id FROM endpoints_group WHERE parent_id IS NULL").fetch_one(tx.on()).await.unwrap();
        for n in 0..450 {
            sqlx::query(
                "INSERT INTO assets_asset (id, group_id, kind, name, vendor, model, serial, os_name, os_version, cpu,
                 memory_bytes, disk_bytes, fullest, ip, mac, sources, inventory_number, person, place, standing, price, note,
                 custom, first_at, seen_at, version)
                 VALUES ($1, $2, 'other', $3, '', '', '', '', '', '', 0, 0, 0, '', '', ',', '', '', '', 'in_use', '', '', '{}', 1, 1, 1)",
            )
            .bind(yagura_vocabulary::Id::<()>::new().to_string())
            .bind(&root)
            .bind(format!("N-{n:04}"))
            .execute(tx.on())
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let sheet = file(&house, &house.admin, &format!("{LEDGER}.csv?columns=name")).await;
        let text = String::from_utf8(sheet.body.to_vec()).unwrap();
        let wanted: Vec<_> = (0..450).map(|n| format!("N-{n:04}")).collect();
        assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), wanted);
    });
}

#[test]
fn a11_every_number_of_the_overview_is_exactly_those_rows_of_the_list() {
    on_both(|house| async move {
        office(&house).await;
        let machine = Machine::enrol(&house, "PC-001").await;
        machine.client.state(&crate::ledger::report("A1")).await.unwrap();
        let bought = json!({"bought_at": "2020-01-01T00:00:00Z", "warranty_until": "2021-01-01T00:00:00Z", "standing": "disposed"});
        add(&house, &house.admin, "古い複合機", &bought).await;
        let numbers = house.admin("GET", "/api/v1/assets/statistics", None).await.expect(200);
        assert_eq!(numbers["total"], 5);
        let mut asked = 0;
        let mut check = async |query: String, count: &Value| {
            let found = house.admin("GET", &format!("{LEDGER}?{query}"), None).await.expect(200);
            assert_eq!(&found["count"]["value"], count, "{query}");
            asked += 1;
        };
        for (part, name) in
            [("kinds", "kind"), ("standings", "standing"), ("sources", "source"), ("systems", "os_exact")]
        {
            for one in numbers[part].as_array().unwrap() {
                let word = one["word"].as_str().unwrap().replace(' ', "%20").replace('(', "%28").replace(')', "%29");
                check(format!("{name}={word}"), &one["count"]).await;
            }
        }
        for (part, name) in [("ages", "had"), ("lease", "lease"), ("warranty", "warranty")] {
            for one in numbers[part].as_array().unwrap() {
                let bound = |end: &str, name: String| one[end].as_str().map(|at| format!("{name}={at}"));
                let bounds = [bound("from", format!("{name}_from")), bound("before", format!("{name}_before"))];
                check(bounds.into_iter().flatten().collect::<Vec<_>>().join("&"), &one["count"]).await;
            }
        }
        for (part, name, from) in [
            ("memory", "memory", "memory_from"),
            ("disk", "disk", "disk_from"),
            ("fullest", "fullest", "disk_from=1&fullest"),
        ] {
            for one in numbers[part].as_array().unwrap() {
                let below = one["below"].as_i64().map(|below| format!("&{name}_below={below}")).unwrap_or_default();
                check(format!("{from}={}{below}", one["from"]), &one["count"]).await;
            }
        }
        assert!(asked > 60, "only {asked} numbers were looked at");
        let present = house.admin("GET", "/api/v1/assets/statistics?present=true", None).await.expect(200);
        assert_eq!(present["total"], 4);
    });
}
