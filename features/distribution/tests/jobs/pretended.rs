//! A pretended system, shelf and clock, and an endpoint of them over several starts of its agent.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle, time::Instant};
use yagura_agent_kit::{
    Answer, Asked, Blobs, CancellationToken, Choice, CommandError, FeatureCtx, NoBlob, Pace, Question,
    QuestionReceiver, TestEnds,
};
use yagura_channel::wire::blob::{BlobHash, BlobPurpose};
use yagura_distribution::{
    DistributionPolicy, RUN,
    agent::{Found, How, Places, Plan, Ran, System, Task, Unable, run_at},
    model::{Changed, End, Outcome},
    policy::Kind,
};
use yagura_vocabulary::{Clock, Time};

pub(crate) const DEB: &[u8] = b"a package";
pub(crate) const ROLLOUT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// A machine that only writes down what it is told.
#[derive(Default)]
pub(crate) struct Pretended {
    pub(crate) people: Mutex<BTreeSet<u32>>,
    /// People at terminals, and what they read.
    pub(crate) terminals: usize,
    pub(crate) said: Mutex<Vec<String>>,
    pub(crate) done: Mutex<Vec<&'static str>>,
    pub(crate) fails: bool,
    pub(crate) cannot_go_back: bool,
    /// The work does not end before this.
    pub(crate) hold: Option<Arc<Notify>>,
}

pub(crate) fn changed() -> Vec<Changed> {
    vec![Changed { package: "good".to_owned(), before: Some("1.0".to_owned()), after: Some("2.0".to_owned()) }]
}

pub(crate) fn found(end: End, why: &str) -> Found {
    let changed = if end == End::Done { changed() } else { Vec::new() };
    Found { end, why: why.to_owned(), changed, restart: false, log: String::new() }
}

#[async_trait]
impl System for Pretended {
    fn people(&self) -> BTreeSet<u32> {
        self.people.lock().unwrap().clone()
    }

    fn terminals(&self) -> usize {
        self.terminals
    }

    fn say(&self, text: &str) {
        self.said.lock().unwrap().push(text.to_owned());
    }

    fn offset_s(&self, _at: Time) -> i32 {
        9 * 3600
    }

    async fn look(&self, task: &Task) -> Result<Plan, Unable> {
        for file in &task.files {
            assert_eq!(fs::read(file).unwrap(), DEB, "the files are there before the work");
        }
        Ok(Plan { changes: changed(), bytes: 1234, restart: true, log: "Inst good".to_owned() })
    }

    async fn keep(&self, _task: &Task, _plan: &Plan) -> Result<(), String> {
        if self.cannot_go_back { Err("some of its files stand elsewhere".to_owned()) } else { Ok(()) }
    }

    async fn work(&self, task: &Task, _plan: &Plan) -> Ran {
        let mark = task.folder.join("began");
        if !mark.exists() {
            fs::write(mark, "").unwrap();
            self.done.lock().unwrap().push("work");
        }
        if let Some(hold) = &self.hold {
            hold.notified().await;
        }
        Ran { how: How::Exited(i32::from(self.fails)), log: "Setting up good".to_owned() }
    }

    async fn found(&self, _task: &Task, _plan: &Plan, ran: &Ran) -> Found {
        match ran.how {
            How::Exited(0) => found(End::Done, ""),
            _ => found(End::Failed, "the package system ended with 1"),
        }
    }

    async fn put_back(&self, _task: &Task, _plan: &Plan) -> Found {
        self.done.lock().unwrap().push("put back");
        found(End::RolledBack, "")
    }
}

/// The server's content, which may be out of reach so often.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) folder: PathBuf,
    pub(crate) lost: Mutex<u32>,
    pub(crate) never: bool,
    pub(crate) here: Mutex<Vec<BlobHash>>,
}

#[async_trait]
impl Blobs for Shelf {
    async fn fetch(&self, hash: BlobHash, wanted: BlobPurpose, pace: &mut dyn Pace) -> Result<PathBuf, NoBlob> {
        assert_eq!(wanted, BlobPurpose::Package);
        if self.never {
            return Err(NoBlob::Ever("the server answered 404".to_owned()));
        }
        for part in 1..=10 {
            pace.may(100_000).await;
            pace.here(part * 100_000, 1_000_000);
            let mut lost = self.lost.lock().unwrap();
            if part == 5 && *lost > 0 {
                *lost -= 1;
                return Err(NoBlob::Now("the connection was lost".to_owned()));
            }
        }
        let path = self.folder.join(hash.to_string());
        fs::create_dir_all(&self.folder).unwrap();
        fs::write(&path, DEB).unwrap();
        self.here.lock().unwrap().push(hash);
        Ok(path)
    }

    async fn let_go(&self, hash: BlobHash) {
        self.here.lock().unwrap().retain(|here| *here != hash);
    }
}

/// A clock that goes with the test's own time.
#[derive(Debug)]
pub(crate) struct Runs(Instant);

/// 2026-11-30T03:00:00Z, noon of a Monday in Tokyo.
pub(crate) const BEGIN: i64 = 1_796_007_600;

impl Clock for Runs {
    fn now(&self) -> Time {
        Time::from_seconds(BEGIN) + self.0.elapsed()
    }
}

/// An endpoint over several starts of its agent.
pub(crate) struct Endpoint {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) system: Arc<Pretended>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) since: Instant,
    pub(crate) policy: DistributionPolicy,
}

impl Endpoint {
    pub(crate) fn new(system: Pretended) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("blobs");
        let shelf = Shelf { folder, lost: Mutex::default(), never: false, here: Mutex::default() };
        let policy =
            DistributionPolicy { allowed: vec![Kind::Install, Kind::Updates], ..DistributionPolicy::default() };
        Self { dir, system: Arc::new(system), shelf: Arc::new(shelf), since: Instant::now(), policy }
    }

    pub(crate) async fn start(&self) -> Running {
        let (mut ctx, ends) = FeatureCtx::for_test(self.policy.clone());
        ctx.clock = Arc::new(Runs(self.since));
        ctx.blobs = Arc::clone(&self.shelf) as Arc<dyn Blobs>;
        let places =
            Places { system: Arc::clone(&self.system) as Arc<dyn System>, folder: self.dir.path().join("jobs") };
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let work = tokio::spawn(async move { run_at(places, ctx, stop).await.unwrap() });
        ends.commands.known(RUN).await;
        let questions = ends.questions.receiver();
        Running { ends, questions, cancel, work }
    }

    pub(crate) fn done(&self) -> Vec<&'static str> {
        self.system.done.lock().unwrap().clone()
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.since.elapsed().as_secs()
    }

    pub(crate) fn left_on_disk(&self) -> usize {
        fs::read_dir(self.dir.path().join("jobs/work")).map_or(0, Iterator::count)
    }
}

pub(crate) struct Running {
    pub(crate) ends: TestEnds<DistributionPolicy>,
    pub(crate) questions: QuestionReceiver,
    pub(crate) cancel: CancellationToken,
    pub(crate) work: JoinHandle<()>,
}

impl Running {
    pub(crate) fn give(&self, name: &'static str, args: Value) -> JoinHandle<Result<Value, CommandError>> {
        let commands = self.ends.commands.clone();
        tokio::spawn(async move { commands.run(name, args).await })
    }

    pub(crate) async fn outcome(&self, job: Value) -> Outcome {
        ended(self.give(RUN, job)).await
    }

    pub(crate) async fn asked(&mut self) -> Question {
        loop {
            if let Some(Asked::Ask(question)) = self.questions.recv().await {
                return *question;
            }
        }
    }

    pub(crate) async fn until_stage(&mut self, stage: &str) -> Value {
        loop {
            let told = self.ends.state.borrow_and_update()["distribution"].value.clone();
            if told[0]["stage"] == stage {
                return told[0].clone();
            }
            self.ends.state.changed().await.unwrap();
        }
    }

    pub(crate) fn told(&self) -> Value {
        (*self.ends.state.borrow()["distribution"].value).clone()
    }

    pub(crate) fn kinds(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.ends.events.try_recv()).map(|(_, event)| event.kind).collect()
    }

    /// The agent goes, as by SIGTERM: the conversation first, and with it what carries out commands.
    pub(crate) async fn stop(self, command: JoinHandle<Result<Value, CommandError>>) {
        command.abort();
        drop(command.await);
        self.cancel.cancel();
        self.work.await.unwrap();
    }
}

pub(crate) async fn ended(command: JoinHandle<Result<Value, CommandError>>) -> Outcome {
    serde_json::from_value(command.await.unwrap().unwrap()).unwrap()
}

pub(crate) fn job() -> Value {
    json!({
        "rollout_id": ROLLOUT, "attempt": 1, "timeout_s": 600, "roll_back": true,
        "work": {"kind": "install", "files": [
            {"blob": BlobHash::of(DEB), "name": "good_2.0_all.deb", "package": "good", "version": "2.0"}]},
        "notice": {"seconds": 300, "postpone_times": 1, "postpone_s": 1800, "text": "会計ソフトの更新"},
    })
}

pub(crate) fn with(mut job: Value, name: &str, value: Value) -> Value {
    job[name] = value;
    job
}

pub(crate) fn there(people: &[u32]) -> Pretended {
    Pretended { people: Mutex::new(people.iter().copied().collect()), ..Pretended::default() }
}

pub(crate) async fn answer(question: &Question, uid: u32, choice: Choice) {
    question.answers.send(Answer { id: question.id, uid, choice }).await.unwrap();
}
