//! The skeleton must be worth starting from: it compiles without a warning and its tests pass.

use std::{env, path::PathBuf, process::Command};

use super::*;

/// An empty folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("yagura-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_new_features_rust_compiles_and_its_tests_pass() {
    if Command::new("cargo").arg("--version").output().is_err() {
        println!("SKIPPED: no cargo on PATH to compile the skeleton with");
        return;
    }
    let folder = Folder::new("skeleton");
    let feature = write(&folder.0, "key-cupboard").unwrap();
    // The repository's own workspace, with nothing in it but the feature.
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let manifest: toml::Table = fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let mut workspace = manifest["workspace"].as_table().unwrap().clone();
    workspace.insert("members".to_owned(), vec!["features/*"].into());
    workspace.remove("default-members");
    let mut dependencies = workspace["dependencies"].as_table().unwrap().clone();
    // Ours are not in this folder, and the skeleton uses none.
    dependencies.retain(|_, value| value.get("path").is_none());
    workspace.insert("dependencies".to_owned(), dependencies.into());
    let manifest = toml::Table::from_iter([("workspace".to_owned(), toml::Value::Table(workspace))]);
    fs::write(folder.0.join("Cargo.toml"), manifest.to_string()).unwrap();
    // Where clippy's driver compiles the tests, it reads the skeleton too, by the house's own settings.
    for name in ["Cargo.lock", "clippy.toml"] {
        fs::copy(root.join(name), folder.0.join(name)).unwrap();
    }

    let output = Command::new("cargo")
        .args(["test", "--quiet", "--offline", "-p", "yagura-key-cupboard"])
        .current_dir(&feature)
        .env("CARGO_TARGET_DIR", folder.0.join("target"))
        .env("RUSTFLAGS", "-Dwarnings")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("test result: ok. 3 passed"), "{said}");
}

#[test]
fn nothing_is_left_to_fill_in() {
    for (path, text) in FILES {
        let filled = fill(text, "key-cupboard");
        for hole in ["{name}", "{snake}", "{Type}", "{Title}", "{property}"] {
            assert!(!filled.contains(hole), "{path} still says {hole}");
        }
    }
}

#[test]
fn a_feature_that_exists_is_left_alone() {
    let folder = Folder::new("twice");
    write(&folder.0, "key-cupboard").unwrap();
    let error = write(&folder.0, "key-cupboard").unwrap_err();
    assert!(error.to_string().ends_with("exists already"));
}

#[test]
fn a_name_that_would_be_no_folder_or_crate_is_refused() {
    for name in ["", "Key", "key_cupboard", "../key", "key--cupboard", "-key", "鍵"] {
        let folder = Folder::new("names");
        assert!(write(&folder.0, name).is_err(), "{name:?}");
        assert!(!folder.0.join("features").exists(), "{name:?}");
    }
}
