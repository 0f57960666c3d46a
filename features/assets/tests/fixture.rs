//! A made-up machine, as a tree of files.
#![cfg(all(feature = "agent", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "test helpers")]

mod laptop;

use std::{fs, os::unix::fs::symlink, process::Command};

use laptop::{FILES, Made, tree};
use yagura_assets::agent::linux::collect_from;
use yagura_vocabulary::Time;

#[test]
fn a_laptop_is_read_as_it_is() {
    let root = tree();
    let collected = collect_from(root.path(), &Made, Time::from_seconds(1_795_400_000));
    let now = serde_json::to_string_pretty(&collected.assets).unwrap() + "\n";
    assert_eq!(now, include_str!("../golden/assets-v3.json"));
    assert_eq!(collected.missing, Vec::<String>::new());
}

#[test]
fn a_machine_without_any_of_these_files_is_told_of_with_gaps() {
    let empty = tempfile::tempdir().unwrap();
    let collected = collect_from(empty.path(), &Made, Time::from_seconds(0));
    assert_eq!(collected.assets.hardware.serial, None);
    assert_eq!(collected.assets.software, []);
    assert!(collected.missing[0].contains("firmware tables"), "{:?}", collected.missing);
}

#[test]
fn bytes_that_are_not_text_are_read_all_the_same() {
    let root = tree();
    for name in FILES.iter().map(|(name, _)| *name).chain(["sys/firmware/dmi/tables/DMI"]) {
        fs::write(root.path().join(name), b"\xff\xfe:\0\x93\n\n\n: - \\").unwrap();
        let collected = collect_from(root.path(), &Made, Time::from_seconds(0));
        serde_json::to_string(&collected.assets).unwrap();
    }
}

#[test]
fn what_people_put_in_the_way_in_their_homes_holds_up_nobody_and_tells_nothing() {
    let root = tree();
    let look = || collect_from(root.path(), &Made, Time::from_seconds(0)).assets.software;
    let before = look();
    let home = root.path().join("home/田中");
    let elsewhere = root.path().join("srv/secret");
    let manifest = r#"{"name": "secret", "version": "1"}"#;
    fs::create_dir_all(elsewhere.join("abc/1")).unwrap();
    fs::write(elsewhere.join("abc/1/manifest.json"), manifest).unwrap();
    fs::write(elsewhere.join("extensions.json"), r#"{"addons":[{"id":"s","version":"1","type":"extension"}]}"#)
        .unwrap();

    // A pipe that nobody writes to, a file without end, a link to a file, a link to a folder, a text that is far too long.
    let profile = |name: &str| {
        let at = home.join(".mozilla/firefox").join(name);
        fs::create_dir_all(&at).unwrap();
        at.join("extensions.json")
    };
    assert!(Command::new("mkfifo").arg(profile("pipe")).status().unwrap().success());
    symlink("/dev/zero", profile("endless")).unwrap();
    symlink(elsewhere.join("extensions.json"), profile("link")).unwrap();
    symlink(&elsewhere, home.join(".mozilla/firefox/folder")).unwrap();
    fs::File::create(profile("long")).unwrap().set_len(1 << 30).unwrap();
    symlink(&elsewhere, home.join(".config/google-chrome/Profile 1")).unwrap();
    symlink(elsewhere.join("abc"), home.join(".config/google-chrome/Default/Extensions/abc")).unwrap();
    assert_eq!(look(), before);
}
