//! A person asks at their own machine what is recorded about them: their browser opens their pages, once, and nobody else's.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::Path,
};

use serde_json::json;
use yagura_scenarios::{House, sees_processes};

/// An account that every Debian has.
const PERSON: u32 = 65534;

/// A desktop whose browser writes down what it is to open.
fn desktop(dir: &Path) {
    fs::create_dir(dir).unwrap();
    let opener = dir.join("xdg-open");
    fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >'{}/opened'\n", dir.display())).unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    chown(dir, Some(PERSON), None).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_their_own_pages_through_a_link_that_works_once() {
    if !sees_processes("a person sees their own pages") {
        return;
    }
    let mut house = House::new();
    // The person may pass through, and see nothing.
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    house.start_agent();
    house.endpoint().await;
    let dir = house.path("desktop");
    desktop(&dir);
    house.until_file(&house.path("agent.sock")).await;
    let output = house.session(PERSON, &dir, &["--mine"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let url = fs::read_to_string(dir.join("opened")).unwrap();
    let secret = url.trim().strip_prefix(&format!("{}/sign-in#", house.url())).unwrap().to_owned();
    let link = json!({ "token": secret });
    let (status, body) = house.post("/api/v1/session/link", &link).await.unwrap();
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["admin"]["role"], "employee", "{body}");
    assert_eq!(body["admin"]["name"], "nobody", "the account of who asked, by the kernel's word: {body}");
    let (again, _) = house.post("/api/v1/session/link", &link).await.unwrap();
    assert_ne!(again, 200, "it works once");
}
