//! L04: who printed what, when, on which printer, and how many pages: one row for each job, when it has ended, also when it was taken
//! back; none twice and none missing over restarts of the agent and of the printing system; and a rule about a document's name warns.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};
use yagura_scenarios::{House, Printing, sees_processes};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const PERSON: u32 = 1;
const OTHER: u32 = 65534;

const PROMISE: &str = "L04: who printed what";

/// Waits until there are rows about so many jobs, and gives all of them.
async fn rows(house: &House, count: usize) -> Vec<Value> {
    house
        .until(&format!("{count} jobs"), "/api/v1/events?kind=print.job&order=received&limit=1000", |page| {
            let rows = page["items"].as_array()?;
            (rows.len() >= count).then(|| rows.clone())
        })
        .await
}

fn of<'r>(rows: &'r [Value], document: &str) -> &'r Value {
    let mut found = rows.iter().filter(|row| row["subject"] == document);
    let row = found.next().unwrap_or_else(|| panic!("no row about {document} in {rows:?}"));
    assert_eq!(found.count(), 0, "{document} has more than one row");
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn every_print_job_is_one_row_with_person_document_printer_and_pages() {
    if !sees_processes(PROMISE) {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    let Some(mut printing) = Printing::start(&house, PROMISE) else { return };
    house.tell_agents("CUPS_SERVERROOT", printing.root().to_str().unwrap());
    // What was printed before the agent came is none of its rows.
    printing.print(PERSON, "昔の文書", 1, &[]);
    printing.until_quiet().await;
    house.start_agent();
    let endpoint = house.endpoint().await;
    let sensor = format!("/api/v1/endpoints/{endpoint}");
    house
        .until("the print sensor", &sensor, |endpoint| {
            let sensors = endpoint["sensors"].as_array()?;
            sensors.iter().find(|sensor| sensor["sensor"] == "print" && sensor["health"] == "ok").map(|_| ())
        })
        .await;
    let rule = json!({
        "id": "secret-paper", "name": "社外秘の印刷", "class": "print", "level": "alarm",
        "when": {"kinds": ["print.job"], "texts": [{"in": "name", "any_of": ["*社外秘*"]}]},
    });
    let path = format!("/api/v1/policies/rule_book/{}", house.root_group().await);
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": {"rules": [rule]}})), 200).await;
    house
        .until("the rule", &format!("/api/v1/endpoints/{endpoint}/policies"), |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "rule_book")?;
            (policy["state"] == "applied" && policy["value"]["rules"][0]["id"] == "secret-paper").then_some(())
        })
        .await;

    printing.print(PERSON, "見積書 三枚", 3, &[]);
    printing.print(OTHER, "二部の資料", 2, &["-n", "2"]);
    printing.print(PERSON, "図面（社外秘）", 1, &[]);
    let told = rows(&house, 3).await;
    let three = of(&told, "見積書 三枚");
    assert_eq!(
        (&three["user"], &three["target"], &three["level"]),
        (&json!("daemon"), &json!("3F"), &json!("recorded"))
    );
    let body = &three["body"];
    assert_eq!((&body["pages"], &body["copies"], &body["outcome"]), (&json!(3), &json!(1), &json!("completed")));
    assert!(three["bytes"].as_u64() >= Some(1024), "{three}");
    let two = of(&told, "二部の資料");
    assert_eq!((&two["user"], &two["body"]["pages"], &two["body"]["copies"]), (&json!("nobody"), &json!(4), &json!(2)));
    let secret = of(&told, "図面（社外秘）");
    assert_eq!((&secret["level"], &secret["rule"]), (&json!("alarm"), &json!("secret-paper")));

    // Held, then taken back.
    let held = printing.print(PERSON, "やめた印刷", 1, &["-H", "hold"]);
    printing.ask("cancel", &[&format!("3F-{held}")]);
    let told = rows(&house, 4).await;
    assert_eq!(of(&told, "やめた印刷")["body"]["outcome"], "cancelled");

    // While the agent is away, and while the printing system starts anew.
    house.kill_agent();
    printing.print(PERSON, "留守の間", 1, &[]);
    printing.until_quiet().await;
    house.start_agent();
    rows(&house, 5).await;
    printing.pause();
    printing.resume();
    printing.print(OTHER, "再起動の後", 1, &[]);
    let told = rows(&house, 6).await;
    house.stop_agent();
    house.start_agent();
    printing.print(OTHER, "最後", 1, &[]);
    let all = rows(&house, 7).await;
    assert_eq!(of(&told, "再起動の後")["user"], "nobody");
    let mut documents: Vec<_> = all.iter().filter_map(|row| row["subject"].as_str()).collect();
    documents.sort_unstable();
    let mut expected = ["見積書 三枚", "二部の資料", "図面（社外秘）", "やめた印刷", "留守の間", "再起動の後", "最後"];
    expected.sort_unstable();
    assert_eq!(documents, expected, "each once, and nothing of before");
}
