//! What a job waits for: its window, people, the policy, and whether it is taken back meanwhile.

use std::sync::Arc;

use serde_json::json;
use yagura_agent_kit::{Asked, Choice};
use yagura_distribution::{DistributionPolicy, RECALL, RUN, model::End};
use yagura_vocabulary::InForce;

use super::pretended::{Endpoint, Pretended, ROLLOUT, answer, ended, job, there, with};

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
async fn who_is_at_a_terminal_is_told_before_and_when_it_begins_and_cannot_put_it_off() {
    let endpoint = Endpoint::new(Pretended { terminals: 1, ..there(&[1000]) });
    let mut agent = endpoint.start().await;
    let run = agent.give(RUN, job());
    let question = agent.asked().await;
    // Who has a screen agrees; who has none was told this time.
    answer(&question, 1000, Choice::Now).await;
    assert_eq!(ended(run).await.end, End::Done);
    assert!((300..320).contains(&endpoint.seconds()), "{}", endpoint.seconds());
    let said = endpoint.system.said.lock().unwrap().clone();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("5分後に始めます") && said[1].contains("It begins now."), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn with_nobody_but_somebody_at_a_terminal_the_notice_is_waited_out() {
    let endpoint = Endpoint::new(Pretended { terminals: 2, ..there(&[]) });
    assert_eq!(endpoint.start().await.outcome(job()).await.end, End::Done);
    assert!((300..320).contains(&endpoint.seconds()), "{}", endpoint.seconds());
}
