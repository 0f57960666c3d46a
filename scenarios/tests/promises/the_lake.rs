//! R03, R04: what is in the log can be read in a lake by programs that know nothing of us, and what shows that it was not changed lies
//! in a bucket.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, Lake};
use yagura_vocabulary::{Clock as _, SystemClock};

/// The Parquet files in a folder, by their place in it, in hex.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                let hex = std::fs::read(&path).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
                found.insert(name, hex);
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_back_whole_from_a_folder_and_from_a_bucket() {
    let promise = "an export is read back whole from a folder and from a bucket";
    let mut house = House::new();
    let Some(lake) = Lake::start(&house, promise) else { return };
    house.start_agent();
    let (until, since) = (SystemClock.now() + Duration::from_secs(3600), SystemClock.now() - Duration::from_secs(3600));
    let span = ["--since", &since.to_string(), "--until", &until.to_string()].map(str::to_owned);
    // The agent's own start is enough, and no more comes of this kind meanwhile.
    let page = house
        .until("the agent's start", "/api/v1/events?kind=agent.start", |page| {
            Some(page.clone()).filter(|page| page["items"].as_array().is_some_and(|items| !items.is_empty()))
        })
        .await;
    let folder = house.path("lake");
    let told = lake.export(&house, &folder.display().to_string()).arg("kind:agent.start").args(&span).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let read = lake.read(&folder);
    let uid = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let ours: BTreeSet<_> = page["items"].as_array().unwrap().iter().map(|event| uid(event, "id")).collect();
    let theirs: BTreeSet<_> = read["rows"].as_array().unwrap().iter().map(|row| uid(row, "uid")).collect();
    assert_eq!(theirs, ours);
    assert_eq!(read["rows"].as_array().unwrap().len(), ours.len(), "each once");
    assert_eq!(read["unsorted"], Value::Array(Vec::new()), "rows by time, one class a file");
    for row in read["rows"].as_array().unwrap() {
        assert_eq!(
            (&row["kind"], &row["class_uid"], &row["agrees"]),
            (&"agent.start".into(), &6002.into(), &true.into())
        );
        assert_eq!(
            (&row["region"], &row["account"], &row["day"]),
            (&"ap-northeast-1".into(), &"external".into(), &row["own_day"])
        );
        assert!(row["lane"].is_string(), "what has no place is in `unmapped`: {row}");
    }

    lake.make_bucket("kiroku");
    for _twice in 0..2 {
        let told = lake.export(&house, "s3://kiroku/yagura").arg("kind:agent.start").args(&span).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    }
    let in_bucket: BTreeMap<String, String> = serde_json::from_value(lake.files("kiroku")).unwrap();
    let in_folder: BTreeMap<_, _> =
        files(&folder).into_iter().map(|(name, hex)| (format!("yagura/{name}"), hex)).collect();
    assert_eq!(in_bucket, in_folder, "the same files, and a second export puts them in the place of the first");

    let told = lake.export(&house, "s3://nowhere").arg("kind:agent.start").args(&span).output().unwrap();
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(!told.status.success() && said.contains("NoSuchBucket"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_the_journal_lies_in_a_bucket_and_shows_that_nothing_was_changed() {
    let mut house = House::new();
    let promise = "the head of the journal lies in a bucket";
    let Some(lake) = Lake::start(&house, promise) else { return };
    house.start_agent();
    house.until("the agent's start", "/api/v1/events?kind=agent.start", |page| page["items"].get(0).cloned()).await;
    let evidence = "/api/v1/events/evidence";
    let place = |bucket: &str| {
        let place = json!({"kind": "s3", "endpoint": lake.endpoint(), "region": "ap-northeast-1", "bucket": bucket,
            "prefix": "yagura/heads", "key_id": "testing", "secret": "testing"});
        json!({"hour": 6, "destinations": [place]})
    };
    let send = async |bucket: &str, over: fn(&Value) -> bool| {
        let set = house.try_ask("PUT", evidence, Some("*"), Some(&place(bucket))).await.unwrap();
        assert_eq!(set.0, 200, "{}", set.1);
        house.ask("POST", &format!("{evidence}/send"), None, 202).await;
        let delivery = |shown: &Value| Some(shown["heads"][0]["deliveries"][0].clone()).filter(over);
        house.until("the head", evidence, delivery).await
    };
    let missed = send("nowhere", |delivery| delivery["attempts"] == 1).await;
    assert!(missed["error"].as_str().unwrap().contains("NoSuchBucket"), "{missed}");
    lake.make_bucket("shoko");
    send("shoko", |delivery| delivery["state"] == "done").await;
    let files: BTreeMap<String, String> = serde_json::from_value(lake.files("shoko")).unwrap();
    let (name, hex) = files.first_key_value().unwrap();
    assert!(files.len() == 1 && name.starts_with("yagura/heads/journal-head-"), "{name}");
    let bytes: Vec<u8> =
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    let head = house.path("head.json");
    std::fs::write(&head, bytes).unwrap();
    house.stop_server();
    let data = house.path("server").display().to_string();
    let told = house.ctl(&["events", "verify", "--data", &data, "--head", &head.display().to_string()]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_question_finds_is_taken_away_as_parquet_and_read_by_strangers() {
    let mut house = House::new();
    let Some(lake) = Lake::start(&house, "an export as Parquet is read by strangers") else { return };
    house.start_agent();
    let found = "/api/v1/events?kind=agent.start";
    let event = house.until("the agent's start", found, |page| page["items"].get(0).cloned()).await;
    let exports = "/api/v1/log-search/exports";
    let wanted = json!({"q": "kind:agent.start", "format": "parquet"});
    house.ask("POST", exports, Some(&wanted), 202).await;
    let done = |list: &Value| Some(list["items"][0].clone()).filter(|one| one["state"] == "done");
    let export = house.until("the export", exports, done).await;
    let file = house.path("log.parquet");
    let place = format!("{exports}/{}/file", export["id"].as_str().unwrap());
    std::fs::write(&file, house.file(&place).await).unwrap();
    let read = lake.table(&file);
    let rows = read["rows"].as_array().unwrap();
    assert_eq!(
        (rows.len() as u64, export["total"].as_u64()),
        (export["written"].as_u64().unwrap(), Some(rows.len() as u64))
    );
    let row = rows.iter().find(|row| row["id"] == event["id"]).unwrap();
    let micros = |value: &Value| value.as_str().unwrap().parse::<yagura_vocabulary::Time>().unwrap().micros();
    assert_eq!(row["occurred_at"], micros(&event["occurred_at"]));
    for name in ["kind", "hostname", "endpoint", "level", "seq", "inferred"] {
        assert_eq!(row[name], event[name], "{name}");
    }
    let types = &read["types"];
    assert_eq!(
        (&types["occurred_at"], &types["bytes"]),
        (&json!("TIMESTAMP WITH TIME ZONE"), &json!("BIGINT")),
        "{types}"
    );
}
