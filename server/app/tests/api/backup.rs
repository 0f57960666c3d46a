//! Backup under load, and what a restored server and its endpoints make of it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use yagura_server::{config::Config, start};

use crate::{
    harness::{House, fresh_database, on_both},
    machine::{Machine, account},
};

async fn set_directory(house: &House, directory: &Path) {
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
    house.ask("PATCH", "/api/v1/settings", &headers, Some(&json!({"backup_directory": directory}))).await.expect(200);
}

/// Asks for a backup and waits for its end.
async fn backup(house: &House) -> Value {
    let asked = house.admin("POST", "/api/v1/backups", None).await.expect(202);
    let ended = || async {
        let list = house.admin("GET", "/api/v1/backups", None).await.expect(200);
        let job = list["items"].as_array().unwrap().iter().find(|job| job["id"] == asked["id"]).cloned();
        job.filter(|job| !job["ended_at"].is_null())
    };
    house.until("the backup has ended", || async { ended().await.is_some() }).await;
    ended().await.unwrap()
}

/// The command lines that the server knows.
async fn known(house: &House) -> Vec<String> {
    let mut lines = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/events?kind=process.start&limit=500{cursor}");
        let page = house.admin("GET", &path, None).await.expect(200);
        let items = page["items"].as_array().unwrap();
        lines.extend(items.iter().map(|row| row["command_line"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return lines,
        }
    }
}

#[test]
fn what_was_acknowledged_before_a_backup_under_load_is_there_after_it_and_the_rest_is_a_gap() {
    on_both(|mut house| async move {
        let backups = tempfile::tempdir().unwrap();
        set_directory(&house, backups.path()).await;
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let by = account("tanaka", "1000");
        for number in 0..50 {
            machine.runs(&by, &format!("before {number}"));
            machine.send().await.unwrap();
        }
        let other = Machine::enrol(&house, "PC-015").await;
        let busy = Arc::new(AtomicBool::new(true));
        let load = tokio::spawn({
            let (busy, mut other, by) = (Arc::clone(&busy), other, by.clone());
            async move {
                let mut number = 0;
                while busy.load(Ordering::Relaxed) {
                    other.runs(&by, &format!("meanwhile {number}"));
                    other.send().await.unwrap();
                    number += 1;
                }
                number
            }
        });
        let job = backup(&house).await;
        busy.store(false, Ordering::Relaxed);
        assert!(load.await.unwrap() > 0);
        assert_eq!(job["state"], "done", "{job}");
        for number in 0..5 {
            machine.runs(&by, &format!("after {number}"));
        }
        machine.send().await.unwrap();

        let folder = Path::new(job["folder"].as_str().unwrap()).to_owned();
        let port = house.server.address.port();
        house.server.stop().await;
        let data = tempfile::tempdir().unwrap();
        let database = match house.database.strip_prefix("postgres") {
            Some(_) => Some(fresh_database(&std::env::var("YAGURA_TEST_POSTGRES").unwrap()).await),
            None => None,
        };
        let mut text = restored(&folder, data.path(), database.as_deref()).await;
        text = text.replace("127.0.0.1:0", &format!("127.0.0.1:{port}"));
        if let Some(database) = &database {
            text = text.replace(&house.database, database);
        }
        std::fs::write(data.path().join("yagura.toml"), text).unwrap();
        house.server = start(&Config::load(&data.path().join("yagura.toml")).unwrap()).await.unwrap();

        let lines = known(&house).await;
        for number in 0..50 {
            assert!(lines.contains(&format!("before {number}")), "{number} of {lines:?}");
        }
        assert!(!lines.iter().any(|line| line.starts_with("after")), "{lines:?}");
        let welcome = machine.hello().await;
        assert!(!welcome.new_epoch, "the endpoint goes on as it was");
        machine.runs(&by, "back again");
        assert!(machine.send().await.unwrap().unwrap().accepted);
        assert!(known(&house).await.contains(&"back again".to_owned()));
        let gaps = house.admin("GET", "/api/v1/events?kind=agent.gap&endpoint=PC-014", None).await.expect(200);
        assert_eq!((&gaps["items"][0]["body"]["reason"], &gaps["items"][0]["count"]), (&json!("restored"), &json!(5)));
        let alarms = house.admin("GET", "/api/v1/alarms?kind=events.lost&endpoint=PC-014", None).await.expect(200);
        assert_eq!(alarms["count"]["value"], 1);
    });
}

/// Restores and gives the text of the configuration.
async fn restored(folder: &Path, data: &Path, database: Option<&str>) -> String {
    yagura_server::restore(folder, data, database).await.unwrap();
    std::fs::read_to_string(data.join("yagura.toml")).unwrap()
}

#[test]
fn a_damaged_backup_and_a_place_that_is_not_empty_are_refused() {
    on_both(|house| async move {
        let backups = tempfile::tempdir().unwrap();
        house.admin("POST", "/api/v1/backups", None).await.expect(409);
        set_directory(&house, backups.path()).await;
        let job = backup(&house).await;
        let folder = Path::new(job["folder"].as_str().unwrap());
        let full = tempfile::tempdir().unwrap();
        std::fs::write(full.path().join("something"), "here").unwrap();
        let refused = yagura_server::restore(folder, full.path(), None).await.unwrap_err();
        assert!(refused.to_string().contains("is not empty"), "{refused}");
        std::fs::write(folder.join("server-id"), "another").unwrap();
        let empty = tempfile::tempdir().unwrap();
        let refused = yagura_server::restore(folder, empty.path(), None).await.unwrap_err();
        assert!(refused.to_string().contains("server-id is not as it was"), "{refused}");
        assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
        std::fs::remove_file(folder.join("manifest.json")).unwrap();
        yagura_server::restore(folder, empty.path(), None).await.unwrap_err();
    });
}

#[test]
fn a_backup_that_cannot_be_written_or_is_stopped_leaves_nothing() {
    on_both(|house| async move {
        let backups = tempfile::tempdir().unwrap();
        let file = backups.path().join("a file");
        std::fs::write(&file, "no folder").unwrap();
        set_directory(&house, &file).await;
        let job = backup(&house).await;
        assert_eq!(job["state"], "failed");
        assert!(job["error"].as_str().unwrap().contains("failed to make"), "{job}");
        let health = house.admin("GET", "/api/v1/system/health", None).await.expect(200).to_string();
        assert!(health.contains("the last one failed: failed to make"), "{health}");
        set_directory(&house, &backups.path().join("new")).await;
        let asked = house.admin("POST", "/api/v1/backups", None).await.expect(202);
        let path = format!("/api/v1/backups/{}/cancel", asked["id"].as_str().unwrap());
        // It may have been quicker than the word to stop; then it is whole.
        let stopped = house.admin("POST", &path, None).await;
        let whole = stopped.status == 409;
        if !whole {
            assert_eq!(stopped.body["state"], "cancelled");
        }
        backup(&house).await;
        let found = std::fs::read_dir(backups.path().join("new")).unwrap();
        let names: Vec<_> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(names.iter().all(|name| !name.ends_with(".partial")), "{names:?}");
        let audit = house.admin("GET", "/api/v1/audit?action=backup.create", None).await.expect(200);
        assert_eq!(audit["count"]["value"], 3);
    });
}
