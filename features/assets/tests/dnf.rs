//! A small machine of rpm and dnf, made of this machine's programs: what it has and what waits there.
#![cfg(all(feature = "agent", target_os = "linux"))]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use yagura_assets::{
    agent::{
        Collected,
        linux::{RunningKernel, ask_rpm, collect_from},
    },
    model::PendingUpdate,
};
use yagura_vocabulary::Time;

/// The script that makes such a machine; distribution works in one.
const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../distribution/tests/machines/tree/rpm.sh");

struct Tree(tempfile::TempDir);

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Tree {
    /// Nothing, said loudly, where none can be made.
    fn grow() -> Option<Self> {
        let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let needs = ["/usr/bin/rpmbuild", "/usr/bin/dnf", "/usr/bin/createrepo_c"];
        if !root || needs.iter().any(|file| !Path::new(file).exists()) {
            println!("SKIPPED: what dnf has waiting: it needs root and {}", needs.join(", "));
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        run(Command::new("bash").arg(TREE).arg(dir.path().join("root")));
        Some(Self(dir))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join("root").join(path)
    }

    fn inside(&self, words: &[&str]) {
        run(Command::new("chroot").arg(self.path("")).args(words).env("LC_ALL", "C.UTF-8"));
    }

    fn pack(&self, name: &str, version: &str, folder: &str) {
        let place = self.path(folder);
        fs::create_dir_all(&place).unwrap();
        let spec = format!(
            "Name: {name}\nEpoch: 1\nVersion: {version}\nRelease: 1\nSummary: for a test\nLicense: none\nBuildArch: noarch\n\
             %description\nFor a test.\n%files\n"
        );
        let file = self.0.path().join("package.spec");
        fs::write(&file, spec).unwrap();
        let define = |name: &str, path: &Path| format!("{name} {}", path.display());
        let mut build = Command::new("rpmbuild");
        build.args(["-bb", "--quiet", "--define", &define("_topdir", self.0.path())]);
        build.args(["--define", &define("_rpmdir", &place), "--define", "_rpmfilename %{NAME}-%{VERSION}.rpm"]);
        run(build.arg(file));
    }

    fn repository(&self, advisories: &str) {
        run(Command::new("createrepo_c").arg("--quiet").arg(self.path("srv/updates")));
        let list = self.0.path().join("updateinfo.xml");
        fs::write(&list, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><updates>{advisories}</updates>")).unwrap();
        run(Command::new("modifyrepo_c").arg(list).arg(self.path("srv/updates/repodata")));
        let repo = "[updates]\nname=updates\nbaseurl=file:///srv/updates\ngpgcheck=0\nenabled=1\n";
        fs::write(self.path("etc/yum.repos.d/updates.repo"), repo).unwrap();
    }

    async fn collect(&self) -> Collected {
        let mut collected = collect_from(&self.path(""), &RunningKernel, Time::from_seconds(0));
        ask_rpm(&self.path(""), &mut collected).await;
        collected
    }
}

const ADVISORY: &str = "<update from=\"x@example.org\" status=\"final\" type=\"security\" version=\"1\"><id>TEST-1</id><title>x</title>\
     <issued date=\"2026-11-30 00:00:00\"/><severity>Important</severity><pkglist><collection short=\"x\"><name>x</name>\
     <package name=\"good\" version=\"2.0\" release=\"1\" epoch=\"1\" arch=\"noarch\" src=\"good-2.0-1.src.rpm\">\
     <filename>good-2.0.rpm</filename></package></collection></pkglist></update>";

#[tokio::test]
async fn what_waits_is_told_with_what_closes_a_hole_in_security() {
    let Some(tree) = Tree::grow() else { return };
    for name in ["good", "other", "same"] {
        tree.pack(name, "1.0", "srv");
        tree.inside(&["rpm", "--install", &format!("/srv/{name}-1.0.rpm")]);
    }
    for (name, version) in [("good", "2.0"), ("other", "1.5"), ("same", "1.0"), ("never", "1.0")] {
        tree.pack(name, version, "srv/updates");
    }
    tree.repository(ADVISORY);
    let before = tree.collect().await;
    assert!(before.assets.updates.is_none());
    assert!(before.missing.iter().any(|why| why.starts_with("dnf has no lists")), "{:?}", before.missing);

    tree.inside(&["dnf", "makecache"]);
    let collected = tree.collect().await;
    let good = collected.assets.software.iter().find(|one| one.name == "good").unwrap();
    assert_eq!((good.version.as_str(), good.source.as_str()), ("1:1.0-1", "rpm"));
    let updates = collected.assets.updates.unwrap();
    let waits = |name: &str, available: &str, security| PendingUpdate {
        name: name.to_owned(),
        installed: "1:1.0-1".to_owned(),
        available: available.to_owned(),
        security,
    };
    assert_eq!(updates.packages, [waits("good", "1:2.0-1", true), waits("other", "1:1.5-1", false)]);
    assert_eq!((updates.source.as_str(), updates.count, updates.security), ("dnf", 2, 1));
    assert!(updates.lists_at.is_some());
}
