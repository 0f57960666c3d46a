//! Orders on an endpoint whose power is pretended: decided, told, written down, done once.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;
use yagura_agent_kit::{
    Answer, Asked, CancellationToken, Choice, CommandError, FeatureCtx, Question, QuestionReceiver, TestEnds,
};
use yagura_power::{
    Act, Deed, PowerPolicy, RESTART, SHUT_DOWN, Servers, WAKE,
    agent::{Places, Power, Unable, run_at},
};

/// A machine that only writes down what it is told.
#[derive(Default)]
struct Pretended {
    people: Mutex<BTreeSet<u32>>,
    done: Mutex<Vec<Act>>,
    no_logind: bool,
}

#[async_trait]
impl Power for Pretended {
    async fn people(&self) -> Result<BTreeSet<u32>, Unable> {
        if self.no_logind {
            return Err(Unable("there is no logind on this machine".to_owned()));
        }
        Ok(self.people.lock().unwrap().clone())
    }

    async fn act(&self, act: Act) -> Result<(), Unable> {
        self.done.lock().unwrap().push(act);
        Ok(())
    }
}

/// An agent that runs.
struct Running {
    power: Arc<Pretended>,
    ends: TestEnds<PowerPolicy>,
    questions: QuestionReceiver,
    cancel: CancellationToken,
    work: JoinHandle<()>,
}

fn policy() -> PowerPolicy {
    PowerPolicy { allowed: vec![Deed::Restart, Deed::ShutDown], servers: Servers::Never, ..PowerPolicy::default() }
}

/// Starts an agent in this start of the machine.
async fn start(folder: &Path, power: &Arc<Pretended>, boot: u128, policy: PowerPolicy) -> Running {
    let (ctx, ends) = FeatureCtx::for_test(policy);
    let cancel = CancellationToken::new();
    let places = Places {
        power: Arc::clone(power) as Arc<dyn Power>,
        boot_id: Uuid::from_u128(boot),
        folder: folder.join("power"),
        patience: Duration::from_secs(600),
        look_every: Duration::from_secs(15),
    };
    let stop = cancel.clone();
    let work = tokio::spawn(async move { run_at(places, ctx, stop).await.unwrap() });
    ends.commands.known(WAKE).await;
    let questions = ends.questions.receiver();
    Running { power: Arc::clone(power), ends, questions, cancel, work }
}

impl Running {
    /// Gives an order; how it ends.
    fn order(&self, name: &'static str, args: Value) -> JoinHandle<Result<Value, CommandError>> {
        let commands = self.ends.commands.clone();
        tokio::spawn(async move { commands.run(name, args).await })
    }

    async fn asked(&mut self) -> Question {
        loop {
            if let Some(Asked::Ask(question)) = self.questions.recv().await {
                return *question;
            }
        }
    }

    async fn withdrawn(&mut self) -> Uuid {
        loop {
            if let Some(Asked::Withdraw(id)) = self.questions.recv().await {
                return id;
            }
        }
    }

    fn done(&self) -> Vec<Act> {
        self.power.done.lock().unwrap().clone()
    }

    async fn until_done(&self, acts: &[Act]) {
        while self.done() != acts {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The agent goes, as by SIGTERM.
    async fn stop(self) {
        self.cancel.cancel();
        self.work.await.unwrap();
    }

    fn kinds(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.ends.events.try_recv()).map(|(_, event)| event.kind).collect()
    }
}

fn machine(people: &[u32]) -> Arc<Pretended> {
    Arc::new(Pretended { people: Mutex::new(people.iter().copied().collect()), ..Pretended::default() })
}

fn args(request: u128) -> Value {
    json!({"request_id": Uuid::from_u128(request), "reason": "更新のため"})
}

async fn answer(question: &Question, uid: u32, choice: Choice) {
    question.answers.send(Answer { id: question.id, uid, choice }).await.unwrap();
}

fn failed(outcome: Result<Value, CommandError>) -> String {
    outcome.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn at_the_logon_screen_it_is_done_at_once_and_told_of_after_the_start_that_follows() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[]));
    let mut before = start(dir.path(), &power, 1, policy()).await;
    let order = before.order(RESTART, args(7));
    before.until_done(&[Act::Restart]).await;
    order.abort();
    assert_eq!(before.kinds(), ["power.ordered"]);
    before.stop().await;

    let mut after = start(dir.path(), &power, 2, policy()).await;
    let result = after.order(RESTART, args(7)).await.unwrap().unwrap();
    assert_eq!(result, json!({"by": "yagura", "boot_id": Uuid::from_u128(2)}));
    assert_eq!(after.kinds(), ["power.done"]);
    assert_eq!(after.done(), [Act::Restart], "never a second time");
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_is_killed_in_between_never_does_it_twice() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[]));
    let before = start(dir.path(), &power, 1, policy()).await;
    let order = before.order(RESTART, args(7));
    before.until_done(&[Act::Restart]).await;
    order.abort();
    drop(before);

    let again = start(dir.path(), &power, 1, policy()).await;
    let outcome = again.order(RESTART, args(7)).await.unwrap();
    assert_eq!(failed(outcome), "the system took the order, but the machine still runs");
    assert_eq!(again.done(), [Act::Restart]);
}

#[tokio::test(start_paused = true)]
async fn that_the_system_took_a_shut_down_is_its_end() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[]));
    let agent = start(dir.path(), &power, 1, policy()).await;
    let result = agent.order(SHUT_DOWN, args(7)).await.unwrap().unwrap();
    assert_eq!((result["by"].as_str(), agent.done()), (Some("yagura"), vec![Act::ShutDown]));
    assert!(agent.order(SHUT_DOWN, args(7)).await.unwrap().is_ok());
    assert_eq!(agent.done(), [Act::ShutDown]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_logged_on_is_told_and_may_put_it_off_so_often() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[1000]));
    let mut agent = start(dir.path(), &power, 1, policy()).await;
    let order = agent.order(RESTART, args(7));
    let began = yagura_vocabulary::Clock::now(&agent.ends.clock);
    let first = agent.asked().await;
    assert_eq!(first.until, began + Duration::from_secs(300));
    assert!(first.text.ja.contains("更新のため") && first.later.is_some());
    answer(&first, 1000, Choice::Shown).await;
    answer(&first, 1000, Choice::Later).await;
    assert_eq!(agent.withdrawn().await, first.id);
    let second = agent.asked().await;
    assert_eq!(second.until, began + Duration::from_secs(1800));
    // What comes to a question that is over says nothing.
    answer(&first, 1000, Choice::Later).await;
    answer(&second, 1000, Choice::Later).await;
    let third = agent.asked().await;
    assert!(third.later.is_none(), "twice is enough");
    answer(&third, 1000, Choice::Later).await;
    agent.until_done(&[Act::Restart]).await;
    order.abort();
    assert_eq!(agent.kinds(), ["power.postponed", "power.postponed", "power.ordered"]);
}

#[tokio::test(start_paused = true)]
async fn it_is_done_now_when_everybody_who_is_there_agrees() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[1000, 1001]));
    let mut agent = start(dir.path(), &power, 1, policy()).await;
    let order = agent.order(SHUT_DOWN, args(7));
    let question = agent.asked().await;
    answer(&question, 1000, Choice::Now).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(agent.done().is_empty(), "the other still works");
    answer(&question, 1001, Choice::Now).await;
    order.await.unwrap().unwrap();
    assert_eq!(agent.withdrawn().await, question.id);
    assert_eq!(agent.kinds(), ["power.agreed", "power.agreed", "power.ordered", "power.done"]);
}

#[tokio::test(start_paused = true)]
async fn a_countdown_goes_on_where_it_was_when_the_agent_starts_anew() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[1000]));
    let mut before = start(dir.path(), &power, 1, policy()).await;
    let order = before.order(RESTART, args(7));
    let first = before.asked().await;
    answer(&first, 1000, Choice::Later).await;
    let second = before.asked().await;
    order.abort();
    before.stop().await;

    let mut again = start(dir.path(), &power, 1, policy()).await;
    let order = again.order(RESTART, args(7));
    let asked = again.asked().await;
    assert_eq!((asked.until, asked.later.is_some()), (second.until, true));
    order.abort();
    again.stop().await;

    // The machine was restarted meanwhile: what was asked for has happened.
    let other = start(dir.path(), &power, 2, policy()).await;
    let result = other.order(RESTART, args(7)).await.unwrap().unwrap();
    assert_eq!(result["by"], "somebody else");
    assert!(other.done().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_countdown_that_ended_long_ago_is_not_made_up_for() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[1000]));
    let mut before = start(dir.path(), &power, 1, policy()).await;
    let order = before.order(RESTART, args(7));
    before.asked().await;
    order.abort();
    before.stop().await;
    let again = start(dir.path(), &power, 1, policy()).await;
    again.ends.clock.advance(Duration::from_secs(3600));
    let outcome = again.order(RESTART, args(7)).await.unwrap();
    assert!(failed(outcome).contains("went by"));
    assert!(again.done().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_the_policy_does_not_allow_and_what_is_a_server_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let power = machine(&[]);
    let nothing = start(dir.path(), &power, 1, PowerPolicy::default()).await;
    let outcome = nothing.order(RESTART, args(1)).await.unwrap();
    assert!(failed(outcome).contains("does not allow"));
    nothing.stop().await;

    let agent = start(dir.path(), &power, 1, policy()).await;
    let mut of_server = args(2);
    of_server["server"] = json!(true);
    of_server["insist"] = json!(true);
    let outcome = agent.order(RESTART, of_server).await.unwrap();
    assert!(failed(outcome).contains("leaves servers alone"));
    assert!(power.done.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_is_taken_back_during_the_countdown_stops_it() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[1000]));
    let mut agent = start(dir.path(), &power, 1, policy()).await;
    let order = agent.order(RESTART, args(7));
    agent.asked().await;
    agent.ends.policy.send_replace(Arc::new(yagura_vocabulary::InForce::of(PowerPolicy::default())));
    assert!(failed(order.await.unwrap()).contains("does not allow"));
    assert!(agent.done().is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_countdown_at_a_time() {
    let (dir, power) = (tempfile::tempdir().unwrap(), machine(&[1000]));
    let mut agent = start(dir.path(), &power, 1, policy()).await;
    let first = agent.order(RESTART, args(7));
    agent.asked().await;
    assert!(failed(agent.order(SHUT_DOWN, args(8)).await.unwrap()).contains("waits on this endpoint"));
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn without_a_logind_it_says_so_and_does_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let power = Arc::new(Pretended { no_logind: true, ..Pretended::default() });
    let agent = start(dir.path(), &power, 1, policy()).await;
    let outcome = agent.order(RESTART, args(7)).await.unwrap();
    assert_eq!(failed(outcome), "could not: there is no logind on this machine");
    let state = agent.ends.state.borrow();
    assert_eq!(state["power"].value["unable"], "could not: there is no logind on this machine");
    assert!(agent.done().is_empty());
}
