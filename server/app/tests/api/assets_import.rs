//! Lists of assets from files: the preview, the writing down, and what a second file of the same changes.

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};
use yagura_dial::Answer;
use yagura_server_kit::Role;

use crate::harness::{House, on_both};

const LIST: &str = "管理番号,機器名,種類,メーカー,シリアル番号,設置場所,リース満了日,階\n\
    P-001,2F 複合機,複合機,富士フイルム,FX12345,本社2F,令和9年3月31日,2\n\
    R-001,支店ルーター,ルーター,ヤマハ,S3X00012,大阪支店,2028/12/31,1\n\
    R-002,壊れた行,ルーター,,,,来年,\n";

async fn send(house: &House, token: &str, path: &str, body: &[u8]) -> Answer {
    let build = || {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        request.body(Bytes::copy_from_slice(body)).unwrap()
    };
    house.client.send(build).await.unwrap()
}

fn json_of(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

/// Imports a list and waits for its end.
async fn import(house: &House, list: &str) -> Value {
    let path = "/api/v1/assets/imports?name=%E5%8F%B0%E5%B8%B3.csv";
    let begun = json_of(&send(house, &house.admin, path, list.as_bytes()).await, 202);
    let path = format!("/api/v1/assets/imports/{}", begun["id"].as_str().unwrap());
    house
        .until("the import's end", || async { house.admin("GET", &path, None).await.body["state"] != "running" })
        .await;
    let ended = house.admin("GET", &path, None).await.expect(200);
    assert_eq!((&ended["state"], &ended["name"]), (&json!("done"), &json!("台帳.csv")));
    ended
}

async fn asset(house: &House, number: &str) -> Value {
    let listed = house.admin("GET", &format!("/api/v1/assets/ledger?q={number}"), None).await.expect(200);
    assert_eq!(listed["count"]["value"], 1, "{number}: {listed}");
    let id = listed["items"][0]["id"].as_str().unwrap();
    house.admin("GET", &format!("/api/v1/assets/ledger/{id}"), None).await.expect(200)
}

#[test]
fn a_preview_says_what_the_columns_are_and_what_is_wrong_and_changes_nothing() {
    on_both(|house| async move {
        let seen = json_of(&send(&house, &house.admin, "/api/v1/assets/imports/preview", LIST.as_bytes()).await, 200);
        let targets: Vec<_> =
            seen["columns"].as_array().unwrap().iter().map(|one| one["target"].as_str().unwrap()).collect();
        assert_eq!(targets, ["inventory_number", "name", "kind", "vendor", "serial", "place", "lease_until", "custom"]);
        assert_eq!(
            (&seen["format"], &seen["rows"], &seen["good"], &seen["faults"]),
            (&json!("csv_utf8"), &json!(3), &json!(2), &json!(1))
        );
        assert_eq!(seen["bad"], json!([{"line": 4, "column": "リース満了日", "code": "bad_date", "value": "来年"}]));
        assert_eq!(seen["first"][0][1], "2F 複合機");
        let path =
            "/api/v1/assets/imports/preview?mapping=inventory_number,name,kind,vendor,serial,place,ignore,ignore";
        assert_eq!(json_of(&send(&house, &house.admin, path, LIST.as_bytes()).await, 200)["good"], 3);
        for wrong in ["inventory_number,nothing", "name,name"] {
            let path = format!("/api/v1/assets/imports/preview?mapping={wrong}");
            json_of(&send(&house, &house.admin, &path, LIST.as_bytes()).await, 422);
        }
        let listed = house.admin("GET", "/api/v1/assets/ledger", None).await.expect(200);
        assert_eq!(listed["count"]["value"], 0);
    });
}

#[test]
fn a_second_list_updates_by_number_and_leaves_what_it_does_not_name() {
    on_both(|house| async move {
        let first = import(&house, LIST).await;
        assert_eq!((&first["created"], &first["updated"], &first["bad"]), (&json!(2), &json!(0), &json!(1)));
        let printer = asset(&house, "P-001").await;
        assert_eq!(
            (&printer["kind"], &printer["vendor"], &printer["place"]),
            (&json!("printer"), &json!("富士フイルム"), &json!("本社2F"))
        );
        assert_eq!(printer["lease_until"], "2027-03-30T15:00:00.000000Z");
        assert_eq!(printer["custom"], json!({"階": "2"}));

        let again = "資産番号,設置場所,色\nP-001,本社3F,白\n";
        let second = import(&house, again).await;
        assert_eq!((&second["created"], &second["updated"], &second["bad"]), (&json!(0), &json!(1), &json!(0)));
        let printer = asset(&house, "P-001").await;
        assert_eq!((&printer["place"], &printer["name"]), (&json!("本社3F"), &json!("2F 複合機")));
        assert_eq!(
            (&printer["vendor"], &printer["lease_until"]),
            (&json!("富士フイルム"), &json!("2027-03-30T15:00:00.000000Z"))
        );
        assert_eq!(printer["custom"], json!({"階": "2", "色": "白"}));
        assert_eq!(printer["kind"], "printer");
        assert_eq!(asset(&house, "R-001").await["place"], "大阪支店");
        import(&house, "管理番号,種類,機器名\nN-001,ノートPC,予備機\n").await;
        import(&house, "管理番号,設置場所\nN-001,倉庫\n").await;
        assert_eq!(asset(&house, "N-001").await["kind"], "computer");
        let audit = house.admin("GET", "/api/v1/audit?limit=50", None).await.expect(200).to_string();
        assert!(audit.contains("assets.import"), "{audit}");
    });
}

#[test]
fn one_machine_under_two_numbers_is_a_bad_row_and_the_sheet_of_bad_rows_has_no_formula() {
    on_both(|house| async move {
        import(&house, LIST).await;
        let list = "管理番号,機器名,メーカー,シリアル番号,状態\n\
            P-777,同じ複合機,富士フイルム,FX12345,使用中\n\
            P-778,別の物,,,=1+1\n\
            P-779,新しい物,,,在庫\n";
        let ended = import(&house, list).await;
        assert_eq!((&ended["created"], &ended["updated"], &ended["bad"]), (&json!(1), &json!(0), &json!(2)));
        let path = format!("/api/v1/assets/imports/{}/bad-rows", ended["id"].as_str().unwrap());
        let sheet = house.answer("GET", &path, None).await;
        let sheet = String::from_utf8(sheet.body.to_vec()).unwrap();
        assert_eq!(
            sheet,
            "\u{feff}line,column,reason,value\r\n2,,other_number,P-001\r\n3,状態,unknown_standing,'=1+1\r\n"
        );
        assert_eq!(asset(&house, "P-001").await["name"], "2F 複合機", "nothing of the bad row stays");
    });
}

#[test]
fn a_list_is_nothing_for_who_sees_only_some_groups_and_what_is_no_list_is_refused() {
    on_both(|house| async move {
        let group = house.group("支店").await;
        let limited = house.limited_to(Role::Operator, &group).await;
        json_of(&send(&house, &limited, "/api/v1/assets/imports/preview", LIST.as_bytes()).await, 403);
        json_of(&send(&house, &limited, "/api/v1/assets/imports", LIST.as_bytes()).await, 403);
        json_of(&send(&house, &house.admin, "/api/v1/assets/imports", b"").await, 422);
        let none = json_of(&send(&house, &house.admin, "/api/v1/assets/imports", "管理番号\n".as_bytes()).await, 422);
        assert_eq!(none["errors"][0]["code"], "no_rows");
        let large = vec![b'x'; (16 << 20) + 1];
        assert_eq!(send(&house, &house.admin, "/api/v1/assets/imports/preview", &large).await.status, 413);
    });
}
