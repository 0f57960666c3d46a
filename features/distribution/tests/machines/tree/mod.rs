//! A throw-away machine of files, and an agent whose root it is. Nothing of this machine is changed.

pub(crate) mod deb;
pub(crate) mod rpm;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use yagura_agent_kit::{Blobs, CancellationToken, CommandError, Desktops, FeatureCtx, NoBlob, Pace, TestEnds};
use yagura_channel::wire::blob::{BlobHash, BlobPurpose};
use yagura_distribution::{
    DistributionPolicy, RUN,
    agent::{Linux, Places, run_at},
    model::{Changed, Outcome},
    policy::Kind,
};
use yagura_vocabulary::Id;

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

/// A tree that others are copied from, made once by this script. It stays for the next run, until the script is another.
fn like(script: &str) -> Result<PathBuf, String> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machines/tree").join(script);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let hash = BlobHash::of(&fs::read(&file).unwrap()).to_string();
    let place = folder.join(format!("like-{script}-{}", &hash[..12]));
    if place.exists() {
        return Ok(place);
    }
    let making = tempfile::tempdir_in(folder).unwrap();
    let made = Command::new("bash").arg(file).arg(making.path().join("root")).output().unwrap();
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned());
    }
    fs::rename(making.path().join("root"), &place).unwrap();
    Ok(place)
}

/// The tree.
pub(crate) struct Tree {
    dir: tempfile::TempDir,
    shelf: Arc<Shelf>,
}

impl Tree {
    /// One that this script makes of this machine's own programs. Nothing, said loudly, where it cannot: it needs root and these files.
    pub(crate) fn grow(script: &str, needs: &[&str]) -> Option<Self> {
        let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if !root || needs.iter().any(|file| !Path::new(file).exists()) {
            eprintln!("SKIPPED: packages in a tree of their own: it needs root and {}", needs.join(", "));
            return None;
        }
        let like = match like(script) {
            Ok(like) => like,
            Err(why) => {
                eprintln!("SKIPPED: packages in a tree of their own: it cannot be made: {why}");
                return None;
            }
        };
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = dir.path().join("root");
        fs::create_dir(&root).unwrap();
        for entry in fs::read_dir(&like).unwrap().flatten() {
            // Programs are the same files; what is written to in place is a machine's own.
            let how = if entry.file_name() == "usr" { "-al" } else { "-a" };
            let copied = Command::new("cp").arg(how).arg(entry.path()).arg(&root).status().unwrap();
            assert!(copied.success());
        }
        Some(Self { dir, shelf: Arc::default() })
    }

    /// A folder beside the machine.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Puts a package file on the shelf; gives it as the job names it.
    pub(crate) fn offer(&self, file: PathBuf, package: &str, version: &str) -> Value {
        let hash = BlobHash::of(&fs::read(&file).unwrap());
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        self.shelf.0.lock().unwrap().insert(hash, file);
        json!({"blob": hash, "name": name, "package": package, "version": version})
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("root").join(path)
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok()
    }

    /// Runs a program in the tree and gives what it said.
    pub(crate) fn inside(&self, words: &[&str]) -> String {
        let mut command = Command::new("chroot");
        let output = command.arg(self.path("")).args(words).env("LC_ALL", "C.UTF-8").output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The work that runs this script.
    pub(crate) fn script(&self, text: &str) -> Value {
        let (hash, file) = (BlobHash::of(text.as_bytes()), self.dir.path().join("script"));
        fs::write(&file, text).unwrap();
        self.shelf.0.lock().unwrap().insert(hash, file);
        json!({"kind": "script", "blob": hash, "name": "a script", "interpreter": "/bin/sh", "success": [0]})
    }

    /// The work that updates the packages which a list names.
    pub(crate) fn listed(&self, names: &[&str]) -> Value {
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        let (hash, file) = (BlobHash::of(text.as_bytes()), self.dir.path().join("list"));
        fs::write(&file, text).unwrap();
        self.shelf.0.lock().unwrap().insert(hash, file);
        json!({"kind": "updates", "which": {"of": "listed", "blob": hash, "count": names.len()}})
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

pub(crate) fn changed(package: &str, before: Option<&str>, after: Option<&str>) -> Changed {
    Changed { package: package.to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned) }
}

/// Waits for a file; a test that waits in vain is ended from outside.
pub(crate) async fn until(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Ends the session of the work, as a power cut does.
pub(crate) fn cut_off(tree: &Tree) {
    let work = fs::read_dir(tree.path("var/lib/yagura-agent/distribution/work")).unwrap().flatten().next().unwrap();
    let pid = fs::read_to_string(work.path().join("work.pid")).unwrap();
    let killed = Command::new("kill").args(["-KILL", "--", &format!("-{}", pid.trim())]).status().unwrap();
    assert!(killed.success());
}

/// Nothing that runs is called so any more.
pub(crate) fn nothing_runs(pattern: &str) {
    let found = Command::new("pgrep").args(["-f", pattern]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}
