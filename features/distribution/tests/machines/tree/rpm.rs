//! A small machine of rpm and dnf: packages made for it, and repositories.

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};

use super::Tree;

/// A package to be made, of release 1.
#[derive(Clone, Copy)]
pub(crate) struct Rpm {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) pre: &'static str,
    pub(crate) post: &'static str,
    /// What else its head says.
    pub(crate) head: &'static str,
    /// The content of its file of settings.
    pub(crate) settings: Option<&'static str>,
}

/// One with this name and version.
pub(crate) fn rpm(name: &'static str, version: &'static str) -> Rpm {
    Rpm { name, version, pre: "", post: "", head: "", settings: None }
}

/// A machine of rpm; nothing, said loudly, where one cannot be made.
pub(crate) fn grow() -> Option<Tree> {
    Tree::grow("rpm.sh", &["/usr/bin/rpmbuild", "/usr/bin/dnf", "/usr/bin/createrepo_c"])
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Tree {
    /// What rpm has of a package: its versions.
    pub(crate) fn rpm(&self, name: &str) -> Vec<String> {
        let all = self.inside(&["rpm", "-qa", "--qf", "%{VERSION}\n", name]);
        all.lines().map(str::to_owned).collect()
    }

    /// Makes a package file.
    pub(crate) fn pack(&self, rpm: &Rpm) -> PathBuf {
        let Rpm { name, version, pre, post, head, settings } = rpm;
        let stage = self.beside(&format!("stage-{name}-{version}"));
        let root = stage.join("root");
        let share = root.join("usr/share").join(name);
        fs::create_dir_all(&share).unwrap();
        fs::create_dir_all(root.join("etc")).unwrap();
        fs::write(share.join("version"), version).unwrap();
        let mut files = format!("/usr/share/{name}\n");
        if let Some(settings) = settings {
            fs::write(root.join(format!("etc/{name}.conf")), settings).unwrap();
            files += &format!("%config(noreplace) /etc/{name}.conf\n");
        }
        let script = |what: &str, text: &str| if text.is_empty() { String::new() } else { format!("{what}\n{text}\n") };
        let spec = format!(
            "Name: {name}\nVersion: {version}\nRelease: 1\nSummary: for a test\nLicense: none\nBuildArch: noarch\n{head}\n\
             %description\nFor a test.\n%files\n{files}{}{}",
            script("%pre", pre),
            script("%post", post)
        );
        let place = stage.join("package.spec");
        fs::write(&place, spec).unwrap();
        let define = |name: &str, path: PathBuf| format!("{name} {}", path.display());
        let mut build = Command::new("rpmbuild");
        build.args(["-bb", "--quiet", "--buildroot"]).arg(&root);
        build.args([
            "--define",
            &define("_topdir", stage.clone()),
            "--define",
            &define("_rpmdir", self.beside("made")),
        ]);
        run(build.arg(&place));
        self.beside("made/noarch").join(format!("{name}-{version}-1.noarch.rpm"))
    }

    /// The work that installs these.
    pub(crate) fn install_rpms(&self, rpms: &[Rpm]) -> Value {
        let file = |rpm: &Rpm| self.offer(self.pack(rpm), rpm.name, &format!("{}-1", rpm.version));
        json!({"kind": "install", "files": rpms.iter().map(file).collect::<Vec<_>>()})
    }

    /// A repository with these packages, of which it says that those named close holes in security.
    pub(crate) fn repository(&self, name: &str, rpms: &[Rpm], security: &[&str]) {
        let folder = self.path("srv").join(name);
        fs::create_dir_all(&folder).unwrap();
        let mut advisories = String::new();
        for rpm in rpms {
            let file = self.pack(rpm);
            let file_name = file.file_name().unwrap().to_string_lossy().into_owned();
            fs::copy(&file, folder.join(&file_name)).unwrap();
            let kind = if security.contains(&rpm.name) { "security" } else { "bugfix" };
            advisories += &format!(
                "<update from=\"x@example.org\" status=\"final\" type=\"{kind}\" version=\"1\"><id>TEST-{0}</id><title>x</title>\
                 <issued date=\"2026-11-30 00:00:00\"/><severity>Important</severity><pkglist><collection short=\"x\"><name>x</name>\
                 <package name=\"{0}\" version=\"{1}\" release=\"1\" epoch=\"0\" arch=\"noarch\" src=\"{0}-{1}-1.src.rpm\">\
                 <filename>{file_name}</filename></package></collection></pkglist></update>",
                rpm.name, rpm.version
            );
        }
        run(Command::new("createrepo_c").arg("--quiet").arg(&folder));
        let list = self.beside("updateinfo.xml");
        fs::write(&list, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><updates>{advisories}</updates>")).unwrap();
        run(Command::new("modifyrepo_c").arg(&list).arg(folder.join("repodata")));
        let repo = format!("[{name}]\nname={name}\nbaseurl=file:///srv/{name}\ngpgcheck=0\nenabled=1\n");
        fs::write(self.path("etc/yum.repos.d").join(format!("{name}.repo")), repo).unwrap();
    }
}
