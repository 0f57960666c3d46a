//! A package comes and goes, by dpkg itself in a root of the test's own.
#![cfg(all(feature = "agent", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use yagura_assets::agent::linux::{RunningKernel, collect_from};
use yagura_channel::wire::delta::{Delta, diff};
use yagura_vocabulary::Time;

fn run(program: &str, arguments: &[&str]) {
    let answer = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output().unwrap();
    assert!(answer.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
}

/// Makes a package of one file.
fn package(folder: &Path, version: &str) -> String {
    let tree = folder.join(format!("tree-{version}"));
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("usr/share/yagura-tried")).unwrap();
    fs::write(tree.join("usr/share/yagura-tried/file"), version).unwrap();
    let control = format!(
        "Package: yagura-tried\nVersion: {version}\nArchitecture: all\nMaintainer: 情報部 <it@example.jp>\nInstalled-Size: 7\n\
         Description: made by a test\n"
    );
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    let file = folder.join(format!("{version}.deb")).to_str().unwrap().to_owned();
    run("dpkg-deb", &["--root-owner-group", "--build", tree.to_str().unwrap(), &file]);
    file
}

#[test]
fn a_package_that_comes_is_updated_and_goes_is_one_difference_each_time() {
    if Command::new("dpkg-deb").arg("--version").output().is_err() || !yagura_platform::is_superuser() {
        println!("SKIPPED: this machine has no dpkg, or this user may not install packages");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    for name in ["info", "updates", "triggers"] {
        fs::create_dir_all(root.join("var/lib/dpkg").join(name)).unwrap();
    }
    let others = |name: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\nMaintainer: a\nDescription: b\n\n"
        )
    };
    fs::write(root.join("var/lib/dpkg/status"), [others("aaa"), others("zzz")].concat()).unwrap();
    let look =
        || serde_json::to_value(collect_from(&root, &RunningKernel, Time::from_seconds(0)).assets.software).unwrap();
    // What changed, as it would be sent: where, how many are gone, and which are new.
    let changed = |old: &Value, new: &Value| {
        let Some(Delta::List(hunks)) = diff(old, new) else { panic!("{new}") };
        let [hunk] = hunks.as_slice() else { panic!("{hunks:?}") };
        (hunk.at, hunk.gone, hunk.new.iter().map(|one| one["version"].clone()).collect::<Vec<_>>())
    };
    let (first, second) = (package(folder.path(), "1.0"), package(folder.path(), "1.1"));
    let dpkg = |arguments: &[&str]| run("dpkg", &[&["--root", root.to_str().unwrap()], arguments].concat());

    let before = look();
    dpkg(&["--install", &first]);
    let installed = look();
    assert_eq!(changed(&before, &installed), (1, 0, vec![json!("1.0")]));
    assert_eq!(installed[1]["publisher"], "情報部");
    assert_eq!(installed[1]["size_bytes"], 7 * 1024);
    dpkg(&["--install", &second]);
    let updated = look();
    assert_eq!(changed(&installed, &updated), (1, 1, vec![json!("1.1")]));
    dpkg(&["--remove", "yagura-tried"]);
    assert_eq!(changed(&updated, &look()), (1, 1, vec![]));
    assert_eq!(look(), before);
}
