//! Distribution: what is handed in is read and kept, and given to endpoints by its hash.

use serde_json::{Value, json};
use yagura_channel::{
    agent::blobs::BlobDir,
    wire::blob::{BlobHash, BlobPurpose},
};

use crate::{
    distribution::{ROLLOUTS, allow, ask, carries_out, deb, deb_for, hand_in, look, machine, read, stand},
    harness::on_both,
    ledger,
};

const ITEMS: &str = "/api/v1/distribution/items";

#[test]
fn a_package_says_itself_what_it_is_and_lies_on_the_shelf_once() {
    on_both(|house| async move {
        let file = deb("hello", "2.0-1");
        let (status, item) = hand_in(&house, "?note=%E6%9C%88%E4%BE%8B", &file).await;
        assert_eq!((status, &item["name"], &item["version"]), (201, &json!("hello"), &json!("2.0-1")), "{item}");
        assert_eq!(
            (&item["kind"], &item["architecture"], &item["depends"]),
            (&json!("deb"), &json!("all"), &json!(["libc6"]))
        );
        assert_eq!((&item["note"], &item["created_by"]), (&json!("月例"), &json!("admin")));
        let (status, again) = hand_in(&house, "", &file).await;
        assert_eq!((status, &again["id"]), (200, &item["id"]));

        let other = "0".repeat(64);
        let (status, refused) = hand_in(&house, &format!("?sha256={other}"), &deb("hello", "3.0")).await;
        assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("other_hash")));
        let (status, refused) = hand_in(&house, "", b"MZ this is something else").await;
        assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("no_package")));
        let settings = json!({"most_bytes": 1 << 20});
        let headers = [("authorization", &*format!("Bearer {}", house.admin)), ("if-match", "*")];
        house.ask("PUT", "/api/v1/distribution/settings", &headers, Some(&settings)).await.expect(200);
        assert_eq!(hand_in(&house, "", &vec![b'x'; (1 << 20) + 1]).await.0, 413);
        assert!(std::fs::read_dir(house.dir().join("uploads")).unwrap().next().is_none(), "nothing is left of uploads");

        let list = house.admin("GET", ITEMS, None).await.expect(200);
        assert_eq!(list["count"]["value"], 1);
        let path = format!("{ITEMS}/{}", item["id"].as_str().unwrap());
        house.admin("DELETE", &path, None).await.expect(204);
        house.admin("GET", &path, None).await.expect(404);
        for action in ["package.create", "package.remove"] {
            let audit = house.admin("GET", &format!("/api/v1/audit?action={action}"), None).await.expect(200);
            assert_eq!(audit["count"]["value"], 1, "{audit}");
        }
    });
}

#[test]
fn a_script_keeps_its_versions() {
    on_both(|house| async move {
        let scripts = "/api/v1/distribution/scripts";
        let script = |text: &str| json!({"name": "clean", "text": text, "interpreter": "/bin/sh"});
        let first = house.admin("POST", scripts, Some(&script("#!/bin/sh\r\necho 1\r\n"))).await.expect(201);
        let second = house.admin("POST", scripts, Some(&script("#!/bin/sh\necho 2\n"))).await.expect(201);
        assert_eq!((&first["version"], &second["version"]), (&json!("1"), &json!("2")));
        house.admin("POST", scripts, Some(&script("#!/bin/sh\necho 2\n"))).await.expect(409);
        let newest = house.admin("GET", &format!("{ITEMS}?kind=script"), None).await.expect(200);
        assert_eq!((&newest["count"]["value"], &newest["items"][0]["id"]), (&json!(1), &second["id"]));
        let all = house.admin("GET", &format!("{ITEMS}?name=clean"), None).await.expect(200);
        assert_eq!(all["count"]["value"], 2);
        let whole = house.admin("GET", &format!("{ITEMS}/{}", first["id"].as_str().unwrap()), None).await.expect(200);
        assert_eq!(whole["text"], "#!/bin/sh\necho 1\n");
        for (change, pointer) in [
            (json!({"name": "../x"}), "/name"),
            (json!({"text": " "}), "/text"),
            (json!({"interpreter": "sh"}), "/interpreter"),
        ] {
            let mut asked = script("true");
            for (name, value) in change.as_object().unwrap() {
                asked[name] = value.clone();
            }
            let refused = house.admin("POST", scripts, Some(&asked)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer);
        }
    });
}

#[test]
fn packages_for_machines_of_another_architecture_are_refused_in_the_preview() {
    on_both(|house| async move {
        allow(&house, &["install"]).await;
        let (one, other) = (machine(&house, "PC-001").await, machine(&house, "PC-002").await);
        one.client.state(&ledger::report("A1")).await.unwrap();
        let preview = |item: Value| {
            let mut asked = ask(&[&one, &other]);
            asked["work"] = json!({"kind": "install", "items": [item["id"]]});
            let house = &house;
            async move { house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&asked)).await.expect(200) }
        };
        let (_, arm) = hand_in(&house, "", &deb_for("hello", "1.0", "arm64")).await;
        let refused = preview(arm).await;
        // Of the other nothing is known.
        assert_eq!(refused["obstacles"], json!([{"why": "other_architecture", "endpoints": 1}]), "{refused}");
        assert_eq!(refused["rings"][0]["first"][0]["cannot"], "other_architecture");
        for fits in [deb_for("hello", "1.0", "amd64"), deb("hello", "1.0")] {
            let (_, item) = hand_in(&house, "", &fits).await;
            assert_eq!(preview(item).await["obstacles"], json!([]));
        }
    });
}

#[test]
fn very_many_packages_go_to_endpoints_as_a_list_that_they_fetch() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let one = machine(&house, "PC-001").await;
        let packages: Vec<String> = (0..812).rev().map(|n| format!("package-{n:03}")).collect();
        let mut asked = ask(&[&one]);
        asked["work"] = json!({"kind": "package_updates", "packages": packages});
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        assert_eq!(rollout["work"]["packages"].as_array().map(Vec::len), Some(812));
        look(&house).await;
        let job = carries_out(&house, &one, "done").await;
        let list: String = (0..812).map(|n| format!("package-{n:03}\n")).collect();
        let hash = BlobHash::of(list.as_bytes());
        assert_eq!(job["work"]["which"], json!({"of": "listed", "blob": hash, "count": 812}));
        let folder = tempfile::tempdir().unwrap();
        let blobs = BlobDir::open(&folder.path().join("blobs"), 64 << 20).unwrap();
        let file = blobs.fetch(&one.client, hash, BlobPurpose::Package).await.unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), list);
    });
}

#[test]
fn packages_are_given_by_their_hash_and_stay_on_the_shelf_while_they_are_needed() {
    on_both(|house| async move {
        allow(&house, &["install"]).await;
        let one = machine(&house, "PC-001").await;
        let (_, item) = hand_in(&house, "", &deb("hello", "2.0")).await;
        let mut asked = ask(&[&one]);
        asked["work"] = json!({"kind": "install", "items": [item["id"]]});
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        look(&house).await;
        let path = format!("{ITEMS}/{}", item["id"].as_str().unwrap());
        house.admin("DELETE", &path, None).await.expect(409);
        let job = carries_out(&house, &one, "done").await;
        let file = &job["work"]["files"][0];
        assert_eq!((&file["blob"], &file["name"]), (&item["sha256"], &json!("hello_2.0_all.deb")));
        assert_eq!(stand(&house, &rollout).await, "done: good");
        house.admin("DELETE", &path, None).await.expect(204);
        assert_eq!(read(&house, &rollout).await["items"][0]["name"], "hello");
    });
}
