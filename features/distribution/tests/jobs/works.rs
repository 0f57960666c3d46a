//! What is done about a job, once, and what is told of it.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tokio::sync::Notify;
use yagura_agent_kit::CommandError;
use yagura_distribution::{RECALL, RUN, model::End};
use yagura_vocabulary::Time;

use super::pretended::{BEGIN, Endpoint, Pretended, ROLLOUT, Shelf, changed, ended, job, there, with};

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
