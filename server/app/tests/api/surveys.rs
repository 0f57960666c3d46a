//! Surveys: made, sent, answered once by whoever is asked, read, reminded of and erased.

use serde_json::{Value, json};
use yagura_server_kit::Role;

use crate::{
    harness::{House, Reply, on_both},
    machine::{Machine, account},
};

const SURVEYS: &str = "/api/v1/surveys";

fn questions() -> Value {
    json!([
        {"id": "q1", "text": "在宅勤務は週に何日ですか", "required": true, "kind": {"type": "one", "choices": ["なし", "1〜2日", "3日以上"]}},
        {"id": "q2", "text": "満足度", "required": true, "kind": {"type": "number", "least": 1, "most": 10, "whole": true}},
        {"id": "q3", "text": "困っていること", "required": false, "kind": {"type": "long"}},
    ])
}

/// A survey of everybody in these groups.
fn draft(groups: &[&str]) -> Value {
    json!({"title": "在宅勤務について", "lead": "5分ほどで終わります。", "questions": questions(), "anonymous": false,
        "days": 7, "remind_days": 2, "keep_days": 30, "groups": groups, "people": []})
}

/// Asks as the administrator who has seen whatever is there.
async fn seen(house: &House, method: &str, path: &str, body: &Value) -> Reply {
    let bearer = format!("Bearer {}", house.admin);
    house.ask(method, path, &[("authorization", bearer.as_str()), ("if-match", "*")], Some(body)).await
}

/// Makes and sends a survey; its path.
async fn send(house: &House, body: &Value) -> String {
    let made = house.admin("POST", SURVEYS, Some(body)).await.expect(201);
    let path = format!("{SURVEYS}/{}", made["id"].as_str().unwrap());
    let sent = seen(house, "POST", &format!("{path}/send"), &json!({})).await.expect(200);
    assert_eq!(sent["state"], "open");
    path
}

async fn root(house: &House) -> String {
    let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
    groups["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A person at a machine, signed in to their own pages.
struct Person<'a> {
    house: &'a House,
    session: String,
}

impl<'a> Person<'a> {
    async fn arrive(house: &'a House, machine: &Machine, name: &str, id: &str) -> Self {
        let link = machine.client.sign_in_link(account(name, id)).await.unwrap();
        let body = json!({"token": link.url.rsplit_once('#').unwrap().1});
        Self { house, session: house.ask("POST", "/api/v1/session/link", &[], Some(&body)).await.session() }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let headers = [("cookie", self.session.as_str()), ("origin", self.house.origin.as_str())];
        self.house.ask(method, path, &headers, body).await
    }

    async fn reads(&self, survey: &str) -> Reply {
        self.ask("GET", &mine(survey), None).await
    }

    async fn answers(&self, survey: &str, answers: &Value, seen: i64) -> Reply {
        let body = json!({"answers": answers, "seen": seen});
        self.ask("PUT", &format!("{}/answer", mine(survey)), Some(&body)).await
    }
}

/// The employee's address of a survey.
fn mine(survey: &str) -> String {
    survey.replace("/api/v1/", "/api/v1/me/")
}

/// The arguments of the notices that wait for a machine, oldest first.
async fn notices(machine: &Machine) -> Vec<Value> {
    let mut found = Vec::new();
    for sealed in machine.client.commands().await.unwrap().commands {
        let command = machine.client.open_command(&sealed).await.unwrap();
        if command.name == "notice.show" {
            found.push(command.args);
        }
    }
    found
}

async fn results(house: &House, survey: &str) -> Value {
    house.admin("GET", &format!("{survey}/results"), None).await.expect(200)
}

/// As if a column of a survey had this value, in microseconds.
async fn set(house: &House, survey: &str, column: &str, value: i64) {
    let mut tx = house.server.context().db().write().await.unwrap();
    let sql = format!("UPDATE surveys_survey SET {column} = $1 WHERE id = $2");
    let id = survey.rsplit_once('/').unwrap().1;
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(value).bind(id).execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn run_due(house: &House) {
    yagura_surveys::server::run_due(house.server.context()).await.unwrap();
}

async fn audited(house: &House, action: &str) -> Value {
    house.admin("GET", &format!("/api/v1/audit?action={action}"), None).await.expect(200)
}

#[test]
fn a_survey_reaches_everybody_at_the_endpoints_and_its_answers_are_counted_and_fetched() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let sato = Person::arrive(&house, &machine, "sato", "1001").await;
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        let shown = notices(&machine).await;
        assert_eq!(shown.len(), 1);
        assert_eq!((&shown[0]["title"], shown[0].get("accounts")), (&json!("在宅勤務について"), None));
        let page = survey.strip_prefix("/api/v1").unwrap();
        assert_eq!(shown[0]["action"], json!({"page": format!("/me{page}"), "ja": "回答する", "en": "Answer"}));

        let form = tanaka.reads(&survey).await.expect(200);
        assert_eq!(
            (&form["open"], &form["answered"], &form["name"]),
            (&json!(true), &json!(0), &json!("tanaka@PC-014"))
        );
        assert_eq!(form["questions"][0]["text"], "在宅勤務は週に何日ですか");
        let answers = json!({"q1": 2, "q2": 7, "q3": " =1+1 "});
        let kept = tanaka.answers(&survey, &answers, 0).await.expect(200);
        assert_eq!((&kept["answered"], &kept["answers"]["q3"]), (&json!(1), &json!("=1+1")));
        let list = tanaka.ask("GET", "/api/v1/me/surveys", None).await.expect(200);
        assert_eq!((&list["items"][0]["answered"], &list["items"][0]["open"]), (&json!(true), &json!(true)));

        let found = results(&house, &survey).await;
        assert_eq!((&found["asked"], &found["answered"]), (&json!(2), &json!(1)));
        assert_eq!(found["waiting"], json!(["sato@PC-014"]));
        assert_eq!(found["tallies"][0]["choices"], json!([0, 0, 1]));
        assert_eq!(found["people"][0]["name"], "tanaka@PC-014");
        assert_eq!(audited(&house, "survey.view").await["count"]["value"], 1, "opening named answers is written down");

        let file = house.answer("GET", &format!("{survey}/answers.csv"), None).await;
        let text = String::from_utf8(file.body.to_vec()).unwrap();
        assert!(
            text.starts_with("\u{feff}誰,回答,在宅勤務は週に何日ですか,満足度,困っていること\r\ntanaka@PC-014,"),
            "{text}"
        );
        assert!(text.ends_with(",3日以上,7,'=1+1\r\n"), "{text}");
        assert_eq!(audited(&house, "survey.export").await["count"]["value"], 1);
        sato.answers(&survey, &json!({"q1": 0, "q2": 1}), 0).await.expect(200);
        assert_eq!(results(&house, &survey).await["waiting"], json!([]));
    });
}

#[test]
fn an_answer_can_be_changed_until_the_end_and_of_two_windows_the_later_is_told() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        tanaka.answers(&survey, &json!({"q1": 0, "q2": 5}), 0).await.expect(200);
        let late = tanaka.answers(&survey, &json!({"q1": 1, "q2": 5}), 0).await.expect(409);
        assert_eq!(late["errors"][0]["code"], "changed");
        tanaka.answers(&survey, &json!({"q1": 1, "q2": 5}), 1).await.expect(200);
        let found = results(&house, &survey).await;
        assert_eq!((&found["answered"], &found["tallies"][0]["choices"]), (&json!(1), &json!([0, 1, 0])));

        house.admin("POST", &format!("{survey}/close"), None).await.expect(200);
        let late = tanaka.answers(&survey, &json!({"q1": 1, "q2": 5}), 2).await.expect(409);
        assert_eq!(late["errors"][0]["code"], "ended");
        let form = tanaka.reads(&survey).await.expect(200);
        assert_eq!((&form["open"], &form["answers"]["q1"]), (&json!(false), &json!(1.0)));
        house.admin("POST", &format!("{survey}/close"), None).await.expect(409);
    });
}

#[test]
fn a_survey_whose_time_is_over_takes_no_answer_even_before_anybody_closed_it() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        set(&house, &survey, "ends_at", 1).await;
        let late = tanaka.answers(&survey, &json!({"q1": 1, "q2": 5}), 0).await.expect(409);
        assert_eq!(late["errors"][0]["code"], "ended");
        run_due(&house).await;
        let closed = house.admin("GET", &survey, None).await.expect(200);
        assert_eq!((&closed["state"], &closed["answered"]), (&json!("closed"), &json!(0)));
    });
}

#[test]
fn what_cannot_be_an_answer_is_refused_at_its_question_and_nothing_is_stored() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        let long = "長".repeat(10_000);
        for (answers, pointer, code) in [
            (json!({"q1": 0}), "/answers/q2", "required"),
            (json!({"q1": 9, "q2": 1}), "/answers/q1", "unknown_choice"),
            (json!({"q1": 0, "q2": 11}), "/answers/q2", "out_of_range"),
            (json!({"q1": 0, "q2": 1, "q3": long}), "/answers/q3", "too_long"),
            (json!({"q1": 0, "q2": 1, "q9": "?"}), "/answers/q9", "unknown"),
        ] {
            let refused = tanaka.answers(&survey, &answers, 0).await.expect(422);
            assert_eq!(
                (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
                (&json!(pointer), &json!(code))
            );
        }
        assert_eq!(results(&house, &survey).await["answered"], 0);
        let markup = json!({"q1": 0, "q2": 1, "q3": "<img src=x onerror=alert(1)>"});
        tanaka.answers(&survey, &markup, 0).await.expect(200);
        assert_eq!(results(&house, &survey).await["tallies"][2]["texts"], json!(["<img src=x onerror=alert(1)>"]));
    });
}

#[test]
fn somebody_who_is_not_asked_sees_and_answers_nothing() {
    on_both(|house| async move {
        let (asked, other) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        let group = house.group("東京").await;
        house.move_to(&asked, &group).await;
        let stranger = Person::arrive(&house, &other, "sato", "1001").await;
        let survey = send(&house, &draft(&[&group])).await;
        stranger.reads(&survey).await.expect(404);
        stranger.answers(&survey, &json!({"q1": 0, "q2": 1}), 0).await.expect(404);
        let list = stranger.ask("GET", "/api/v1/me/surveys", None).await.expect(200);
        assert_eq!(list["items"], json!([]));
        house.admin("GET", &mine(&survey), None).await.expect(404);
        // Somebody who signs in there for the first time belongs to those who are asked.
        let new = Person::arrive(&house, &asked, "suzuki", "1002").await;
        new.answers(&survey, &json!({"q1": 0, "q2": 1}), 0).await.expect(200);
        let found = results(&house, &survey).await;
        assert_eq!((&found["asked"], &found["answered"]), (&json!(1), &json!(1)));
    });
}

#[test]
fn a_person_with_two_machines_answers_once_and_a_reminder_goes_to_the_others_only() {
    on_both(|house| async move {
        let (pc, laptop) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "LT-003").await);
        house.import_people("employee_number,name,kana\n100,田中 花子,タナカ ハナコ\n").await;
        let sato = account("sato", "1001");
        pc.client.sign_in_link(sato.clone()).await.unwrap();
        for (machine, name, id) in [(&pc, "tanaka", "1000"), (&laptop, "htanaka", "1002")] {
            machine.client.sign_in_link(account(name, id)).await.unwrap();
            map(&house, machine, name).await;
        }
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        let there = Person::arrive(&house, &pc, "tanaka", "1000").await;
        let here = Person::arrive(&house, &laptop, "htanaka", "1002").await;
        there.answers(&survey, &json!({"q1": 0, "q2": 5}), 0).await.expect(200);
        let form = here.reads(&survey).await.expect(200);
        assert_eq!((&form["answered"], &form["name"]), (&json!(1), &json!("田中 花子")));
        let found = results(&house, &survey).await;
        assert_eq!((&found["asked"], &found["waiting"]), (&json!(2), &json!(["sato@PC-014"])));

        house.admin("POST", &format!("{survey}/remind"), None).await.expect(200);
        house.admin("POST", &format!("{survey}/remind"), None).await.expect(409);
        let (on_pc, on_laptop) = (notices(&pc).await, notices(&laptop).await);
        assert_eq!((on_pc.len(), on_laptop.len()), (2, 1));
        assert_eq!(on_pc[1]["accounts"], json!(["1001"]));

        // By itself after its days, and not before.
        run_due(&house).await;
        assert_eq!(notices(&pc).await.len(), 2);
        set(&house, &survey, "reminded_at", 1).await;
        run_due(&house).await;
        run_due(&house).await;
        assert_eq!((notices(&pc).await.len(), notices(&laptop).await.len()), (3, 1));
        Person::arrive(&house, &pc, "sato", "1001")
            .await
            .answers(&survey, &json!({"q1": 0, "q2": 5}), 0)
            .await
            .expect(200);
        set(&house, &survey, "reminded_at", 1).await;
        run_due(&house).await;
        assert_eq!(notices(&pc).await.len(), 3, "nobody is left to be reminded");
    });
}

/// Says that an account on a machine is the first person's.
async fn map(house: &House, machine: &Machine, name: &str) {
    let people = house.admin("GET", "/api/v1/people", None).await.expect(200);
    let accounts = house.admin("GET", "/api/v1/accounts", None).await.expect(200);
    let mut accounts = accounts["items"].as_array().unwrap().iter();
    let own = accounts.find(|a| a["name"] == name && a["endpoint"]["id"] == machine.id.to_string().as_str()).unwrap();
    let path = format!("/api/v1/accounts/{}/person", own["id"].as_str().unwrap());
    house.admin("PUT", &path, Some(&json!({"person_id": people["items"][0]["id"]}))).await.expect(200);
}

#[test]
fn people_are_asked_by_name_wherever_they_sit_and_nobody_beside_them() {
    on_both(|house| async move {
        let (pc, other) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        house.import_people("employee_number,name,kana\n100,田中 花子,タナカ ハナコ\n").await;
        pc.client.sign_in_link(account("tanaka", "1000")).await.unwrap();
        pc.client.sign_in_link(account("sato", "1001")).await.unwrap();
        map(&house, &pc, "tanaka").await;
        let people = house.admin("GET", "/api/v1/people", None).await.expect(200);
        let mut body = draft(&[]);
        body["people"] = json!([people["items"][0]["id"]]);
        let survey = send(&house, &body).await;
        assert_eq!(notices(&pc).await[0]["accounts"], json!(["1000"]));
        assert_eq!(notices(&other).await, Vec::<Value>::new());
        Person::arrive(&house, &pc, "sato", "1001").await.reads(&survey).await.expect(404);
        Person::arrive(&house, &pc, "tanaka", "1000").await.reads(&survey).await.expect(200);
    });
}

#[test]
fn an_anonymous_answer_is_nobody_s_and_is_shown_from_five_on() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let mut body = draft(&[&root(&house).await]);
        body["anonymous"] = json!(true);
        let survey = send(&house, &body).await;
        for n in 0..5 {
            let found = results(&house, &survey).await;
            assert_eq!((&found["withheld"], &found["tallies"]), (&json!(true), &json!([])), "after {n}");
            assert_eq!((&found["people"], &found["waiting"]), (&Value::Null, &Value::Null));
            house.admin("GET", &format!("{survey}/answers.csv"), None).await.expect(409);
            let person = Person::arrive(&house, &machine, &format!("person{n}"), &(1000 + n).to_string()).await;
            let kept = person.answers(&survey, &json!({"q1": 1, "q2": 5, "q3": format!("w{n}")}), 0).await.expect(200);
            assert_eq!((&kept["answered"], &kept["answers"], &kept["name"]), (&json!(1), &Value::Null, &Value::Null));
            let again = person.answers(&survey, &json!({"q1": 1, "q2": 5}), 1).await.expect(409);
            assert_eq!(again["errors"][0]["code"], "answered");
        }
        let found = results(&house, &survey).await;
        assert_eq!((&found["withheld"], &found["tallies"][0]["choices"]), (&json!(false), &json!([0, 5, 0])));
        let file = house.answer("GET", &format!("{survey}/answers.csv?language=en"), None).await;
        let text = String::from_utf8(file.body.to_vec()).unwrap();
        assert!(text.starts_with("\u{feff}在宅勤務は週に何日ですか,満足度,困っていること\r\n"), "{text}");
        assert!(!text.contains("person"), "{text}");

        // Neither the stored answers nor the audit log say who it was.
        let ctx = house.server.context();
        let rows: Vec<(String, Option<String>, Option<i64>)> =
            sqlx::query_as("SELECT who, name, answered_at FROM surveys_answer")
                .fetch_all(ctx.db().read())
                .await
                .unwrap();
        let asked: Vec<(String,)> = sqlx::query_as("SELECT who FROM surveys_asked WHERE answered = 1")
            .fetch_all(ctx.db().read())
            .await
            .unwrap();
        assert_eq!((rows.len(), asked.len()), (5, 5), "that they have answered is kept apart");
        for (who, name, at) in rows {
            assert!(!asked.contains(&(who,)) && name.is_none() && at.is_none());
        }
        let answers = audited(&house, "survey.answer").await;
        for row in answers["items"].as_array().unwrap() {
            assert_eq!((&row["actor"], &row["ip"]), (&json!("anonymous"), &Value::Null), "{row}");
        }
    });
}

#[test]
fn answers_are_erased_in_the_night_after_their_days_and_the_counts_stay() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        tanaka.answers(&survey, &json!({"q1": 0, "q2": 5}), 0).await.expect(200);
        let closed = house.admin("POST", &format!("{survey}/close"), None).await.expect(200);
        let (end, erase) = (closed["ends_at"].as_str().unwrap(), closed["erase_at"].as_str().unwrap());
        let days = |text: &str| text.parse::<yagura_vocabulary::Time>().unwrap().micros() / 86_400_000_000;
        assert!((30..=31).contains(&(days(erase) - days(end))), "{end} {erase}");
        assert!(erase.contains("T17:00:00"), "two at night in Tokyo: {erase}");
        run_due(&house).await;
        assert_eq!(results(&house, &survey).await["tallies"][0]["choices"], json!([1, 0, 0]));
        set(&house, &survey, "erase_at", 1).await;
        run_due(&house).await;
        let gone = results(&house, &survey).await;
        assert_eq!((&gone["tallies"], &gone["people"], &gone["answered"]), (&json!([]), &json!([]), &json!(1)));
        assert_eq!(house.admin("GET", &survey, None).await.expect(200)["state"], "erased");
        house.admin("GET", &format!("{survey}/answers.csv"), None).await.expect(409);
        tanaka.reads(&survey).await.expect(404);
        let (left,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM surveys_answer")
            .fetch_one(house.server.context().db().read())
            .await
            .unwrap();
        assert_eq!(left, 0);
        assert_eq!(audited(&house, "survey.erase").await["items"][0]["actor"], "server");
    });
}

#[test]
fn a_draft_may_be_incomplete_but_is_sent_only_whole() {
    on_both(|house| async move {
        let _machine = Machine::enrol(&house, "PC-014").await;
        let root = root(&house).await;
        let mut body = draft(&[&root]);
        body["questions"] =
            json!([{"id": "q1", "text": "", "required": false, "kind": {"type": "one", "choices": ["はい"]}}]);
        let made = house.admin("POST", SURVEYS, Some(&body)).await.expect(201);
        assert_eq!((&made["state"], &made["reach"]["endpoints"]), (&json!("draft"), &json!(1)));
        let path = format!("{SURVEYS}/{}", made["id"].as_str().unwrap());
        let refused = seen(&house, "POST", &format!("{path}/send"), &json!({})).await.expect(422);
        let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/questions/0/text", "/questions/0/kind/choices"]);

        house.admin("PUT", &path, Some(&draft(&[&root]))).await.expect(422);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", made["etag"].as_str().unwrap())];
        house.ask("PUT", &path, &headers, Some(&draft(&[]))).await.expect(200);
        house.ask("PUT", &path, &headers, Some(&draft(&[]))).await.expect(409);
        let refused = seen(&house, "POST", &format!("{path}/send"), &json!({})).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "empty");

        for (name, value, pointer) in [
            ("title", json!(" "), "/title"),
            ("title", json!("長".repeat(121)), "/title"),
            ("lead", json!("長".repeat(10_000)), "/lead"),
            ("days", json!(0), "/days"),
            ("keep_days", json!(1), "/keep_days"),
            ("keep_days", json!(371), "/keep_days"),
            ("remind_days", json!(-1), "/remind_days"),
            ("groups", json!(["0192f0c1-2345-7abc-8def-0123456789ab"]), "/groups/0"),
            ("people", json!(["0192f0c1-2345-7abc-8def-0123456789ab"]), "/people/0"),
        ] {
            let mut bad = draft(&[&root]);
            bad[name] = value;
            let refused = house.admin("POST", SURVEYS, Some(&bad)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer);
        }
    });
}

#[test]
fn a_survey_waits_for_its_time_and_can_be_taken_back_until_then() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let made = house.admin("POST", SURVEYS, Some(&draft(&[&root(&house).await]))).await.expect(201);
        let path = format!("{SURVEYS}/{}", made["id"].as_str().unwrap());
        let later = json!({"at": house.server.context().now() + std::time::Duration::from_secs(86_400)});
        let planned = seen(&house, "POST", &format!("{path}/send"), &later).await.expect(200);
        assert_eq!(planned["state"], "planned");
        seen(&house, "PUT", &path, &draft(&[])).await.expect(409);
        house.admin("POST", &format!("{path}/recall"), None).await.expect(200);
        seen(&house, "POST", &format!("{path}/send"), &later).await.expect(200);
        run_due(&house).await;
        assert_eq!(notices(&machine).await.len(), 0);
        set(&house, &path, "starts_at", 1).await;
        run_due(&house).await;
        assert_eq!(house.admin("GET", &path, None).await.expect(200)["state"], "open");
        assert_eq!(notices(&machine).await.len(), 1);
        assert_eq!(audited(&house, "survey.open").await["count"]["value"], 1);
        // A machine that comes later is told, too, and only once.
        let late = Machine::enrol(&house, "PC-015").await;
        run_due(&house).await;
        run_due(&house).await;
        assert_eq!((notices(&machine).await.len(), notices(&late).await.len()), (1, 1));
    });
}

#[test]
fn a_group_that_is_removed_asks_nobody_more_and_a_copy_leaves_it_out() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let (group, root) = (house.group("東京").await, root(&house).await);
        house.move_to(&machine, &group).await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let survey = send(&house, &draft(&[&group])).await;
        let planned = house.admin("POST", SURVEYS, Some(&draft(&[&group]))).await.expect(201);
        house.move_to(&machine, &root).await;
        seen(&house, "DELETE", &format!("/api/v1/groups/{group}"), &json!({})).await.expect(204);
        run_due(&house).await;
        tanaka.answers(&survey, &json!({"q1": 0, "q2": 5}), 0).await.expect(200);
        let now = house.admin("GET", &survey, None).await.expect(200);
        assert_eq!((&now["groups"][0]["path"], &now["answered"]), (&Value::Null, &json!(1)));
        let path = format!("{SURVEYS}/{}/send", planned["id"].as_str().unwrap());
        let refused = seen(&house, "POST", &path, &json!({})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/groups/0");
        let copy = house.admin("POST", &format!("{survey}/copy"), None).await.expect(201);
        assert_eq!(
            (&copy["state"], &copy["groups"], &copy["questions"]),
            (&json!("draft"), &json!([]), &now["questions"])
        );
    });
}

#[test]
fn an_open_survey_is_closed_before_it_is_removed() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let tanaka = Person::arrive(&house, &machine, "tanaka", "1000").await;
        let survey = send(&house, &draft(&[&root(&house).await])).await;
        tanaka.answers(&survey, &json!({"q1": 0, "q2": 5}), 0).await.expect(200);
        seen(&house, "DELETE", &survey, &json!({})).await.expect(409);
        house.admin("POST", &format!("{survey}/close"), None).await.expect(200);
        seen(&house, "DELETE", &survey, &json!({})).await.expect(204);
        house.admin("GET", &survey, None).await.expect(404);
        assert_eq!(house.admin("GET", SURVEYS, None).await.expect(200)["count"]["value"], 0);
        assert_eq!(audited(&house, "survey.remove").await["count"]["value"], 1);
    });
}

#[test]
fn who_is_limited_to_groups_asks_and_reads_only_there() {
    on_both(|house| async move {
        let (own, other) = (Machine::enrol(&house, "PC-014").await, Machine::enrol(&house, "PC-015").await);
        let group = house.group("東京").await;
        house.move_to(&own, &group).await;
        let everywhere = send(&house, &draft(&[&root(&house).await])).await;
        let token = house.limited_to(Role::Operator, &group).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let ask = async |method: &str, path: &str, body: Option<&Value>| house.ask(method, path, &headers, body).await;
        assert_eq!(ask("GET", SURVEYS, None).await.expect(200)["count"]["value"], 0);
        for (method, path) in
            [("GET", ""), ("GET", "/results"), ("GET", "/answers.csv"), ("POST", "/close"), ("POST", "/copy")]
        {
            ask(method, &format!("{everywhere}{path}"), None).await.expect(404);
        }
        let refused = ask("POST", SURVEYS, Some(&draft(&[&root(&house).await]))).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/groups/0");
        let made = ask("POST", SURVEYS, Some(&draft(&[&group]))).await.expect(201);
        assert_eq!(made["reach"]["endpoints"], 1);
        let path = format!("{SURVEYS}/{}", made["id"].as_str().unwrap());
        ask("POST", &format!("{path}/send"), Some(&json!({}))).await.expect(200);
        assert_eq!((notices(&own).await.len(), notices(&other).await.len()), (2, 1));
        assert_eq!(ask("GET", SURVEYS, None).await.expect(200)["count"]["value"], 1);
        ask("GET", &format!("{path}/results"), None).await.expect(200);
    });
}
