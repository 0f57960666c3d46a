//! Products, their classes and licences, and whether they are used (A05, A06).

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};
use yagura_channel::wire::state::{Report, Section};
use yagura_dial::Answer;
use yagura_licences::server::look;
use yagura_server_kit::Role;
use yagura_vocabulary::{Clock as _, Event, SystemClock, Time};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

const PRODUCTS: &str = "/api/v1/licences/products";
const LICENCES: &str = "/api/v1/licences";

/// The inventory of a machine with these packages: `name version publisher source`, between semicolons.
fn inventory(serial: &str, software: &[&str]) -> Value {
    let package = |line: &&str| {
        let [name, version, publisher, source] = line.split(';').collect::<Vec<_>>().try_into().unwrap();
        json!({"name": name, "version": version, "publisher": publisher, "source": source, "architecture": "amd64",
            "installed_at": null, "size_bytes": null})
    };
    json!({
        "collected_at": "2026-11-17T00:00:00.000000Z",
        "hardware": {"vendor": "LENOVO", "model": "ThinkPad X13", "serial": serial, "firmware": null, "uuid": null,
            "cpu": {"model": "Ryzen 5", "cores": 6, "threads": 12}, "memory_bytes": 17_179_869_184_u64, "virtual_machine": null},
        "os": {"hostname": serial, "name": "Windows 11 Pro", "version": "26100", "kernel": "10.0.26100", "architecture": "x86_64",
            "installed_at": null, "boot_at": null, "time_zone": "Asia/Tokyo"},
        "network": [{"name": "eth0", "mac": format!("00:1b:21:00:00:{:02x}", serial.as_bytes()[0]), "ipv4": ["192.168.0.5"], "ipv6": [],
            "up": true, "speed_mbps": null}],
        "disks": [], "volumes": [], "users": [],
        "software": software.iter().map(package).collect::<Vec<_>>(),
    })
}

const OFFICE: &str = "Microsoft Office Standard 2019;16.0;Microsoft Corporation;registry";
const OFFICE_PLUS: &str = "Microsoft Office Professional Plus 2021 - ja-jp;16.0;Microsoft Corporation;registry";
const CHROME: &str = "Google Chrome;142.0;Google LLC;registry";
const OWN: &str = "社内見積システム Ver. 3.2.1 (x64);3.2.1;株式会社サンプル;registry";
const WRITER: &str = "libreoffice-writer;4:7.4.7;Debian;dpkg";
const CORE: &str = "libreoffice-core;4:7.4.7;Debian;dpkg";
const LIBRARY: &str = "libssl3;3.0.19;Debian;dpkg";

async fn tell(house: &House, machine: &Machine, serial: &str, software: &[&str]) {
    let sections = BTreeMap::from([("assets".to_owned(), Section::Full(inventory(serial, software)))]);
    machine.client.state(&Report { sections }).await.unwrap();
    look(house.server.context()).await.unwrap();
}

/// A machine with these packages.
async fn machine(house: &House, serial: &str, software: &[&str]) -> Machine {
    let machine = Machine::enrol(house, serial).await;
    tell(house, &machine, serial, software).await;
    machine
}

async fn items(house: &House, path: &str) -> Vec<Value> {
    house.admin("GET", path, None).await.expect(200)["items"].as_array().unwrap().clone()
}

/// Products as `vendor / name class machines`, by name.
async fn products(house: &House, query: &str) -> Vec<String> {
    let found = items(house, &format!("{PRODUCTS}?sort=name&{query}")).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |one: &Value| {
        format!("{} / {} {} {}", text(&one["vendor"]), text(&one["name"]), text(&one["class"]), one["machines"])
    };
    found.iter().map(line).collect()
}

async fn id_of(house: &House, name: &str) -> String {
    let found = items(house, &format!("{PRODUCTS}?limit=1000")).await;
    found.iter().find(|one| one["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn classify(house: &House, name: &str, class: &Value) {
    let body = json!({"products": [id_of(house, name).await], "class": class});
    house.admin("POST", &format!("{PRODUCTS}/classify"), Some(&body)).await.expect(204);
    look(house.server.context()).await.unwrap();
}

/// Buys licences of a product; the id of the purchase.
async fn buy(house: &House, name: &str, more: &Value) -> String {
    let mut body = json!({"product": id_of(house, name).await, "counted_by": "device"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = house.admin("POST", LICENCES, Some(&body)).await.expect(201);
    look(house.server.context()).await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// How a licence stands: `used/bought state`.
async fn stands(house: &House, id: &str) -> String {
    let one = house.admin("GET", &format!("{LICENCES}/{id}"), None).await.expect(200);
    format!("{}/{} {}", one["used"], one["bought"], one["state"].as_str().unwrap())
}

async fn alarms(house: &House) -> Vec<String> {
    yagura_alarms::look(house.server.context()).await.unwrap();
    let told = items(house, "/api/v1/alarms?class=asset&state=open").await;
    let mut lines: Vec<String> = told
        .iter()
        .filter(|one| !one["kind"].as_str().unwrap().starts_with("asset."))
        .map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["detail"]["subject"].as_str().unwrap()))
        .collect();
    lines.sort_unstable();
    lines
}

async fn send(house: &House, path: &str, body: &[u8]) -> Answer {
    let build = || {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", house.admin));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        request.body(Bytes::copy_from_slice(body)).unwrap()
    };
    house.client.send(build).await.unwrap()
}

fn json_of(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn a05_packages_become_products_that_are_counted_once_for_each_machine() {
    on_both(|house| async move {
        machine(&house, "A1", &[OFFICE, CHROME, OWN, WRITER, CORE, LIBRARY]).await;
        machine(&house, "B1", &[OFFICE_PLUS, CHROME, WRITER]).await;
        assert_eq!(
            products(&house, "without_system=true").await,
            [
                "Google / Chrome free 2",
                "The Document Foundation / LibreOffice free 2",
                "Microsoft / Office paid 2",
                "サンプル / 社内見積システム unclassified 1",
            ]
        );
        assert_eq!(products(&house, "class=system").await, [" / libssl3 system 1"]);
        assert_eq!(products(&house, "inbox=true").await, ["サンプル / 社内見積システム unclassified 1"]);
        assert_eq!(products(&house, "q=%EF%BC%AF%EF%BC%A6%EF%BC%A6%EF%BC%A9%EF%BC%A3%EF%BC%A5").await.len(), 2);
        let office = id_of(&house, "Office").await;
        let detail = house.admin("GET", &format!("{PRODUCTS}/{office}"), None).await.expect(200);
        let kept: Vec<_> =
            detail["packages"].as_array().unwrap().iter().map(|one| (&one["edition"], &one["version"])).collect();
        assert_eq!(kept, [(&json!("Professional Plus"), &json!("2021")), (&json!("Standard"), &json!("2019"))]);
        let has = items(&house, &format!("{PRODUCTS}/{office}/machines")).await;
        let has: Vec<_> = has.iter().map(|one| (&one["name"], &one["edition"], &one["used"])).collect();
        assert_eq!(
            has,
            [
                (&json!("A1"), &json!("Standard"), &json!("unknown")),
                (&json!("B1"), &json!("Professional Plus"), &json!("unknown"))
            ]
        );
    });
}

#[test]
fn a05_what_a_machine_loses_or_a_machine_that_is_put_into_stock_is_not_counted() {
    on_both(|house| async move {
        let one = machine(&house, "A1", &[CHROME, OWN]).await;
        machine(&house, "B1", &[CHROME]).await;
        assert_eq!(products(&house, "q=chrome").await, ["Google / Chrome free 2"]);
        tell(&house, &one, "A1", &[OWN]).await;
        assert_eq!(products(&house, "q=chrome").await, ["Google / Chrome free 1"]);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let path = format!("/api/v1/assets/ledger/{}", one.id);
        house.ask("PATCH", &path, &headers, Some(&json!({"standing": "disposed"}))).await.expect(200);
        look(house.server.context()).await.unwrap();
        assert_eq!(products(&house, "").await, ["Google / Chrome free 1"]);
    });
}

#[test]
fn a05_the_inbox_empties_and_what_was_set_aside_comes_back_with_the_next_machine() {
    on_both(|house| async move {
        machine(&house, "A1", &["Foo;1;Foo;registry", "Bar;1;Bar;registry", "Baz;1;Baz;registry"]).await;
        classify(&house, "Foo", &json!("free")).await;
        classify(&house, "Bar", &json!("paid")).await;
        let aside = json!({"products": [id_of(&house, "Baz").await]});
        house.admin("POST", &format!("{PRODUCTS}/set-aside"), Some(&aside)).await.expect(204);
        assert_eq!(products(&house, "inbox=true").await, Vec::<String>::new());
        machine(&house, "B1", &["Baz;2;Baz;registry", "Foo;2;Foo;registry"]).await;
        assert_eq!(products(&house, "inbox=true").await, ["Baz / Baz unclassified 2"]);
        classify(&house, "Foo", &Value::Null).await;
        assert_eq!(products(&house, "inbox=true").await.len(), 2, "a decision can be taken back");
        let unknown = json!({"products": ["5"], "class": "free"});
        house.admin("POST", &format!("{PRODUCTS}/classify"), Some(&unknown)).await.expect(422);
        let audit = house.admin("GET", "/api/v1/audit?action=software.classify", None).await.expect(200);
        assert_eq!(audit["count"]["value"], 3);
    });
}

#[test]
fn a05_a_dictionary_is_stronger_than_the_rules_and_weaker_than_a_person() {
    on_both(|house| async move {
        machine(&house, "A1", &[CHROME, OWN, "秀丸エディタ;9.46;有限会社サイトー企画;registry"]).await;
        let list = "製品,メーカー,分類,備考,プログラム\r\n社内見積*,,無償,内製,*/mitsumori.exe\r\nChrome,Google,禁止,,\r\nなぞ,,たぶん,,\r\n,,無償,,\r\n";
        let seen = json_of(&send(&house, "/api/v1/licences/dictionary/preview", list.as_bytes()).await, 200);
        assert_eq!((&seen["created"], &seen["updated"], &seen["faults"]), (&json!(2), &json!(0), &json!(2)));
        let bad: Vec<_> = seen["bad"].as_array().unwrap().iter().map(|one| (&one["line"], &one["code"])).collect();
        assert_eq!(bad, [(&json!(4), &json!("unknown_class")), (&json!(5), &json!("required"))]);
        assert_eq!(products(&house, "class=not_permitted").await, Vec::<String>::new(), "a preview changes nothing");
        json_of(&send(&house, "/api/v1/licences/dictionary", list.as_bytes()).await, 200);
        look(house.server.context()).await.unwrap();
        assert_eq!(products(&house, "class=not_permitted").await, ["Google / Chrome not_permitted 1"]);
        assert_eq!(products(&house, "inbox=true").await, Vec::<String>::new());
        classify(&house, "Chrome", &json!("free")).await;
        assert_eq!(products(&house, "q=chrome").await, ["Google / Chrome free 1"]);

        let export = house.answer("GET", "/api/v1/licences/dictionary/export", None).await;
        let again = json_of(&send(&house, "/api/v1/licences/dictionary/preview", &export.body).await, 200);
        assert_eq!((&again["same"], &again["created"], &again["faults"]), (&json!(2), &json!(0), &json!(0)));
        // 製品,分類 / Chrome,有償 in CP932, as Japanese spreadsheets write it.
        let cp932 = b"\x90\xbb\x95i,\x95\xaa\x97\xde\r\nChrome,\x97L\x8f\x9e\r\n";
        let only = json_of(&send(&house, "/api/v1/licences/dictionary?replace=true", cp932).await, 200);
        assert_eq!((&only["created"], &only["removed"]), (&json!(1), &json!(2)));
        look(house.server.context()).await.unwrap();
        classify(&house, "Chrome", &Value::Null).await;
        assert_eq!(products(&house, "q=chrome").await, ["Google / Chrome paid 1"]);
        assert_eq!(products(&house, "inbox=true").await.len(), 1);
        json_of(&send(&house, "/api/v1/licences/dictionary", b"a,b\n1,2\n").await, 422);
    });
}

#[test]
fn a05_purchases_add_up_and_more_use_than_was_bought_is_an_alarm_until_there_is_enough() {
    on_both(|house| async move {
        for serial in ["A1", "B1", "C1"] {
            machine(&house, serial, &[OFFICE, CORE]).await;
        }
        machine(&house, "D1", &[OFFICE_PLUS]).await;
        let standard = buy(&house, "Office", &json!({"edition": "Standard", "version_to": "2019", "amount": 2})).await;
        assert_eq!(stands(&house, &standard).await, "3/2 over");
        assert_eq!(alarms(&house).await, ["licence.over_used Office"]);
        let more = buy(&house, "Office", &json!({"edition": "standard", "version_to": "2019", "amount": 2})).await;
        assert_eq!(
            (stands(&house, &standard).await, stands(&house, &more).await),
            ("3/4 enough".to_owned(), "3/4 enough".to_owned())
        );
        let any = buy(&house, "Office", &json!({"amount": 1, "until_at": "2026-01-01T00:00:00Z"})).await;
        assert_eq!(stands(&house, &any).await, "1/0 ended");
        let site = buy(&house, "LibreOffice", &json!({"counted_by": "site"})).await;
        assert_eq!(stands(&house, &site).await, "3/0 enough");
        let soon = house.server.context().now().micros() + 10 * 86_400_000_000;
        let soon = Time::from_micros(soon);
        let ending = buy(&house, "LibreOffice", &json!({"amount": 9, "version_from": "9", "until_at": soon})).await;
        assert_eq!(stands(&house, &ending).await, "0/9 ending");
        assert_eq!(alarms(&house).await, ["licence.ending LibreOffice", "licence.over_used Office"]);
        house.admin("DELETE", &format!("{LICENCES}/{any}"), None).await.expect(204);
        look(house.server.context()).await.unwrap();
        assert_eq!(alarms(&house).await, ["licence.ending LibreOffice"]);
        let listed = items(&house, &format!("{LICENCES}?state=ending")).await;
        assert_eq!(listed.len(), 1);
        for (wrong, pointer) in [
            (json!({"counted_by": "head"}), "/counted_by"),
            (json!({"version_from": "newest"}), "/version_from"),
            (json!({"product": "5"}), "/product"),
        ] {
            let mut body = json!({"product": id_of(&house, "Office").await, "counted_by": "device"});
            body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            let refused = house.admin("POST", LICENCES, Some(&body)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer);
        }
    });
}

#[test]
fn a05_a_purchase_that_somebody_else_changed_is_not_written_over() {
    on_both(|house| async move {
        machine(&house, "A1", &[OFFICE]).await;
        let id = buy(&house, "Office", &json!({"amount": 2})).await;
        let path = format!("{LICENCES}/{id}");
        let seen = house.admin("GET", &path, None).await.expect(200);
        let body = json!({"product": seen["product"], "counted_by": "user", "amount": 5, "contract": "C-1"});
        let bearer = format!("Bearer {}", house.admin);
        let etag = seen["etag"].as_str().unwrap();
        let headers = [("authorization", bearer.as_str()), ("if-match", etag)];
        let now = house.ask("PUT", &path, &headers, Some(&body)).await.expect(200);
        assert_eq!((&now["amount"], &now["contract"]), (&json!(5), &json!("C-1")));
        house.ask("PUT", &path, &headers, Some(&body)).await.expect(409);
        house.admin("DELETE", &path, None).await.expect(204);
        house.admin("GET", &path, None).await.expect(404);
    });
}

#[test]
fn a05_a_product_that_nobody_may_have_is_an_alarm_on_each_machine_while_it_is_there() {
    on_both(|house| async move {
        let one = machine(&house, "A1", &[CHROME, "qbittorrent;5.0;qBittorrent project;registry"]).await;
        assert_eq!(alarms(&house).await, Vec::<String>::new());
        classify(&house, "BitTorrent clients", &json!("not_permitted")).await;
        machine(&house, "B1", &["µTorrent;3.6;BitTorrent Inc.;registry"]).await;
        let told = ["software.not_permitted BitTorrent clients"; 2];
        assert_eq!(alarms(&house).await, told);
        tell(&house, &one, "A1", &[CHROME]).await;
        assert_eq!(alarms(&house).await, told[..1]);
        let usual = house.admin("GET", "/api/v1/licences/watch", None).await.expect(200);
        let mut value = usual["value"].clone();
        value["not_permitted"] = json!(false);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", usual["etag"].as_str().unwrap())];
        house.ask("PUT", "/api/v1/licences/watch", &headers, Some(&value)).await.expect(200);
        assert_eq!(alarms(&house).await, Vec::<String>::new());
        value["ending_days"] = json!(0);
        house
            .ask(
                "PUT",
                "/api/v1/licences/watch",
                &[("authorization", bearer.as_str()), ("if-match", "*")],
                Some(&value),
            )
            .await
            .expect(422);
    });
}

#[test]
fn a05_somebody_with_a_limit_counts_what_they_may_see_and_changes_nothing() {
    on_both(|house| async move {
        let group = house.group("大阪").await;
        let own = machine(&house, "A1", &[OFFICE, OWN]).await;
        machine(&house, "B1", &[OFFICE, CHROME]).await;
        house.move_to(&own, &group).await;
        look(house.server.context()).await.unwrap();
        let licence = buy(&house, "Office", &json!({"amount": 1})).await;
        let office = id_of(&house, "Office").await;
        let chrome = id_of(&house, "Chrome").await;
        let token = house.limited_to(Role::Operator, &group).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let seen = house.ask("GET", &format!("{PRODUCTS}?sort=name"), &headers, None).await.expect(200);
        let seen: Vec<_> = seen["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["name"], &one["machines"], &one["visible_only"], &one["licences"]))
            .collect();
        assert_eq!(
            seen,
            [
                (&json!("Office"), &json!(1), &json!(true), &json!("enough")),
                (&json!("社内見積システム"), &json!(1), &json!(true), &json!("none")),
            ]
        );
        let one = house.ask("GET", &format!("{LICENCES}/{licence}"), &headers, None).await.expect(200);
        assert_eq!((&one["used"], &one["bought"], &one["state"]), (&json!(1), &json!(1), &json!("")));
        let has = house.ask("GET", &format!("{PRODUCTS}/{office}/machines"), &headers, None).await.expect(200);
        assert_eq!((&has["count"]["value"], &has["items"][0]["name"]), (&json!(1), &json!("A1")));
        house.ask("GET", &format!("{PRODUCTS}/{chrome}"), &headers, None).await.expect(404);
        let body = json!({"products": [office], "class": "free"});
        house.ask("POST", &format!("{PRODUCTS}/classify"), &headers, Some(&body)).await.expect(403);
        house
            .ask("POST", &format!("{PRODUCTS}/set-aside"), &headers, Some(&json!({"products": [office]})))
            .await
            .expect(403);
        house.ask("DELETE", &format!("{LICENCES}/{licence}"), &headers, None).await.expect(403);
        assert_eq!(stands(&house, &licence).await, "2/1 over");
    });
}

/// A program that ran so many days ago.
fn ran(days: i64, image: &str) -> Event {
    let at = SystemClock.now().micros() - days * 86_400_000_000;
    let mut event = Event::new(Time::from_micros(at), "operation_log", "process.start");
    event.image = Some(image.to_owned());
    event
}

/// As if everything had been there for 200 days.
async fn age(house: &House) {
    let ctx = house.server.context();
    let long_ago = ctx.now().micros() - 200 * 86_400_000_000;
    let mut tx = ctx.db().write().await.unwrap();
    for sql in [
        "UPDATE assets_asset SET first_at = $1",
        "UPDATE assets_package SET first_at = $1",
        "UPDATE licences_have SET since_at = $1",
    ] {
        sqlx::query(sql).bind(long_ago).execute(tx.on()).await.unwrap();
    }
    sqlx::query("UPDATE licences_product SET stale = stale + 1").execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    look(ctx).await.unwrap();
}

#[test]
fn a06_a_product_that_was_not_started_for_ninety_days_can_be_taken_back_and_nothing_is_said_where_nobody_looked() {
    on_both(|house| async move {
        let count = |sql: &'static str| {
            let house = &house;
            async move {
                let (count,): (i64,) = sqlx::query_as(sql).fetch_one(house.server.context().db().read()).await.unwrap();
                count
            }
        };
        house.until("events are followed", || async { count("SELECT position FROM licences_feed").await >= 0 }).await;
        let mut used = machine(&house, "A1", &[CHROME, OWN]).await;
        let mut idle = machine(&house, "B1", &[CHROME, OWN]).await;
        let mut newly = machine(&house, "C1", &[CHROME]).await;
        machine(&house, "D1", &[CHROME]).await;
        let licence = buy(&house, "Chrome", &json!({"amount": 9})).await;
        let chrome = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe";
        for (machine, events) in [
            (&mut used, vec![ran(120, chrome), ran(3, chrome)]),
            (&mut idle, vec![ran(120, chrome), ran(1, "C:\\Windows\\explorer.exe")]),
            (&mut newly, vec![ran(10, "C:\\Windows\\explorer.exe")]),
        ] {
            for event in &events {
                machine.tells(event);
            }
            machine.send().await.unwrap();
        }
        house
            .until("what ran is written down", || async {
                count("SELECT COUNT(*) FROM licences_heard").await == 3
                    && count("SELECT CAST(COALESCE(SUM(days), 0) AS BIGINT) FROM licences_use").await == 3
            })
            .await;
        age(&house).await;
        let product = id_of(&house, "Chrome").await;
        let has = items(&house, &format!("{PRODUCTS}/{product}/machines")).await;
        let has: Vec<_> =
            has.iter().map(|one| (one["name"].as_str().unwrap(), one["used"].as_str().unwrap())).collect();
        assert_eq!(has, [("A1", "lately"), ("B1", "not"), ("C1", "unknown"), ("D1", "unknown")]);
        let one = house.admin("GET", &format!("{LICENCES}/{licence}"), None).await.expect(200);
        assert_eq!((&one["used"], &one["unused"], &one["unknown"]), (&json!(4), &json!(1), &json!(2)));
        let not = house.admin("GET", &format!("{PRODUCTS}/{product}/machines?used=not"), None).await.expect(200);
        assert_eq!((&not["count"]["value"], &not["items"][0]["name"]), (&json!(1), &json!("B1")));
        let own = id_of(&house, "社内見積システム").await;
        let detail = house.admin("GET", &format!("{PRODUCTS}/{own}"), None).await.expect(200);
        assert_eq!(detail["followed"], false, "nobody said which programs it has");
        let has = items(&house, &format!("{PRODUCTS}/{own}/machines")).await;
        assert!(has.iter().all(|one| one["used"] == "unknown"), "{has:?}");
    });
}
