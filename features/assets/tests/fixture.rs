//! A made-up machine, as a tree of files.
#![cfg(all(feature = "agent", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "test helpers")]

mod laptop;

use std::fs;

use laptop::{FILES, Made, tree};
use yagura_assets::agent::linux::collect_from;
use yagura_vocabulary::Time;

#[test]
fn a_laptop_is_read_as_it_is() {
    let root = tree();
    let collected = collect_from(root.path(), &Made, Time::from_seconds(1_795_400_000));
    let now = serde_json::to_string_pretty(&collected.assets).unwrap() + "\n";
    assert_eq!(now, include_str!("../golden/assets-v2.json"));
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
