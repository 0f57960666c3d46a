//! When machines ran and who sat at them (L08): a report out of the log, kept to what one may see, for a purpose, by day.

use serde_json::{Value, json};
use uuid::Uuid;
use yagura_server_kit::Role;
use yagura_vocabulary::{Event, Time};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

/// A row of run `boot` of a machine, at a time of 2026-11-16 in Tokyo, `24:30` being in the night after it.
fn row(boot: u128, clock: &str, kind: &str) -> Event {
    let (hours, minutes) = clock.split_once(':').unwrap();
    let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    let midnight: Time = "2026-11-15T15:00:00Z".parse().unwrap();
    let mut event = Event::new(Time::from_micros(midnight.micros() + minutes * 60_000_000), "operation_log", kind);
    event.boot_id = Some(Uuid::from_u128(boot));
    event.mono_ns = u64::try_from((minutes + 10_000) * 60_000_000_000).ok();
    event
}

fn of(name: &str, session: &str, mut event: Event) -> Event {
    event.account = Some(account(name, if name == "tanaka" { "1000" } else { "1001" }));
    event.logon_session = Some(session.to_owned());
    event
}

/// Says whose an account is.
async fn assign(house: &House, name: &str, number: &str) {
    let find = |page: &Value, field: &str, value: &str| {
        page["items"].as_array().unwrap().iter().find(|one| one[field] == value).unwrap()["id"].clone()
    };
    let person = find(&house.admin("GET", "/api/v1/people", None).await.expect(200), "employee_number", number);
    let account = find(&house.admin("GET", "/api/v1/accounts", None).await.expect(200), "name", name);
    let path = format!("/api/v1/accounts/{}/person", account.as_str().unwrap());
    house.admin("PUT", &path, Some(&json!({"person_id": person}))).await.expect(200);
}

async fn tell(machine: &mut Machine, events: &[Event]) {
    for event in events {
        machine.tells(event);
    }
    machine.send().await.unwrap();
}

/// A day in short, times in Tokyo.
fn told(day: &Value) -> String {
    let time = |value: &Value| {
        let at: Time = value.as_str()?.parse().ok()?;
        let minutes = at.micros().div_euclid(60_000_000) + 9 * 60;
        Some(format!("{:02}:{:02}", minutes.rem_euclid(1440) / 60, minutes % 60))
    };
    let mark =
        |mark: &Value| time(&mark["at"]).map_or("-".to_owned(), |at| format!("{} {at}", mark["how"].as_str().unwrap()));
    let minutes = |value: &Value| value.as_u64().unwrap() / 60_000;
    let mut told = format!(
        "{} {}: {}, {}, on {} min",
        day["date"].as_str().unwrap(),
        day["hostname"].as_str().unwrap(),
        mark(&day["first_start"]),
        mark(&day["last_stop"]),
        minutes(&day["on_ms"])
    );
    for (name, word) in [("ran_in", "since before"), ("runs_on", "on and on")] {
        if day[name] == true {
            told = format!("{told}, {word}");
        }
    }
    for person in day["people"].as_array().unwrap() {
        let seat = |name: &str| time(&person[name]["at"]).unwrap_or_else(|| "-".to_owned());
        let name = person["name"].as_str().unwrap();
        told = format!(
            "{told}; {name} {}-{} {} min",
            seat("first_logon"),
            seat("last_logoff"),
            minutes(&person["present_ms"])
        );
    }
    told
}

async fn ask(house: &House, query: &str) -> (Vec<String>, Value) {
    let page = house.admin("GET", &format!("/api/v1/operation-log/days?{query}"), None).await.expect(200);
    (page["items"].as_array().unwrap().iter().map(told).collect(), page)
}

const BOTH: &str = "from=2026-11-16&to=2026-11-17";

#[test]
fn days_are_told_by_machine_with_who_sat_there_and_lead_to_the_rows_they_come_from() {
    on_both(|house| async move {
        house.import_people("employee_number,name,kana\n1,田中 花子,タナカ ハナコ\n").await;
        let mut office = Machine::enrol(&house, "PC-001").await;
        // The account is somebody's before anything is told of it.
        office.client.sign_in_link(account("tanaka", "1000")).await.unwrap();
        assign(&house, "tanaka", "1").await;
        let mut night = Machine::enrol(&house, "PC-002").await;
        tell(
            &mut office,
            &[
                row(1, "8:30", "power.boot"),
                of("tanaka", "3", row(1, "8:40", "session.logon")),
                of("tanaka", "3", row(1, "12:00", "session.lock")),
                of("tanaka", "3", row(1, "13:00", "session.unlock")),
                row(1, "15:00", "power.sleep"),
                row(1, "15:30", "power.wake").with("duration_ms", 1_800_000),
                of("tanaka", "3", row(1, "17:00", "session.logoff").with("duration_ms", 30_000_000)),
                row(1, "17:05", "power.shutdown"),
            ],
        )
        .await;
        // It lost its power in the night: the last that is heard of it is a row of another kind.
        tell(
            &mut night,
            &[
                row(7, "22:00", "power.boot"),
                of("sato", "c1", row(7, "22:10", "session.logon")),
                row(7, "25:30", "file.create"),
                row(8, "33:00", "power.boot"),
                row(8, "34:00", "power.shutdown"),
            ],
        )
        .await;

        let (days, page) = ask(&house, BOTH).await;
        assert_eq!(
            days,
            [
                "2026-11-16 PC-001: boot 08:30, shutdown 17:05, on 485 min; 田中 花子 08:40-17:00 410 min",
                "2026-11-16 PC-002: boot 22:00, -, on 120 min, on and on; sato 22:10-- 110 min",
                "2026-11-17 PC-002: boot 09:00, shutdown 10:00, on 150 min, since before; sato --- 90 min",
            ]
        );
        assert_eq!((&page["complete"], &page["next_cursor"]), (&json!(true), &Value::Null));
        // Where it went dark is said.
        let dark = &page["items"][1];
        assert_eq!((&dark["told"], dark["on"].as_array().unwrap().len()), (&json!(true), 1));
        let (only, page) = ask(&house, "from=2026-11-17&to=2026-11-17&endpoint=pc-002").await;
        assert_eq!(only, ["2026-11-17 PC-002: boot 09:00, shutdown 10:00, on 150 min, since before; sato --- 90 min"]);
        assert_eq!(page["items"][0]["on"][0]["to"], "2026-11-16T16:30:00.000000Z");
        // The rows are those of the log.
        let (_, page) = ask(&house, "from=2026-11-16&to=2026-11-16&endpoint=PC-001").await;
        let start = page["items"][0]["first_start"]["event"].as_str().unwrap();
        let event = house.admin("GET", &format!("/api/v1/events/{start}"), None).await.expect(200);
        assert_eq!(event["kind"], "power.boot");

        // Page by page it is the same.
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let (days, page) = ask(&house, &format!("{BOTH}&limit=1{cursor}")).await;
            all.extend(days);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(all, days);
    });
}

#[test]
fn whoever_sees_one_group_sees_its_machines_and_looking_is_written_down_with_its_purpose() {
    on_both(|house| async move {
        let (mut one, mut other) = (Machine::enrol(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        for machine in [&mut one, &mut other] {
            tell(machine, &[row(1, "8:30", "power.boot"), row(1, "9:30", "power.shutdown")]).await;
        }
        let group = house.group("経理部").await;
        house.move_to(&other, &group).await;
        let (days, _) = ask(&house, &format!("{BOTH}&group={group}")).await;
        assert_eq!(days, ["2026-11-16 PC-002: boot 08:30, shutdown 09:30, on 60 min"]);
        let token = house.limited_to(Role::Auditor, &group).await;
        let bearer = format!("Bearer {token}");
        let as_auditor = async |path: &str| house.ask("GET", path, &[("authorization", bearer.as_str())], None).await;
        let seen = as_auditor(&format!("/api/v1/operation-log/days?{BOTH}")).await.expect(200);
        assert_eq!(seen["items"].as_array().unwrap().iter().map(told).collect::<Vec<_>>(), days);
        as_auditor(&format!("/api/v1/operation-log/days?{BOTH}&endpoint=PC-001")).await.expect(404);

        let audit = house.admin("GET", "/api/v1/audit?action=events.view", None).await.expect(200);
        let noted = audit["items"].as_array().unwrap().iter().filter(|entry| entry.to_string().contains("\"days\""));
        assert!(noted.count() >= 2, "{audit}");

        for (query, pointer) in [
            ("from=2026-11-17&to=2026-11-16", "?to"),
            ("from=2026-11-16&to=2027-11-16", "?to"),
            ("from=yesterday&to=2026-11-16", "?from"),
            ("from=2026-11-16&to=2026-11-16&group=elsewhere", "?group"),
            ("from=2026-11-16&to=2026-11-16&limit=0", "?limit"),
            ("from=2026-11-16&to=2026-11-16&cursor=x", "?cursor"),
        ] {
            let refused = house.admin("GET", &format!("/api/v1/operation-log/days?{query}"), None).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{query}: {refused}");
        }
    });
}

#[test]
fn the_sheet_has_a_line_for_each_person_of_a_day_and_nothing_that_a_spreadsheet_computes() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "=PC-001").await;
        tell(
            &mut machine,
            &[
                row(1, "8:30", "power.boot"),
                of("tanaka", "3", row(1, "8:40", "session.logon")),
                of("sato", "4", row(1, "9:00", "session.logon")),
                of("sato", "4", row(1, "10:00", "session.logoff")),
                of("tanaka", "3", row(1, "17:00", "session.logoff")),
                row(1, "17:05", "power.shutdown"),
            ],
        )
        .await;
        let answer = house.answer("GET", &format!("/api/v1/operation-log/days.csv?{BOTH}&language=en"), None).await;
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        let lines: Vec<_> = text.trim_end().lines().collect();
        assert_eq!(
            lines,
            [
                "\u{feff}Date,Endpoint,First start,Kind of start,Last stop,Kind of stop,On (minutes),Person,Account,First logon,Last logoff,\
                 At the machine (minutes)",
                "2026-11-16,'=PC-001,2026-11-16 08:30,start,2026-11-16 17:05,stop,515,tanaka,tanaka,2026-11-16 08:40,2026-11-16 17:00,500",
                "2026-11-16,'=PC-001,2026-11-16 08:30,start,2026-11-16 17:05,stop,515,sato,sato,2026-11-16 09:00,2026-11-16 10:00,60",
            ]
        );
        let audit = house.admin("GET", "/api/v1/audit?action=days.export", None).await.expect(200);
        assert_eq!(audit["items"].as_array().unwrap().len(), 1, "{audit}");
    });
}
