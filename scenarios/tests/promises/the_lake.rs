//! R03: what is in the log can be read in a lake by programs that know nothing of us.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use serde_json::Value;
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
