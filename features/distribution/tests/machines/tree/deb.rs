//! A small Debian: packages made for it, and archives.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use serde_json::{Value, json};
use yagura_channel::wire::blob::BlobHash;

use super::Tree;

/// A package to be made.
pub(crate) struct Deb {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) postinst: &'static str,
    /// The content of its file of settings.
    pub(crate) settings: Option<&'static str>,
}

/// One with this name and version.
pub(crate) fn deb(name: &'static str, version: &'static str) -> Deb {
    Deb { name, version, postinst: "", settings: None }
}

/// A Debian; nothing, said loudly, where one cannot be made.
pub(crate) fn grow() -> Option<Tree> {
    Tree::grow("debian.sh", &["/usr/bin/dpkg", "/usr/lib/apt/methods/file"])
}

impl Tree {
    /// What dpkg has of a package: status and version.
    pub(crate) fn dpkg(&self, name: &str) -> String {
        self.inside(&["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}", name])
    }

    /// Makes a package file.
    pub(crate) fn make(&self, deb: &Deb) -> PathBuf {
        let Deb { name, version, postinst, settings } = deb;
        let stage = self.beside(&format!("stage-{name}-{version}"));
        let control = stage.join("DEBIAN");
        fs::create_dir_all(&control).unwrap();
        let share = stage.join("usr/share").join(name);
        fs::create_dir_all(&share).unwrap();
        fs::write(share.join("version"), version).unwrap();
        let head = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Test <test@example.org>\nDescription: for a test\n"
        );
        fs::write(control.join("control"), head).unwrap();
        if let Some(settings) = settings {
            fs::create_dir_all(stage.join("etc")).unwrap();
            fs::write(stage.join(format!("etc/{name}.conf")), settings).unwrap();
            fs::write(control.join("conffiles"), format!("/etc/{name}.conf\n")).unwrap();
        }
        if !postinst.is_empty() {
            let script = control.join("postinst");
            fs::write(&script, format!("#!/bin/sh\n{postinst}\n")).unwrap();
            fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let file = self.beside(&format!("{name}_{version}_all.deb"));
        let mut build = Command::new("dpkg-deb");
        build.args(["-Zgzip", "--root-owner-group", "--build"]).arg(&stage).arg(&file);
        assert!(build.output().unwrap().status.success());
        file
    }

    /// The work that installs these.
    pub(crate) fn install(&self, debs: &[Deb]) -> Value {
        let files: Vec<Value> = debs.iter().map(|deb| self.offer(self.make(deb), deb.name, deb.version)).collect();
        json!({"kind": "install", "files": files})
    }

    /// An archive with these packages, under the label that Debian gives it.
    pub(crate) fn archive(&self, label: &str, suite: &str, debs: &[Deb]) {
        let folder = self.path("srv").join(suite);
        fs::create_dir_all(&folder).unwrap();
        let mut list = String::new();
        for deb in debs {
            let bytes = fs::read(self.make(deb)).unwrap();
            let name = format!("{}_{}_all.deb", deb.name, deb.version);
            fs::write(folder.join(&name), &bytes).unwrap();
            list += &format!(
                "Package: {}\nVersion: {}\nArchitecture: all\nMaintainer: Test <test@example.org>\nDescription: for a test\nFilename: ./{name}\nSize: {}\nSHA256: {}\n\n",
                deb.name,
                deb.version,
                bytes.len(),
                BlobHash::of(&bytes)
            );
        }
        fs::write(folder.join("Packages"), &list).unwrap();
        let release = format!(
            "Origin: Debian\nLabel: {label}\nSuite: {suite}\nVersion: 12\nDate: Mon, 30 Nov 2026 00:00:00 UTC\nSHA256:\n {} {} Packages\n",
            BlobHash::of(list.as_bytes()),
            list.len()
        );
        fs::write(folder.join("Release"), release).unwrap();
        let sources = self.path("etc/apt/sources.list");
        let before = fs::read_to_string(&sources).unwrap();
        fs::write(sources, format!("{before}deb [trusted=yes] file:/srv/{suite} ./\n")).unwrap();
    }
}
