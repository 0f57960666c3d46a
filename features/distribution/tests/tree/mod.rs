//! A throw-away Debian, packages made for it, and an agent whose root it is. Nothing of this machine is changed.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use yagura_agent_kit::{Blobs, CancellationToken, CommandError, Desktops, FeatureCtx, NoBlob, Pace, TestEnds};
use yagura_channel::wire::blob::{BlobHash, BlobPurpose};
use yagura_distribution::{
    DistributionPolicy, RUN,
    agent::{Linux, Places, run_at},
    model::Outcome,
    policy::Kind,
};
use yagura_vocabulary::Id;

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

#[derive(Debug, Default)]
struct Shelf(Mutex<BTreeMap<BlobHash, PathBuf>>);

#[async_trait]
impl Blobs for Shelf {
    async fn fetch(&self, hash: BlobHash, _wanted: BlobPurpose, pace: &mut dyn Pace) -> Result<PathBuf, NoBlob> {
        let found = self.0.lock().unwrap().get(&hash).cloned();
        pace.here(1, 1);
        found.ok_or_else(|| NoBlob::Ever("it is not on the shelf".to_owned()))
    }

    async fn let_go(&self, _hash: BlobHash) {}
}

/// The tree.
pub(crate) struct Tree {
    dir: tempfile::TempDir,
    shelf: Arc<Shelf>,
}

impl Tree {
    /// Nothing, said loudly, where one cannot be made.
    pub(crate) fn grow() -> Option<Self> {
        let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if !root || !Path::new("/usr/lib/apt/methods/file").exists() {
            eprintln!("SKIPPED: packages in a tree of their own: it needs root, dpkg and apt");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tree/make.sh");
        let made = Command::new("bash").arg(script).arg(dir.path().join("root")).output().unwrap();
        if !made.status.success() {
            let why = String::from_utf8_lossy(&made.stderr).into_owned();
            eprintln!("SKIPPED: packages in a tree of their own: it cannot be made: {why}");
            return None;
        }
        Some(Self { dir, shelf: Arc::default() })
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("root").join(path)
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok()
    }

    /// Runs a program in the tree and gives what it said.
    pub(crate) fn inside(&self, words: &[&str]) -> String {
        let output = Command::new("chroot").arg(self.path("")).args(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What dpkg has of a package: status and version.
    pub(crate) fn dpkg(&self, name: &str) -> String {
        self.inside(&["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}", name])
    }

    /// Makes a package file.
    pub(crate) fn make(&self, deb: &Deb) -> PathBuf {
        let Deb { name, version, postinst, settings } = deb;
        let stage = self.dir.path().join(format!("stage-{name}-{version}"));
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
        let file = self.dir.path().join(format!("{name}_{version}_all.deb"));
        let mut build = Command::new("dpkg-deb");
        build.args(["-Zgzip", "--root-owner-group", "--build"]).arg(&stage).arg(&file);
        assert!(build.output().unwrap().status.success());
        file
    }

    /// The work that installs these.
    pub(crate) fn install(&self, debs: &[Deb]) -> Value {
        let one = |deb: &Deb| {
            let file = self.make(deb);
            let hash = BlobHash::of(&fs::read(&file).unwrap());
            self.shelf.0.lock().unwrap().insert(hash, file);
            json!({"blob": hash, "name": format!("{}_{}_all.deb", deb.name, deb.version), "package": deb.name, "version": deb.version})
        };
        json!({"kind": "install", "files": debs.iter().map(one).collect::<Vec<_>>()})
    }

    /// The work that runs this script.
    pub(crate) fn script(&self, text: &str) -> Value {
        let (hash, file) = (BlobHash::of(text.as_bytes()), self.dir.path().join("script"));
        fs::write(&file, text).unwrap();
        self.shelf.0.lock().unwrap().insert(hash, file);
        json!({"kind": "script", "blob": hash, "name": "a script", "interpreter": "/bin/sh", "success": [0]})
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

    /// An agent whose root this is.
    pub(crate) async fn agent(&self) -> Agent {
        let allowed = vec![Kind::Install, Kind::Script, Kind::Updates];
        let (mut ctx, ends) = FeatureCtx::for_test(DistributionPolicy { allowed, ..DistributionPolicy::default() });
        ctx.blobs = Arc::clone(&self.shelf) as Arc<dyn Blobs>;
        ctx.clock = Arc::new(yagura_vocabulary::SystemClock);
        let system = Arc::new(Linux::at(&self.path(""), Desktops::default()));
        let places = Places { system, folder: self.path("var/lib/yagura-agent/distribution") };
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let work = tokio::spawn(async move { run_at(places, ctx, stop).await.unwrap() });
        ends.commands.known(RUN).await;
        Agent { ends, cancel, work }
    }

    /// A tree's files and what is in them, but the agent's own.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, (u64, BlobHash)> {
        let (mut found, mut folders) = (BTreeMap::new(), vec![self.path("")]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                if path.ends_with("var/lib/yagura-agent") {
                    continue;
                }
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let bytes = fs::read(&path).unwrap();
                    found.insert(path, (bytes.len() as u64, BlobHash::of(&bytes)));
                }
            }
        }
        found
    }
}

pub(crate) struct Agent {
    pub(crate) ends: TestEnds<DistributionPolicy>,
    cancel: CancellationToken,
    work: JoinHandle<()>,
}

impl Agent {
    pub(crate) fn give(&self, job: &Value) -> JoinHandle<Result<Value, CommandError>> {
        let (commands, job) = (self.ends.commands.clone(), job.clone());
        tokio::spawn(async move { commands.run(RUN, job).await })
    }

    pub(crate) async fn outcome(&self, job: &Value) -> Outcome {
        serde_json::from_value(self.give(job).await.unwrap().unwrap()).unwrap()
    }

    /// The agent goes in the middle of a job.
    pub(crate) async fn stop(self, command: JoinHandle<Result<Value, CommandError>>) {
        command.abort();
        drop(command.await);
        self.cancel.cancel();
        self.work.await.unwrap();
    }
}

/// A job with this work, of a rollout of its own.
#[expect(clippy::needless_pass_by_value, reason = "it is made where it is asked for")]
pub(crate) fn job(work: Value) -> Value {
    let rollout: Id<yagura_distribution::model::Rollout> = Id::new();
    json!({"rollout_id": rollout, "attempt": 1, "timeout_s": 120, "roll_back": true, "work": work})
}
