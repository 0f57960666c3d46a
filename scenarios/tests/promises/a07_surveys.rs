//! A07: a survey reaches people at their desktops, is answered on the page that their own pop-up opens, and is in the CSV; who has
//! answered is not reminded; the answers are erased after their days.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use serde_json::{Value, json};
use yagura_scenarios::{House, Seat, sees_processes};

/// Who answers, and who does not: no accounts of the system, which nobody asks.
const PERSON: u32 = 65534;
const OTHER: u32 = 54321;

const TITLE: &str = "在宅勤務について";

/// Has the browser of this person write down what it is to open; where it does.
fn browser(house: &House, account: u32) -> PathBuf {
    let home = house.path(&format!("home-{account}"));
    let (opener, opened) = (home.join("xdg-open"), home.join("opened"));
    fs::write(&opener, format!("#!/bin/sh\nprintf '%s' \"$1\" >'{0}.new' && mv '{0}.new' '{0}'\n", opened.display()))
        .unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    opened
}

/// The link that the session program gets for whoever sits there.
async fn link(house: &House, account: u32) -> String {
    let dir = house.path(&format!("home-{account}"));
    let opened = browser(house, account);
    let output = house.session(account, &dir, &["--mine"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    house.until_file(&opened).await;
    let link = fs::read_to_string(&opened).unwrap();
    fs::remove_file(&opened).unwrap();
    link
}

/// Presses the button at the lower left of the pop-up, which leads to the survey, or the one at the lower right, which closes it.
fn press(seat: &Seat, window: u32, left: bool) {
    let window = window.to_string();
    let shape = seat.ask("xdotool", &["getwindowgeometry", "--shell", &window]).unwrap();
    let side = |name: &str| shape.lines().find_map(|line| line.strip_prefix(name)?.parse::<i32>().ok()).unwrap();
    let (x, y) = (if left { 50 } else { side("WIDTH=") - 50 }, side("HEIGHT=") - 30);
    let place = ["mousemove", "--window", &window, &x.to_string(), &y.to_string(), "click", "1"].map(str::to_owned);
    seat.ask("xdotool", &place.each_ref().map(String::as_str)).unwrap();
}

/// Changes a time of the survey while the server is away, as if its clock had gone on.
async fn as_if(house: &mut House, survey: &str, column: &str) {
    house.stop_server();
    sqlx::any::install_default_drivers();
    let file = house.path("server").join("control.db");
    let pool = sqlx::AnyPool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let sql = format!("UPDATE surveys_survey SET {column} = 1 WHERE id = $1");
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(survey).execute(&pool).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    pool.close().await;
    house.start_server();
}

/// Whose screens showed a notice, by uid, in order.
async fn shown(house: &House, count: usize) -> Vec<String> {
    let path = "/api/v1/events?kind=notice.shown&limit=100";
    house
        .until(&format!("notice {count} on a screen"), path, |page| {
            let mut who: Vec<_> =
                page["items"].as_array()?.iter().map(|row| row["user_id"].as_str().unwrap().to_owned()).collect();
            who.sort();
            (who.len() == count).then_some(who)
        })
        .await
}

fn survey(group: &str) -> Value {
    let one = json!({"type": "one", "choices": ["なし", "1〜2日", "3日以上"]});
    json!({
        "title": TITLE, "lead": "5分ほどで終わります。", "anonymous": false,
        "questions": [
            {"id": "days", "text": "在宅勤務の日数", "required": true, "kind": one},
            {"id": "more", "text": "困っていること", "required": false, "kind": {"type": "long"}},
        ],
        "days": 7, "remind_days": 2, "keep_days": 2, "groups": [group], "people": [],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_is_answered_from_the_pop_up_reminds_the_others_only_and_forgets_in_time() {
    let promise = "a survey is answered from the pop-up";
    if !sees_processes(promise) {
        return;
    }
    let mut house = House::new();
    // People may pass through, and see nothing.
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    house.start_agent();
    house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let (Some(person), Some(other)) = (Seat::take(&house, PERSON, promise), Seat::take(&house, OTHER, promise)) else {
        return;
    };
    // The server knows who there is by their looking at their own pages once.
    link(&house, OTHER).await;
    link(&house, PERSON).await;

    let group = house.root_group().await;
    let made = house.ask("POST", "/api/v1/surveys", Some(&survey(&group)), 201).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/surveys/{id}");
    let (status, sent) = house.try_ask("POST", &format!("{path}/send"), Some("*"), Some(&json!({}))).await.unwrap();
    // The machine may have people of its own.
    assert!(status == 200 && sent["asked"].as_u64() >= Some(2), "{status} {sent}");
    assert_eq!(shown(&house, 2).await, [OTHER.to_string(), PERSON.to_string()]);

    let opened = browser(&house, PERSON);
    press(&person, person.popup().await, true);
    house.until_file(&opened).await;
    let url = fs::read_to_string(&opened).unwrap();
    assert!(url.starts_with(&format!("{}/sign-in?to=/me/surveys/{id}#", house.url())), "{url}");
    let session = house.sign_in(&url).await;
    let mine = format!("/api/v1/me/surveys/{id}");
    let form = house.ask_as(&session, "GET", &mine, None, 200).await;
    assert_eq!((&form["title"], &form["open"], &form["answered"]), (&json!(TITLE), &json!(true), &json!(0)));
    let answer = json!({"answers": {"days": 2, "more": "=HYPERLINK(\"http://x\")"}, "seen": 0});
    house.ask_as(&session, "PUT", &format!("{mine}/answer"), Some(&answer), 200).await;

    let file = house.file(&format!("{path}/answers.csv")).await;
    let text = String::from_utf8(file.to_vec()).unwrap();
    assert!(text.starts_with("\u{feff}誰,回答,在宅勤務の日数,困っていること\r\n"), "{text}");
    assert!(text.contains(",3日以上,\"'=HYPERLINK(\"\"http://x\"\")\"\r\n"), "{text}");

    // One notice stands on a screen at a time: the other reads theirs, and puts it off.
    press(&other, other.popup().await, false);
    as_if(&mut house, &id, "reminded_at").await;
    assert_eq!(
        shown(&house, 3).await,
        [OTHER.to_string(), OTHER.to_string(), PERSON.to_string()],
        "who has answered is left alone"
    );

    house.ask("POST", &format!("{path}/close"), None, 200).await;
    house
        .ask_as(&session, "PUT", &format!("{mine}/answer"), Some(&json!({"answers": {"days": 1}, "seen": 1})), 409)
        .await;
    as_if(&mut house, &id, "erase_at").await;
    let counts = house
        .until("the answers' end", &path, |survey| {
            (survey["state"] == "erased").then(|| (survey["asked"].as_u64(), survey["answered"].as_u64()))
        })
        .await;
    assert!(counts.0 >= Some(2) && counts.1 == Some(1), "{counts:?}");
    let (status, _) = house.try_ask("GET", &format!("{path}/answers.csv"), None, None).await.unwrap();
    assert_eq!(status, 409, "the answers are gone");
}
