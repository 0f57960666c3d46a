//! Who suffers from what: the board, its lists, exceptions, remedies (R05, R06, R07).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yagura_channel::wire::state::{Report, Section};
use yagura_server_kit::Role;
use yagura_vocabulary::Time;
use yagura_vulnerabilities::server::{judge, look};

use crate::{
    harness::{House, Reply, on_both},
    machine::Machine,
};

const BASE: &str = "/api/v1/vulnerabilities";

/// A machine's inventory: packages as `name version`, and the security updates that wait as `name installed available`.
fn inventory(name: &str, system: (&str, &str), packages: &[&str], waiting: Option<&[&str]>) -> Value {
    let package = |line: &&str| {
        let (name, version) = line.split_once(' ').unwrap();
        json!({"name": name, "version": version, "publisher": "Debian", "source": "dpkg", "architecture": "amd64",
            "installed_at": null, "size_bytes": null})
    };
    let update = |line: &&str| {
        let [name, installed, available] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        json!({"name": name, "installed": installed, "available": available, "security": true})
    };
    let updates = waiting.map(|waiting| {
        json!({"source": "apt", "count": waiting.len() + 2, "security": waiting.len(),
            "packages": waiting.iter().map(update).collect::<Vec<_>>()})
    });
    let mut value = json!({
        "collected_at": "2026-11-17T00:00:00.000000Z",
        "hardware": {"vendor": "LENOVO", "model": "ThinkPad X13", "serial": name, "firmware": null, "uuid": null,
            "cpu": {"model": "Ryzen 5", "cores": 6, "threads": 12}, "memory_bytes": 17_179_869_184_u64, "virtual_machine": null},
        "os": {"hostname": name, "name": system.0, "version": system.1, "kernel": "6.1.0", "architecture": "x86_64",
            "installed_at": null, "boot_at": null, "time_zone": "Asia/Tokyo"},
        "network": [], "disks": [], "volumes": [], "users": [],
        "software": packages.iter().map(package).collect::<Vec<_>>(),
    });
    if let Some(updates) = updates {
        value["updates"] = updates;
    }
    value
}

const DEBIAN: (&str, &str) = ("Debian GNU/Linux", "12 (bookworm)");
const OLD: (&str, &str) = ("Debian GNU/Linux", "10 (buster)");

pub(crate) async fn tell(house: &House, machine: &Machine, value: Value) {
    let sections = BTreeMap::from([("assets".to_owned(), Section::Full(value))]);
    machine.client.state(&Report { sections }).await.unwrap();
    // The packages are judged before a test says what is claimed of them: afterwards nothing is due, and nothing takes it back.
    judge(house.server.context()).await.unwrap();
    look(house.server.context()).await.unwrap();
}

async fn machine(house: &House, name: &str, packages: &[&str], waiting: Option<&[&str]>) -> Machine {
    let machine = Machine::enrol(house, name).await;
    tell(house, &machine, inventory(name, DEBIAN, packages, waiting)).await;
    machine
}

/// What a feed told of a weakness: severity 0 to 4, and whether it is exploited.
async fn weakness(house: &House, id: &str, severity: i64, exploited: bool) {
    let ctx = house.server.context();
    let mut tx = ctx.db().write().await.unwrap();
    sqlx::query(
        "INSERT INTO vulnerabilities_weakness (id, title_ja, title_en, summary_ja, summary_en, severity, score, vector, cwe, refs,
         rejected, replaced_by, exploited_at, ransomware, told, changed_at)
         VALUES ($1, '', $2, '', 'It is weak.', $3, $4, '', '[\"CWE-787\"]', '[\"https://example.test\"]', 0, '', $5, 0, '{}', $6)",
    )
    .bind(id)
    .bind(format!("Weakness {id}"))
    .bind(severity)
    .bind(f64::from(i32::try_from(severity).unwrap()) * 2.3)
    .bind(exploited.then(|| ctx.now().micros()))
    .bind(ctx.now().micros())
    .execute(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// A feed's claim of all packages of this name and version on Debian 12.
async fn claim(house: &House, package: &str, subject: &str, weakness: &str, standing: &str) {
    let ctx = house.server.context();
    let (name, version) = package.split_once(' ').unwrap();
    let (number,): (i64,) = sqlx::query_as("SELECT number FROM assets_package WHERE name = $1 AND version = $2")
        .bind(name)
        .bind(version)
        .fetch_one(ctx.db().read())
        .await
        .unwrap();
    let (next,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(number), 0) + 1 FROM vulnerabilities_claim")
        .fetch_one(ctx.db().read())
        .await
        .unwrap();
    let mut tx = ctx.db().write().await.unwrap();
    sqlx::query(
        "INSERT INTO vulnerabilities_claim (number, package, release, weakness, subject, part, standing, installed, fixed, advisory, feed,
         evidence, appeared_at, changed_at) VALUES ($1, $2, 'debian:12', $3, $4, 'patches', $5, $6, $7, 'DSA-1-1', 'debian', 'vendor', $8, $8)",
    )
    .bind(next)
    .bind(number)
    .bind(weakness)
    .bind(subject)
    .bind(standing)
    .bind(version)
    .bind(if standing == "open" { "9.9-1+deb12u1" } else { "" })
    .bind(ctx.now().micros())
    .execute(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    look(ctx).await.unwrap();
}

/// The feed takes back what it claimed.
async fn take_back(house: &House, weakness: &str) {
    let ctx = house.server.context();
    let mut tx = ctx.db().write().await.unwrap();
    sqlx::query("UPDATE vulnerabilities_claim SET gone_at = $1, changed_at = $1 WHERE weakness = $2")
        .bind(ctx.now().micros())
        .bind(weakness)
        .execute(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    look(ctx).await.unwrap();
}

pub(crate) async fn get(house: &House, path: &str) -> Value {
    house.admin("GET", &format!("{BASE}/{path}"), None).await.expect(200)
}

/// `machines current behind unknown`.
async fn stands(house: &House) -> String {
    let board = get(house, "board").await;
    format!("{} {} {} {}", board["machines"], board["current"], board["behind"], board["unknown"])
}

/// What a list names, with how many there are.
async fn names(house: &House, path: &str, key: &str) -> (u64, Vec<String>) {
    let page = get(house, path).await;
    let items = page["items"].as_array().unwrap();
    let name = |one: &Value| one[key].as_str().unwrap_or_default().to_owned();
    (page["count"]["value"].as_u64().unwrap(), items.iter().map(name).collect())
}

fn some(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn a_claim_makes_machines_red_and_each_count_leads_to_its_rows() {
    on_both(|house| async move {
        let _red = machine(&house, "pc-1", &["openssl 3.0.11-1", "libssl3 3.0.11-1"], Some(&[])).await;
        let _green = machine(&house, "pc-2", &["openssl 3.0.17-1"], Some(&[])).await;
        let _silent = Machine::enrol(&house, "pc-3").await;
        assert_eq!(stands(&house).await, "2 2 0 0", "a machine that never told is in no ledger");
        weakness(&house, "CVE-2026-1", 4, true).await;
        claim(&house, "openssl 3.0.11-1", "openssl", "CVE-2026-1", "open").await;
        claim(&house, "libssl3 3.0.11-1", "openssl", "CVE-2026-1", "open").await;
        assert_eq!(stands(&house).await, "2 1 1 0");
        let board = get(&house, "board").await;
        assert_eq!(
            board["emergency"],
            json!({"machines": 1, "findings": 1, "weaknesses": 1}),
            "two packages, one finding"
        );
        assert_eq!(board["groups"][0]["cells"][1]["worst"], "critical");
        for query in [
            "part=patches",
            "severity=critical",
            "emergency=true",
            "q=OPENSSL",
            "weakness=CVE-2026-1",
            "evidence=vendor",
        ] {
            assert_eq!(names(&house, &format!("machines?{query}"), "name").await, (1, some(&["pc-1"])), "{query}");
            assert_eq!(
                names(&house, &format!("weaknesses?{query}"), "id").await,
                (1, some(&["CVE-2026-1"])),
                "{query}"
            );
        }
        for query in ["part=remote", "severity=low,medium", "overdue=true", "evidence=guess", "standing=no_fix"] {
            assert_eq!(names(&house, &format!("machines?{query}"), "name").await.0, 0, "{query}");
        }
        assert_eq!(names(&house, "machines?state=current", "name").await.1, ["pc-2"]);
        house.admin("GET", &format!("{BASE}/machines?severity=awful"), None).await.expect(422);
        house.admin("GET", &format!("{BASE}/weaknesses?sort=colour"), None).await.expect(422);
        let found = get(&house, "weaknesses/CVE-2026-1").await;
        assert_eq!(found["cwe"], "CWE-787");
        assert_eq!((&found["machines"], &found["subjects"][0]["fixed"]), (&json!(1), &json!("9.9-1+deb12u1")));
        house.admin("GET", &format!("{BASE}/weaknesses/CVE-2026-99"), None).await.expect(404);
    });
}

#[test]
fn a_finding_explains_itself_and_history_says_when_it_came_and_went() {
    on_both(|house| async move {
        let pc = machine(
            &house,
            "pc-1",
            &["openssl 3.0.11-1", "vim 9.0-1"],
            Some(&["openssl 3.0.11-1 9.9-1+deb12u1", "curl 7-1 7-2"]),
        )
        .await;
        weakness(&house, "CVE-2026-1", 3, false).await;
        weakness(&house, "CVE-2026-2", 2, false).await;
        claim(&house, "openssl 3.0.11-1", "openssl", "CVE-2026-1", "open").await;
        claim(&house, "vim 9.0-1", "vim", "CVE-2026-2", "no_fix").await;
        let found = get(&house, &format!("machines/{}", pc.id)).await;
        let finding = |at: usize, key: &str| found["findings"][at][key].clone();
        assert_eq!(finding(0, "evidence"), json!(["updater", "vendor"]), "the updater and the feed say the same");
        assert_eq!(finding(0, "packages"), json!([{"name": "openssl", "installed": "3.0.11-1"}]));
        assert_eq!(finding(0, "advisory"), "DSA-1-1");
        assert_eq!(finding(0, "what_to_do"), "update_package");
        assert_eq!(
            (finding(1, "subject"), finding(1, "weakness"), finding(1, "fixed")),
            (json!("curl"), Value::Null, json!("7-2"))
        );
        assert_eq!(finding(1, "feed"), "apt");
        assert_eq!((finding(2, "weakness"), finding(2, "what_to_do")), (json!("CVE-2026-2"), json!("wait")));
        assert_eq!(
            found["counts"],
            json!({"critical": 0, "high": 1, "medium": 0, "low": 0, "unknown": 1}),
            "what nobody can mend is not red"
        );
        let flat = get(&house, "findings").await;
        assert_eq!(flat["items"].as_array().unwrap().len(), 2);
        assert_eq!(flat["items"][0]["endpoint"], "pc-1");
        // It is updated.
        tell(&house, &pc, inventory("pc-1", DEBIAN, &["openssl 9.9-1+deb12u1", "vim 9.0-1"], Some(&[]))).await;
        assert_eq!(stands(&house).await, "1 1 0 0");
        let found = get(&house, &format!("machines/{}", pc.id)).await;
        let gone = found["history"][0]["gone"].as_array().unwrap();
        assert_eq!(gone.len(), 2);
        let board = get(&house, "board").await;
        assert_eq!((&board["fixed_this_week"], &board["no_fix"]), (&json!(2), &json!(1)));
    });
}

#[test]
fn a_claim_that_a_feed_takes_back_goes_and_a_server_that_starts_anew_counts_the_same() {
    on_both(|house| async move {
        let _pc = machine(&house, "pc-1", &["openssl 3.0.11-1"], None).await;
        for (id, severity) in [("CVE-2026-1", 4), ("CVE-2026-2", 1)] {
            weakness(&house, id, severity, false).await;
            claim(&house, "openssl 3.0.11-1", "openssl", id, "open").await;
        }
        take_back(&house, "CVE-2026-1").await;
        assert_eq!(names(&house, "weaknesses", "id").await, (1, some(&["CVE-2026-2"])));
        if house.database.starts_with("sqlite:") {
            // There is never another server.
            return;
        }
        let beside = house.beside().await;
        assert_eq!(names(&beside, "weaknesses", "id").await, (1, some(&["CVE-2026-2"])));
        let looked = look(beside.server.context()).await.unwrap();
        assert_eq!((looked.read, looked.changed), (0, 0), "what is kept is not read again");
        assert_eq!(names(&beside, "weaknesses", "id").await, (1, some(&["CVE-2026-2"])));
        beside.close().await;
    });
}

#[test]
fn an_exception_is_previewed_counted_apart_and_ended() {
    on_both(|house| async move {
        let pc = machine(&house, "pc-1", &["openssl 3.0.11-1"], None).await;
        let other = machine(&house, "pc-2", &["openssl 3.0.11-1"], None).await;
        let (sales, works) = (house.group("営業部").await, house.group("工場").await);
        house.move_to(&pc, &sales).await;
        house.move_to(&other, &works).await;
        weakness(&house, "CVE-2026-1", 4, false).await;
        claim(&house, "openssl 3.0.11-1", "openssl", "CVE-2026-1", "open").await;
        let body = |scope: Value, until: &str| json!({"weakness": "CVE-2026-1", "subject": null, "scope": scope, "reason": "inside only", "until": until});
        let about = json!({"weakness": "CVE-2026-1", "scope": {"group": sales}});
        let preview = house.admin("POST", &format!("{BASE}/exceptions/preview"), Some(&about)).await.expect(200);
        assert_eq!(preview, json!({"findings": 1, "machines": 1}));
        let soon = Time::from_micros(house.server.context().now().micros() + 86_400_000_000).to_string();
        let exceptions = format!("{BASE}/exceptions");
        for (wrong, at) in [
            (body(json!("all"), "2020-01-01T00:00:00Z"), "/until"),
            (body(json!({"group": "x"}), &soon), "/scope/group"),
        ] {
            let refused = house.admin("POST", &exceptions, Some(&wrong)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], at, "{refused}");
        }
        let made = house.admin("POST", &exceptions, Some(&body(json!({"group": sales}), &soon))).await.expect(201);
        assert_eq!((&made["findings"], &made["scope_name"]), (&json!(1), &json!("営業部")));
        assert_eq!(stands(&house).await, "2 1 1 0");
        assert_eq!(names(&house, "machines?standing=excepted", "name").await.1, ["pc-1"]);
        assert_eq!(
            get(&house, &format!("machines/{}", pc.id)).await["excepted"][0]["exception"]["reason"],
            "inside only"
        );
        let listed = get(&house, "exceptions").await;
        assert_eq!((&listed["items"][0]["machines"], &listed["items"][0]["ended"]), (&json!(1), &json!(false)));
        // Whoever sees the works only sees neither the machine nor what it is lived with by, and decides nothing for all.
        let token = house.limited_to(Role::Operator, &works).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let board = house.ask("GET", &format!("{BASE}/board"), &headers, None).await.expect(200);
        assert_eq!((&board["machines"], board["groups"].as_array().unwrap().len()), (&json!(1), 1));
        assert_eq!(house.ask("GET", &exceptions, &headers, None).await.expect(200)["count"]["value"], 0);
        house.ask("GET", &format!("{BASE}/machines/{}", pc.id), &headers, None).await.expect(404);
        house.ask("POST", &exceptions, &headers, Some(&body(json!("all"), &soon))).await.expect(403);
        house.ask("POST", &exceptions, &headers, Some(&body(json!({"group": sales}), &soon))).await.expect(422);
        let id = made["id"].as_str().unwrap();
        house.ask("DELETE", &format!("{exceptions}/{id}"), &headers, None).await.expect(404);
        house.admin("DELETE", &format!("{exceptions}/{id}"), None).await.expect(204);
        assert_eq!(stands(&house).await, "2 0 2 0");
        let audit = house.admin("GET", "/api/v1/audit?limit=2", None).await.expect(200).to_string();
        assert!(audit.contains("weakness_exception.remove"), "{audit}");
    });
}

#[test]
fn a_remedy_names_exactly_the_endpoints_and_packages_behind_a_filter() {
    on_both(|house| async move {
        let one = machine(&house, "pc-1", &["openssl 3.0.11-1", "vim 9.0-1"], Some(&["curl 7-1 7-2"])).await;
        let two = machine(&house, "pc-2", &["openssl 3.0.11-1"], Some(&[])).await;
        let old = Machine::enrol(&house, "pc-3").await;
        tell(&house, &old, inventory("pc-3", OLD, &[], Some(&[]))).await;
        weakness(&house, "CVE-2026-1", 4, false).await;
        weakness(&house, "CVE-2026-2", 2, false).await;
        claim(&house, "openssl 3.0.11-1", "openssl", "CVE-2026-1", "open").await;
        claim(&house, "vim 9.0-1", "vim", "CVE-2026-2", "open").await;
        let mut both = vec![one.id.to_string(), two.id.to_string()];
        both.sort_unstable();
        let all = get(&house, "remedy").await;
        assert_eq!(
            all["systems"],
            json!([{"system": "apt", "endpoints": both, "packages": ["curl", "openssl", "vim"]}])
        );
        assert_eq!(all["cannot"], json!([{"why": "end_of_life", "machines": 1}]));
        let critical = get(&house, "remedy?severity=critical").await;
        assert_eq!((&critical["endpoints"], &critical["packages"]), (&json!(both), &json!(["openssl"])));
        let one_machine = get(&house, &format!("remedy?asset={}", one.id)).await;
        assert_eq!(one_machine["endpoints"], json!([one.id.to_string()]));
        // A release that has ended is red in the part of the operating system.
        assert_eq!(names(&house, "machines?part=os", "name").await, (1, some(&["pc-3"])));
        let board = get(&house, "board").await;
        assert_eq!(
            board["ends"][0],
            json!({"product": "debian", "cycle": "10", "ends_on": "2024-06-30", "machines": 1, "ended": true})
        );
    });
}

/// Changes the settings that somebody has seen.
async fn want(house: &House, seen: &Value, settings: &Value) -> Reply {
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", seen["etag"].as_str().unwrap())];
    house.ask("PUT", &format!("{BASE}/settings"), &headers, Some(settings)).await
}

#[test]
fn days_are_versioned_and_alarms_tell_what_is_exploited() {
    on_both(|house| async move {
        let _pc = machine(&house, "pc-1", &["openssl 3.0.11-1"], None).await;
        weakness(&house, "CVE-2026-1", 4, true).await;
        claim(&house, "openssl 3.0.11-1", "openssl", "CVE-2026-1", "open").await;
        yagura_alarms::look(house.server.context()).await.unwrap();
        let open = |kind: &'static str| {
            let house = &house;
            async move {
                let told = house.admin("GET", "/api/v1/alarms?class=vulnerability&state=open", None).await.expect(200);
                told["items"].as_array().unwrap().iter().filter(|one| one["kind"] == kind).count()
            }
        };
        assert_eq!((open("vulnerability.exploited").await, open("vulnerability.overdue").await), (1, 0));
        let usual = get(&house, "settings").await;
        let mut settings = usual["value"].clone();
        assert_eq!(settings["days"]["critical"], 7);
        settings["alarms"]["exploited"] = json!(false);
        settings["days"]["critical"] = json!(0);
        assert_eq!(want(&house, &usual, &settings).await.expect(422)["errors"][0]["pointer"], "/days/critical");
        settings["days"]["critical"] = json!(1);
        let now = want(&house, &usual, &settings).await.expect(200);
        assert_eq!(now["value"]["days"]["critical"], 1);
        want(&house, &usual, &settings).await.expect(409);
        // Two days ago it was found already.
        let ctx = house.server.context();
        let mut tx = ctx.db().write().await.unwrap();
        sqlx::query("UPDATE vulnerabilities_endpoint SET findings = $1, judged_at = $2")
            .bind({
                use yagura_vulnerabilities::{
                    claim::{Evidence, Standing},
                    finding::{Held, Known, pack_held, unpack_held},
                };
                let (kept,): (String,) = sqlx::query_as("SELECT findings FROM vulnerabilities_endpoint")
                    .fetch_one(ctx.db().read())
                    .await
                    .unwrap();
                let known = Known { standing: Standing::Open, claimed: Evidence::Vendor, updater: false };
                let held = unpack_held(&kept).unwrap();
                pack_held(
                    &held.iter().map(|one| Held::new(one.finding, one.since() - 2 * 1440, known)).collect::<Vec<_>>(),
                )
            })
            .bind(ctx.now().micros())
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        look(ctx).await.unwrap();
        yagura_alarms::look(ctx).await.unwrap();
        assert_eq!((open("vulnerability.exploited").await, open("vulnerability.overdue").await), (0, 1));
        assert_eq!(names(&house, "machines?overdue=true", "name").await.0, 1);
    });
}

#[test]
fn an_appliance_by_hand_and_by_banner_is_a_machine_with_weaknesses_of_its_own() {
    on_both(|house| async move {
        let group = house.group("拠点").await;
        let appliances = format!("{BASE}/appliances");
        let body = json!({"name": "vpn-1", "group_id": group, "product": "fortinet:fortios", "release": "7.2.4"});
        let made = house.admin("POST", &appliances, Some(&body)).await.expect(201);
        assert_eq!((&made["how"], &made["findings"], &made["version"]), (&json!("hand"), &json!(0), &json!(1)));
        weakness(&house, "CVE-2026-7", 4, true).await;
        let ctx = house.server.context();
        let mut tx = ctx.db().write().await.unwrap();
        sqlx::query(
            "INSERT INTO vulnerabilities_claim (number, package, release, weakness, subject, part, standing, installed, fixed, advisory,
             feed, evidence, appeared_at, changed_at) SELECT 1, package, '', 'CVE-2026-7', product, 'remote', 'open', version, '7.2.5',
             'FG-IR-26-001', 'vendor', 'vendor', at, at FROM vulnerabilities_appliance",
        )
        .execute(tx.on())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        look(ctx).await.unwrap();
        assert_eq!(names(&house, "machines?part=remote", "name").await, (1, some(&["vpn-1"])));
        let found = get(&house, &format!("machines/{}", made["id"].as_str().unwrap())).await;
        assert_eq!(found["findings"][0]["packages"], json!([{"name": "fortinet:fortios", "installed": "7.2.4"}]));
        let remedy = get(&house, "remedy?part=remote").await;
        assert_eq!(remedy["without_agent"], 1);
        // A banner says that it was updated; another device is new; a third is nothing that is known.
        let text = "vpn-1\tFortiGate-100F v7.2.5,build1517,230606 (GA.F)\nvpn-2,FortiGate-60F v7.2.5,build1517\nkettle,boils\n";
        let list = json!({"text": text, "group_id": group});
        let preview = house.admin("POST", &format!("{appliances}/banners/preview"), Some(&list)).await.expect(200);
        assert_eq!((&preview["good"], &preview["rows"][2]["fault"]), (&json!(2), &json!("unknown_product")));
        let done = house.admin("POST", &format!("{appliances}/banners/import"), Some(&list)).await.expect(200);
        assert_eq!(done, json!({"created": 1, "updated": 1, "skipped": 1}));
        look(ctx).await.unwrap();
        assert_eq!(names(&house, "machines?part=remote", "name").await.0, 0, "it runs another version now");
        let old = json!({"name": "vpn-1", "group_id": group, "product": "fortinet:fortios", "release": "7.2.4", "version": 1});
        let path = format!("{appliances}/{}", made["id"].as_str().unwrap());
        house.admin("PUT", &path, Some(&old)).await.expect(409);
        house.admin("DELETE", &path, None).await.expect(204);
        look(ctx).await.unwrap();
        assert_eq!(names(&house, "appliances", "name").await, (1, some(&["vpn-2"])));
    });
}
