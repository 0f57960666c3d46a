//! The ledger of assets: one row for each thing, its history and its alarms (A01, A02, A11).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yagura_channel::wire::state::{Report, Section};
use yagura_server_kit::Role;

use crate::{
    harness::{House, Reply, on_both},
    machine::Machine,
};

const LEDGER: &str = "/api/v1/assets/ledger";
const WATCH: &str = "/api/v1/assets/watch";

/// The inventory of a small machine of this serial number.
fn inventory(serial: &str) -> Value {
    json!({
        "collected_at": "2026-11-17T00:00:00.000000Z",
        "hardware": {"vendor": "LENOVO", "model": "ThinkPad X13", "serial": serial, "firmware": null,
            "uuid": format!("4c4c4544-0042-3510-8051-{:0>12}", serial.len() * 1000 + usize::from(serial.as_bytes()[0])),
            "cpu": {"model": "Ryzen 5", "cores": 6, "threads": 12}, "memory_bytes": 17_179_869_184_u64, "virtual_machine": null},
        "os": {"hostname": serial, "name": "Debian GNU/Linux", "version": "12 (bookworm)", "kernel": "6.1.0", "architecture": "x86_64",
            "installed_at": null, "boot_at": null, "time_zone": "Asia/Tokyo"},
        "network": [{"name": "eth0", "mac": format!("00:1b:21:00:00:{:02x}", serial.as_bytes()[0]), "ipv4": ["192.168.0.5"], "ipv6": [],
            "up": true, "speed_mbps": null}],
        "disks": [{"name": "sda", "model": "SSD", "serial": "D1", "size_bytes": 512_000_000_000_u64, "removable": false}],
        "volumes": [{"mount": "/", "filesystem": "ext4", "size_bytes": 1000, "free_bytes": 600, "encrypted": true}],
        "software": [package("bash", "5.2"), package("firefox-esr", "128.5")],
        "users": [{"name": "tanaka", "id": "1000"}],
    })
}

fn package(name: &str, version: &str) -> Value {
    json!({"name": name, "version": version, "publisher": "Debian", "source": "dpkg", "architecture": "amd64",
        "installed_at": null, "size_bytes": null})
}

/// What a small machine of this serial number tells.
pub(crate) fn report(serial: &str) -> Report {
    Report { sections: BTreeMap::from([("assets".to_owned(), Section::Full(inventory(serial)))]) }
}

async fn tell(machine: &Machine, inventory: &Value) {
    let sections = BTreeMap::from([("assets".to_owned(), Section::Full(inventory.clone()))]);
    machine.client.state(&Report { sections }).await.unwrap();
}

async fn items(house: &House, path: &str) -> Vec<Value> {
    house.admin("GET", path, None).await.expect(200)["items"].as_array().unwrap().clone()
}

/// The names of the assets that a question finds.
async fn names(house: &House, query: &str) -> Vec<String> {
    let found = items(house, &format!("{LEDGER}?{query}")).await;
    found.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// The changes of an asset as `part name: before -> after`, the newest first.
async fn history(house: &House, asset: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |c: &Value| {
        format!("{} {}: {} -> {}", text(&c["part"]), text(&c["name"]), text(&c["before"]), text(&c["after"]))
    };
    items(house, &format!("/api/v1/assets/changes?asset={asset}")).await.iter().map(line).collect()
}

async fn seen(house: &House, method: &str, path: &str, etag: &str, body: &Value) -> Reply {
    let bearer = format!("Bearer {}", house.admin);
    house.ask(method, path, &[("authorization", bearer.as_str()), ("if-match", etag)], Some(body)).await
}

#[test]
fn a01_what_an_endpoint_tells_stands_in_the_ledger_once() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        tell(&machine, &inventory("A1")).await;
        tell(&machine, &inventory("A1")).await;
        let page = house.admin("GET", LEDGER, None).await.expect(200);
        assert_eq!(page["count"], json!({"value": 1, "exact": true}));
        let asset = &page["items"][0];
        assert_eq!(asset["endpoint"], json!(machine.id));
        assert_eq!(
            (&asset["name"], &asset["model"], &asset["serial"], &asset["ip"], &asset["fullest"]),
            (&json!("A1"), &json!("ThinkPad X13"), &json!("A1"), &json!("192.168.0.5"), &json!(40))
        );
        assert_eq!(asset["sources"], json!(["agent"]));
        let detail = house.admin("GET", &format!("{LEDGER}/{}", machine.id), None).await.expect(200);
        assert_eq!((&detail["id"], &detail["sightings"][0]["leading"]), (&asset["id"], &json!(true)));
        assert_eq!(
            history(&house, &machine.id.to_string()).await,
            Vec::<String>::new(),
            "the first look changes nothing"
        );
    });
}

#[test]
fn a02_a_change_is_history_and_one_alarm_with_the_old_and_the_new_value() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        let mut now = inventory("A1");
        tell(&machine, &now).await;
        now["os"]["hostname"] = json!("A9");
        now["hardware"]["memory_bytes"] = json!(8_589_934_592_u64);
        now["software"] = json!([package("bash", "5.3"), package("zoom", "6.1")]);
        tell(&machine, &now).await;
        tell(&machine, &now).await;
        let mut found = history(&house, &machine.id.to_string()).await;
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "hostname : A1 -> A9",
                "memory : 16384 MiB -> 8192 MiB",
                "software bash: 5.2 -> 5.3",
                "software firefox-esr: 128.5 -> -",
                "software zoom: - -> 6.1",
            ]
        );
        let told = items(&house, "/api/v1/alarms?class=asset").await;
        let mut told: Vec<_> =
            told.iter().map(|a| (a["kind"].as_str().unwrap(), &a["times"], &a["detail"]["after"])).collect();
        told.sort_unstable_by_key(|(kind, ..)| *kind);
        assert_eq!(
            told,
            [("asset.hostname", &json!(1), &json!("A9")), ("asset.memory", &json!(1), &json!("8192 MiB"))],
            "packages are history, not alarms"
        );
    });
}

#[test]
fn a02_which_alarms_are_raised_is_chosen_and_written_down() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        let mut now = inventory("A1");
        tell(&machine, &now).await;
        let usual = house.admin("GET", WATCH, None).await.expect(200);
        let mut value = usual["value"].clone();
        value["changes"] = json!(["software"]);
        value["full_disk"]["percent"] = json!(30);
        let refused = seen(&house, "PUT", WATCH, usual["etag"].as_str().unwrap(), &value).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/full_disk/percent");
        value["full_disk"]["percent"] = json!(50);
        seen(&house, "PUT", WATCH, usual["etag"].as_str().unwrap(), &value).await.expect(200);
        seen(&house, "PUT", WATCH, usual["etag"].as_str().unwrap(), &value).await.expect(409);
        now["os"]["hostname"] = json!("A9");
        now["software"][0]["version"] = json!("5.3");
        now["volumes"][0]["free_bytes"] = json!(400);
        tell(&machine, &now).await;
        let kinds = || async {
            let told = items(&house, "/api/v1/alarms?class=asset&state=open").await;
            let mut kinds: Vec<_> = told.iter().map(|a| a["kind"].as_str().unwrap().to_owned()).collect();
            kinds.sort_unstable();
            kinds
        };
        yagura_alarms::look(house.server.context()).await.unwrap();
        assert_eq!(kinds().await, ["asset.full_disk", "asset.software"]);
        now["volumes"][0]["free_bytes"] = json!(900);
        tell(&machine, &now).await;
        yagura_alarms::look(house.server.context()).await.unwrap();
        assert_eq!(kinds().await, ["asset.software"], "there is room again");
        let audit = house.admin("GET", "/api/v1/audit?action=assets_watch.update", None).await.expect(200);
        assert_eq!(audit["count"]["value"], 1);
    });
}

#[test]
fn a02_a_program_that_nobody_had_is_told_once_for_the_organisation() {
    on_both(|house| async move {
        let (one, two) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        let (mut first, mut second) = (inventory("A1"), inventory("B1"));
        tell(&one, &first).await;
        tell(&two, &second).await;
        let usual = house.admin("GET", WATCH, None).await.expect(200);
        let mut value = usual["value"].clone();
        first["software"].as_array_mut().unwrap().push(package("learned", "1"));
        tell(&one, &first).await;
        value["new_software"]["learning_days"] = json!(0);
        seen(&house, "PUT", WATCH, "*", &value).await.expect(200);
        for name in ["learned", "zoom"] {
            second["software"].as_array_mut().unwrap().push(package(name, "1"));
        }
        tell(&two, &second).await;
        first["software"].as_array_mut().unwrap().push(package("zoom", "2"));
        tell(&one, &first).await;
        let told = items(&house, "/api/v1/alarms?kind=asset.new_software").await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((&told[0]["detail"]["subject"], &told[0]["times"]), (&json!("zoom"), &json!(1)));
        assert_eq!(told[0]["endpoint"]["hostname"], "PC-002");
    });
}

#[test]
fn a02_two_machines_with_one_address_in_one_network_are_told_while_it_lasts() {
    on_both(|house| async move {
        let (one, two) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        tell(&one, &inventory("A1")).await;
        tell(&two, &inventory("B1")).await;
        let ctx = house.server.context();
        let mut tx = ctx.db().write().await.unwrap();
        sqlx::query("UPDATE endpoints_endpoint SET ip = '127.0.0.1', last_seen = $1")
            .bind(ctx.now().micros())
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        yagura_alarms::look(ctx).await.unwrap();
        let told = items(&house, "/api/v1/alarms?kind=asset.address_twice&state=open").await;
        assert_eq!(told.len(), 2, "{told:?}");
        let mut other = inventory("B1");
        other["network"][0]["ipv4"] = json!(["192.168.0.6"]);
        tell(&two, &other).await;
        yagura_alarms::look(ctx).await.unwrap();
        assert_eq!(items(&house, "/api/v1/alarms?kind=asset.address_twice&state=open").await.len(), 0);
    });
}

#[test]
fn who_has_a_package_is_one_question() {
    on_both(|house| async move {
        let (one, two) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        tell(&one, &inventory("A1")).await;
        let mut other = inventory("B1");
        other["software"] = json!([package("Ｆｉｒｅｆｏｘ-ESR", "140.1"), package("bash", "5.2")]);
        tell(&two, &other).await;
        assert_eq!(names(&house, "package=firefox-esr").await, ["A1", "B1"], "however it is written");
        assert_eq!(names(&house, "package=firefox-esr&package_version=140.1").await, ["B1"]);
        assert_eq!(names(&house, "package=fire*").await, ["A1", "B1"]);
        assert_eq!(names(&house, "package=fire").await, Vec::<String>::new());
        let packages = items(&house, "/api/v1/assets/packages").await;
        let found: Vec<_> = packages.iter().map(|p| (p["name"].as_str().unwrap(), &p["machines"])).collect();
        assert_eq!(found, [("bash", &json!(2)), ("firefox-esr", &json!(1)), ("Ｆｉｒｅｆｏｘ-ESR", &json!(1))]);
        let first = house.admin("GET", "/api/v1/assets/packages?limit=2&q=", None).await.expect(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = items(&house, &format!("/api/v1/assets/packages?limit=2&cursor={cursor}")).await;
        assert_eq!(rest.len(), 1);
    });
}

#[test]
fn a11_what_people_know_of_an_asset_stays_whatever_its_sources_say() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        tell(&machine, &inventory("A1")).await;
        let path = format!("{LEDGER}/{}", machine.id);
        let before = house.admin("GET", &path, None).await.expect(200);
        let change = json!({"inventory_number": "資-0042", "person": "田中", "place": "本社3階", "standing": "lent",
            "lease_until": "2026-12-31T00:00:00.000000Z", "custom": {"部門コード": "K-12"}});
        let changed = seen(&house, "PATCH", &path, before["etag"].as_str().unwrap(), &change).await.expect(200);
        assert_eq!((&changed["place"], &changed["custom"]["部門コード"]), (&json!("本社3階"), &json!("K-12")));
        seen(&house, "PATCH", &path, before["etag"].as_str().unwrap(), &change).await.expect(409);
        tell(&machine, &inventory("A1")).await;
        assert_eq!(names(&house, "q=%E8%B3%87-0042&standing=lent").await, ["A1"]);
        let taken = seen(&house, "PATCH", &path, "*", &json!({"lease_until": null})).await.expect(200);
        assert_eq!((&taken["lease_until"], &taken["person"]), (&Value::Null, &json!("田中")));
        seen(&house, "PATCH", &path, "*", &json!({"standing": "gone"})).await.expect(422);
        seen(&house, "PATCH", &path, "*", &json!({"place": "x".repeat(201)})).await.expect(422);
        house.admin("GET", &format!("{LEDGER}?standing=gone"), None).await.expect(422);
        house.admin("GET", &format!("{LEDGER}?sort=colour"), None).await.expect(422);
    });
}

#[test]
fn one_machine_under_two_agents_is_one_row_and_can_be_taken_apart_and_laid_together_again() {
    on_both(|house| async move {
        let (old, new) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-001").await);
        tell(&old, &inventory("A1")).await;
        tell(&new, &inventory("A1")).await;
        let page = house.admin("GET", LEDGER, None).await.expect(200);
        assert_eq!(page["count"]["value"], 1, "enrolled anew, it is the same machine: {page}");
        assert_eq!(page["items"][0]["endpoint"], json!(new.id));
        let id = page["items"][0]["id"].as_str().unwrap().to_owned();
        let detail = house.admin("GET", &format!("{LEDGER}/{id}"), None).await.expect(200);
        let sightings = detail["sightings"].as_array().unwrap();
        let lesser = sightings.iter().find(|one| one["leading"] == false).unwrap();
        assert_eq!(sightings.len(), 2);
        let wrong = house.admin("POST", &format!("{LEDGER}/{id}/split"), Some(&json!({"sighting": "7"}))).await;
        assert_eq!(wrong.expect(422)["errors"][0]["pointer"], "/sighting");
        let apart =
            house.admin("POST", &format!("{LEDGER}/{id}/split"), Some(&json!({"sighting": lesser["id"]}))).await;
        let apart = apart.expect(200);
        assert_eq!(apart["endpoint"], json!(old.id));
        tell(&old, &inventory("A1")).await;
        assert_eq!(items(&house, LEDGER).await.len(), 2, "what was taken apart stays apart");
        let other = apart["id"].as_str().unwrap();
        let whole =
            house.admin("POST", &format!("{LEDGER}/{id}/merge"), Some(&json!({"other": other}))).await.expect(200);
        assert_eq!(whole["sightings"].as_array().unwrap().len(), 2);
        assert_eq!(items(&house, LEDGER).await.len(), 1);
        house.admin("POST", &format!("{LEDGER}/{id}/merge"), Some(&json!({"other": id}))).await.expect(422);
    });
}

#[test]
fn boards_with_one_uuid_and_two_serial_numbers_stay_two_machines_and_the_ledger_says_why() {
    on_both(|house| async move {
        let (one, two) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        let (first, mut second) = (inventory("A1"), inventory("B1"));
        second["hardware"]["uuid"] = first["hardware"]["uuid"].clone();
        tell(&one, &first).await;
        tell(&two, &second).await;
        assert_eq!(names(&house, "sort=-name").await, ["B1", "A1"]);
        for id in [one.id, two.id] {
            let detail = house.admin("GET", &format!("{LEDGER}/{id}"), None).await.expect(200);
            assert_eq!(detail["doubts"][0]["doubt"], "uuid_twice", "{detail}");
        }
    });
}

#[test]
fn an_asset_that_no_source_tells_of_is_added_by_hand_and_removed_again() {
    on_both(|house| async move {
        let printer = json!({"name": "複合機 3階", "vendor": "Ricoh", "serial": "R-1", "ip": "192.168.0.9", "written": {"kind": "printer"}});
        let made = house.admin("POST", LEDGER, Some(&printer)).await.expect(201);
        assert_eq!((&made["kind"], &made["sources"]), (&json!("printer"), &json!(["import"])));
        let again = house.admin("POST", LEDGER, Some(&printer)).await.expect(409);
        assert!(again["detail"].as_str().unwrap().contains("already"), "{again}");
        house.admin("POST", LEDGER, Some(&json!({"name": " "}))).await.expect(422);
        house.admin("POST", LEDGER, Some(&json!({"name": "x", "colour": "red"}))).await.expect(422);
        let path = format!("{LEDGER}/{}", made["id"].as_str().unwrap());
        house.admin("DELETE", &path, None).await.expect(204);
        house.admin("GET", &path, None).await.expect(404);
        let machine = Machine::enrol(&house, "PC-001").await;
        tell(&machine, &inventory("A1")).await;
        house.admin("DELETE", &format!("{LEDGER}/{}", machine.id), None).await.expect(409);
    });
}

#[test]
fn an_administrator_of_one_group_sees_its_assets_only() {
    on_both(|house| async move {
        let (one, two) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        tell(&one, &inventory("A1")).await;
        tell(&two, &inventory("B1")).await;
        let group = house.group("経理部").await;
        house.move_to(&one, &group).await;
        let token = house.limited_to(Role::Operator, &group).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let page = house.ask("GET", LEDGER, &headers, None).await.expect(200);
        assert_eq!((&page["count"]["value"], &page["items"][0]["name"]), (&json!(1), &json!("A1")));
        house.ask("GET", &format!("{LEDGER}/{}", two.id), &headers, None).await.expect(404);
        let packages = house.ask("GET", "/api/v1/assets/packages", &headers, None).await.expect(200);
        assert_eq!(packages["items"][0]["machines"], 1, "of its own machines only");
        assert_eq!(names(&house, &format!("group={group}")).await, ["A1"]);
        // What they add they see, and what is the whole organisation's they do not change.
        let printer = json!({"name": "複合機", "serial": "R-9", "written": {"kind": "printer"}});
        house.ask("POST", LEDGER, &headers, Some(&printer)).await.expect(201);
        assert_eq!(house.ask("GET", LEDGER, &headers, None).await.expect(200)["count"]["value"], 2);
        let watch = house.admin("GET", WATCH, None).await.expect(200);
        let seen = [("authorization", bearer.as_str()), ("if-match", watch["etag"].as_str().unwrap())];
        house.ask("PUT", WATCH, &seen, Some(&watch["value"])).await.expect(403);
    });
}

#[test]
fn an_inventory_that_cannot_be_read_leaves_the_last_good_one() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        tell(&machine, &inventory("A1")).await;
        tell(&machine, &json!({"hardware": 7})).await;
        assert_eq!(names(&house, "").await, ["A1"]);
        let mut without = inventory("A1");
        without["software"] = json!([]);
        tell(&machine, &without).await;
        assert_eq!(names(&house, "package=bash").await, ["A1"], "what could not be read this time is not gone");
        assert_eq!(history(&house, &machine.id.to_string()).await, Vec::<String>::new());
    });
}
