//! Jobs on an endpoint whose system is pretended: decided, fetched, told, written down, done once.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
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
    DistributionPolicy, RECALL, RUN,
    agent::{Found, How, Places, Plan, Ran, System, Task, Unable, run_at},
    model::{Changed, End, Outcome},
    policy::Kind,
};
use yagura_vocabulary::{Clock, InForce, Time};

const DEB: &[u8] = b"a package";
const ROLLOUT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// A machine that only writes down what it is told.
#[derive(Default)]
struct Pretended {
    people: Mutex<BTreeSet<u32>>,
    done: Mutex<Vec<&'static str>>,
    fails: bool,
    cannot_go_back: bool,
    /// The work does not end before this.
    hold: Option<Arc<Notify>>,
}

fn changed() -> Vec<Changed> {
    vec![Changed { package: "good".to_owned(), before: Some("1.0".to_owned()), after: Some("2.0".to_owned()) }]
}

fn found(end: End, why: &str) -> Found {
    let changed = if end == End::Done { changed() } else { Vec::new() };
    Found { end, why: why.to_owned(), changed, restart: false, log: String::new() }
}

#[async_trait]
impl System for Pretended {
    fn people(&self) -> BTreeSet<u32> {
        self.people.lock().unwrap().clone()
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
struct Shelf {
    folder: PathBuf,
    lost: Mutex<u32>,
    never: bool,
    here: Mutex<Vec<BlobHash>>,
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
struct Runs(Instant);

/// 2026-11-30T03:00:00Z, noon of a Monday in Tokyo.
const BEGIN: i64 = 1_796_007_600;

impl Clock for Runs {
    fn now(&self) -> Time {
        Time::from_seconds(BEGIN) + self.0.elapsed()
    }
}

/// An endpoint over several starts of its agent.
struct Endpoint {
    dir: tempfile::TempDir,
    system: Arc<Pretended>,
    shelf: Arc<Shelf>,
    since: Instant,
    policy: DistributionPolicy,
}

impl Endpoint {
    fn new(system: Pretended) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("blobs");
        let shelf = Shelf { folder, lost: Mutex::default(), never: false, here: Mutex::default() };
        let policy =
            DistributionPolicy { allowed: vec![Kind::Install, Kind::Updates], ..DistributionPolicy::default() };
        Self { dir, system: Arc::new(system), shelf: Arc::new(shelf), since: Instant::now(), policy }
    }

    async fn start(&self) -> Running {
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

    fn done(&self) -> Vec<&'static str> {
        self.system.done.lock().unwrap().clone()
    }

    fn seconds(&self) -> u64 {
        self.since.elapsed().as_secs()
    }

    fn left_on_disk(&self) -> usize {
        fs::read_dir(self.dir.path().join("jobs/work")).map_or(0, Iterator::count)
    }
}

struct Running {
    ends: TestEnds<DistributionPolicy>,
    questions: QuestionReceiver,
    cancel: CancellationToken,
    work: JoinHandle<()>,
}

impl Running {
    fn give(&self, name: &'static str, args: Value) -> JoinHandle<Result<Value, CommandError>> {
        let commands = self.ends.commands.clone();
        tokio::spawn(async move { commands.run(name, args).await })
    }

    async fn outcome(&self, job: Value) -> Outcome {
        ended(self.give(RUN, job)).await
    }

    async fn asked(&mut self) -> Question {
        loop {
            if let Some(Asked::Ask(question)) = self.questions.recv().await {
                return *question;
            }
        }
    }

    async fn until_stage(&mut self, stage: &str) -> Value {
        loop {
            let told = self.ends.state.borrow_and_update()["distribution"].value.clone();
            if told[0]["stage"] == stage {
                return told[0].clone();
            }
            self.ends.state.changed().await.unwrap();
        }
    }

    fn told(&self) -> Value {
        (*self.ends.state.borrow()["distribution"].value).clone()
    }

    fn kinds(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.ends.events.try_recv()).map(|(_, event)| event.kind).collect()
    }

    /// The agent goes, as by SIGTERM: the conversation first, and with it what carries out commands.
    async fn stop(self, command: JoinHandle<Result<Value, CommandError>>) {
        command.abort();
        drop(command.await);
        self.cancel.cancel();
        self.work.await.unwrap();
    }
}

async fn ended(command: JoinHandle<Result<Value, CommandError>>) -> Outcome {
    serde_json::from_value(command.await.unwrap().unwrap()).unwrap()
}

fn job() -> Value {
    json!({
        "rollout_id": ROLLOUT, "attempt": 1, "timeout_s": 600, "roll_back": true,
        "work": {"kind": "install", "files": [
            {"blob": BlobHash::of(DEB), "name": "good_2.0_all.deb", "package": "good", "version": "2.0"}]},
        "notice": {"seconds": 300, "postpone_times": 1, "postpone_s": 1800, "text": "会計ソフトの更新"},
    })
}

fn with(mut job: Value, name: &str, value: Value) -> Value {
    job[name] = value;
    job
}

fn there(people: &[u32]) -> Pretended {
    Pretended { people: Mutex::new(people.iter().copied().collect()), ..Pretended::default() }
}

async fn answer(question: &Question, uid: u32, choice: Choice) {
    question.answers.send(Answer { id: question.id, uid, choice }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn with_nobody_there_it_is_fetched_done_and_told_of() {
    let endpoint = Endpoint::new(there(&[]));
    let mut agent = endpoint.start().await;
    assert_eq!(agent.told(), json!([]));
    let outcome = agent.outcome(job()).await;
    assert_eq!((outcome.end, outcome.exit_code, outcome.changed), (End::Done, Some(0), changed()));
    assert_eq!((outcome.log.as_str(), outcome.why.as_str()), ("Setting up good", ""));
    assert!(outcome.began_at.is_some() && outcome.postponed == 0);
    assert_eq!(agent.kinds(), ["distribution.began", "distribution.done"]);
    assert_eq!((agent.told(), endpoint.left_on_disk()), (json!([]), 0));
    assert!(endpoint.shelf.here.lock().unwrap().is_empty(), "content is let go");
}

#[tokio::test(start_paused = true)]
async fn a_job_is_done_once_however_often_it_is_asked_for() {
    let endpoint = Endpoint::new(there(&[]));
    let agent = endpoint.start().await;
    let first = agent.outcome(job()).await;
    assert_eq!(agent.outcome(job()).await, first);
    assert_eq!(endpoint.done(), ["work"]);
    let again = agent.outcome(with(job(), "attempt", json!(2))).await;
    assert_eq!((again.end, endpoint.done().len()), (End::Done, 2), "another attempt is another job");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_there_is_told_and_may_put_it_off_once() {
    let endpoint = Endpoint::new(there(&[1000]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    let first = agent.asked().await;
    assert_eq!(agent.until_stage("notice").await["until"], first.until.to_string());
    assert!(first.text.ja.starts_with("会計ソフトの更新") && first.later.is_some());
    answer(&first, 1000, Choice::Shown).await;
    answer(&first, 1000, Choice::Later).await;
    let second = agent.asked().await;
    assert!(second.later.is_none(), "once is enough");
    agent.until_stage("postponed").await;
    answer(&second, 1000, Choice::Later).await;
    let outcome = ended(run).await;
    assert_eq!((outcome.end, outcome.postponed), (End::Done, 1));
    assert!((1800..2110).contains(&endpoint.seconds()), "{}", endpoint.seconds());
    assert_eq!(agent.kinds(), ["distribution.postponed", "distribution.began", "distribution.done"]);
}

#[tokio::test(start_paused = true)]
async fn it_is_done_now_when_everybody_agrees_or_has_gone() {
    let endpoint = Endpoint::new(there(&[1000, 1001]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    let question = agent.asked().await;
    answer(&question, 1000, Choice::Now).await;
    answer(&question, 1001, Choice::Now).await;
    assert_eq!(ended(run).await.end, End::Done);
    assert!(endpoint.seconds() < 60);
    let run = agent.give(RUN, with(job(), "attempt", json!(2)));
    agent.asked().await;
    endpoint.system.people.lock().unwrap().clear();
    assert_eq!(ended(run).await.end, End::Done);
    assert!(endpoint.seconds() < 120);
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_its_window_and_content_is_fetched_before() {
    let endpoint = Endpoint::new(there(&[]));
    let mut agent = endpoint.start().await;
    // From 22:00 in Tokyo, ten hours from now.
    let run = agent.give(RUN, with(job(), "when", json!({"windows": [{"from": 1320, "minutes": 60}]})));
    let told = agent.until_stage("waiting").await;
    assert_eq!(told["until"], "2026-11-30T13:00:00.000000Z");
    assert!(endpoint.left_on_disk() == 1 && endpoint.done().is_empty());
    assert_eq!(ended(run).await.end, End::Done);
    assert_eq!(endpoint.seconds(), 36_000);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_bandwidth_is_kept_and_percents_are_told() {
    let endpoint = Endpoint::new(there(&[]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, with(job(), "bytes_per_second", json!(10_000)));
    loop {
        let told = agent.until_stage("fetching").await;
        if told["percent"] == 50 {
            break;
        }
        agent.ends.state.changed().await.unwrap();
    }
    assert_eq!(ended(run).await.end, End::Done);
    // A million bytes, the last part of which is fetched while it is paid for.
    assert!((85..=100).contains(&endpoint.seconds()), "{}", endpoint.seconds());
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_waited_out_and_what_is_not_there_is_a_failure() {
    let mut endpoint = Endpoint::new(there(&[]));
    *endpoint.shelf.lost.lock().unwrap() = 3;
    let agent = endpoint.start().await;
    assert_eq!(agent.outcome(job()).await.end, End::Done);
    assert!(endpoint.seconds() >= 10 + 20 + 40);
    *endpoint.shelf.lost.lock().unwrap() = 1000;
    let late = json!({"deadline": (Time::from_seconds(BEGIN) + Duration::from_secs(7200)).to_string()});
    let outcome = agent.outcome(with(with(job(), "attempt", json!(2)), "when", late)).await;
    assert_eq!((outcome.end, outcome.began_at), (End::Expired, None));
    let shelf =
        Shelf { folder: endpoint.dir.path().join("none"), lost: Mutex::default(), never: true, here: Mutex::default() };
    endpoint.shelf = Arc::new(shelf);
    let agent = endpoint.start().await;
    let outcome = agent.outcome(with(job(), "attempt", json!(3))).await;
    assert_eq!(
        (outcome.end, outcome.why.as_str()),
        (End::Failed, "cannot fetch good_2.0_all.deb: the server answered 404")
    );
    assert_eq!(endpoint.done(), ["work"]);
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_put_back_and_what_cannot_be_is_told() {
    let endpoint = Endpoint::new(Pretended { fails: true, ..there(&[]) });
    let mut agent = endpoint.start().await;
    let outcome = agent.outcome(job()).await;
    assert_eq!((outcome.end, outcome.exit_code), (End::RolledBack, Some(1)));
    assert_eq!(outcome.why, "the package system ended with 1");
    assert_eq!(
        (endpoint.done(), agent.kinds()),
        (vec!["work", "put back"], vec!["distribution.began".to_owned(), "distribution.failed".to_owned()])
    );
    let not_asked = agent.outcome(with(with(job(), "attempt", json!(2)), "roll_back", json!(false))).await;
    assert_eq!((not_asked.end, endpoint.done().len()), (End::Failed, 3));

    let endpoint = Endpoint::new(Pretended { fails: true, cannot_go_back: true, ..there(&[]) });
    let outcome = endpoint.start().await.outcome(job()).await;
    assert_eq!(outcome.end, End::Failed);
    assert!(outcome.why.ends_with("no roll-back possible: some of its files stand elsewhere"), "{}", outcome.why);
    assert_eq!(endpoint.done(), ["work"]);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_tells_what_would_be_and_does_nothing() {
    let endpoint = Endpoint::new(Pretended { cannot_go_back: true, ..there(&[1000]) });
    let mut agent = endpoint.start().await;
    let outcome = agent.outcome(with(job(), "dry_run", json!(true))).await;
    assert_eq!((outcome.end, outcome.changed, outcome.restart), (End::Done, changed(), true));
    assert!(outcome.log.contains("1234 bytes") && outcome.log.contains("no roll-back possible"), "{}", outcome.log);
    assert_eq!((endpoint.done(), outcome.began_at, agent.kinds().len()), (vec![], None, 0));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_taken_back_before_it_begins_never_does() {
    let endpoint = Endpoint::new(there(&[1000]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    let question = agent.asked().await;
    let told = agent.give(RECALL, json!({"rollout_id": ROLLOUT})).await.unwrap().unwrap();
    assert_eq!(told, json!({"recalled": 1, "began": 0}));
    assert_eq!(ended(run).await.end, End::Recalled);
    assert!(matches!(agent.questions.recv().await, Some(Asked::Withdraw(id)) if id == question.id));
    assert_eq!((endpoint.done(), endpoint.left_on_disk()), (vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_was_taken_back_stays_so_over_a_stop_in_between() {
    let endpoint = Endpoint::new(there(&[1000]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    agent.asked().await;
    run.abort();
    drop(run.await);
    agent.give(RECALL, json!({"rollout_id": ROLLOUT})).await.unwrap().unwrap();
    endpoint.system.people.lock().unwrap().clear();
    let agent = endpoint.start().await;
    assert_eq!(agent.outcome(job()).await.end, End::Recalled);
    assert_eq!(endpoint.done(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn work_that_goes_on_while_the_agent_starts_anew_is_not_begun_twice() {
    let hold = Arc::new(Notify::new());
    let endpoint = Endpoint::new(Pretended { hold: Some(Arc::clone(&hold)), ..there(&[]) });
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    agent.until_stage("working").await;
    while endpoint.done().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    agent.stop(run).await;

    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    agent.until_stage("working").await;
    let recall = agent.give(RECALL, json!({"rollout_id": ROLLOUT})).await.unwrap().unwrap();
    assert_eq!(recall, json!({"recalled": 0, "began": 1}), "it is too late for that");
    hold.notify_one();
    assert_eq!((ended(run).await.end, endpoint.done()), (End::Done, vec!["work"]));
}

#[tokio::test(start_paused = true)]
async fn a_countdown_goes_on_where_it_was_when_the_agent_starts_anew() {
    let endpoint = Endpoint::new(there(&[1000]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    let first = agent.asked().await;
    answer(&first, 1000, Choice::Later).await;
    let second = agent.asked().await;
    agent.stop(run).await;
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    let third = agent.asked().await;
    assert_eq!((third.until, third.later.is_none()), (second.until, true));
    assert_eq!(ended(run).await.postponed, 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_policy_does_not_allow_is_refused_also_when_it_changes_meanwhile() {
    let mut endpoint = Endpoint::new(there(&[1000]));
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    agent.asked().await;
    agent.ends.policy.send_replace(Arc::new(InForce::of(DistributionPolicy::default())));
    let outcome = ended(run).await;
    assert_eq!(outcome.end, End::Refused);
    assert!(outcome.why.contains("does not allow"), "{}", outcome.why);
    endpoint.policy = DistributionPolicy::default();
    let agent = endpoint.start().await;
    assert_eq!(agent.outcome(with(job(), "attempt", json!(2))).await.end, End::Refused);
    assert_eq!(endpoint.done(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn jobs_work_one_after_the_other() {
    let hold = Arc::new(Notify::new());
    let endpoint = Endpoint::new(Pretended { hold: Some(Arc::clone(&hold)), ..there(&[]) });
    let agent = endpoint.start().await;
    let jobs = [1, 2].map(|attempt| agent.give(RUN, with(job(), "attempt", json!(attempt))));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(endpoint.done(), ["work"]);
    hold.notify_one();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(endpoint.done(), ["work", "work"]);
    hold.notify_one();
    for job in jobs {
        assert_eq!(ended(job).await.end, End::Done);
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_that_do_not_fit_are_no_job_and_senseless_ones_are_refused() {
    let endpoint = Endpoint::new(there(&[]));
    let agent = endpoint.start().await;
    let error = agent.give(RUN, json!({"attempt": 1})).await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::Arguments(_)), "{error}");
    let outcome = agent.outcome(with(job(), "work", json!({"kind": "install", "files": []}))).await;
    assert_eq!(
        (outcome.end, outcome.why.as_str()),
        (End::Refused, "the job cannot be understood: it installs no file")
    );
    assert!(!Path::new(&endpoint.dir.path().join("jobs/work")).exists());
}
