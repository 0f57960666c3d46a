//! The endpoint's side of windows and printing, from records to events.
#![cfg(feature = "agent")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, Judge};
use yagura_operation_log::{Hide, OperationLogPolicy, WindowRule, agent::OperationLog};
use yagura_records::{FileRecord, PrintRecord, ProcessRecord, WindowRecord};
use yagura_sensors::{
    Desktops, Sensors,
    replay::{self, Replay},
};
use yagura_vocabulary::{Event, Lane};

fn recording() -> Sensors {
    let windows = include_bytes!("../golden/window-recording.jsonl");
    let prints = include_bytes!("../golden/print-recording.jsonl");
    Sensors::of(
        Replay::<ProcessRecord>::of(Vec::new()),
        Replay::<FileRecord>::of(Vec::new()),
        Replay::of(replay::read_as::<WindowRecord>(&windows[..]).map(Result::unwrap).collect()),
        Replay::of(replay::read_as::<PrintRecord>(&prints[..]).map(Result::unwrap).collect()),
        Desktops::default(),
    )
}

/// Answers to titles that have this word in them.
struct Answers(&'static str);

impl Judge for Answers {
    fn judge(&mut self, lane: Lane, mut event: Event) -> (Lane, Event) {
        if self.would_answer(&event) {
            event.rule = Some("plans".to_owned());
        }
        (lane, event)
    }

    fn would_answer(&mut self, event: &Event) -> bool {
        event.subject.as_ref().is_some_and(|title| title.contains(self.0))
    }
}

/// Kind and text of what is told under a policy: windows in their order, then what was printed.
async fn check(
    change: impl FnOnce(&mut OperationLogPolicy),
    word: &'static str,
    expected: &[(&str, &str)],
) -> Vec<Event> {
    let mut policy = OperationLogPolicy::default();
    change(&mut policy);
    let (ctx, mut ends) = FeatureCtx::for_test_with(policy, recording());
    ctx.judge.take(Answers(word));
    OperationLog::run(ctx, CancellationToken::new()).await.unwrap();
    let mut events = Vec::new();
    while let Some((lane, event)) = ends.events.try_recv() {
        assert_eq!(lane, Lane::Operation);
        events.push(event);
    }
    // The streams are read side by side.
    events.sort_by_key(|event| event.kind.starts_with("print"));
    let told: Vec<_> =
        events.iter().map(|event| (event.kind.as_str(), event.subject.as_deref().unwrap_or(""))).collect();
    assert_eq!(told, expected);
    events
}

const OFFER: (&str, &str) = ("window.active", "見積書.odt");
const MAIL: (&str, &str) = ("window.active", "受信トレイ");
const BANK: (&str, &str) = ("window.title", "振込 — プライベートブラウジング");
const ERROR: (&str, &str) = ("window.error", "保存エラー");
const AWAY: (&str, &str) = ("idle.start", "");
const BACK: (&str, &str) = ("idle.end", "");
const USAGE: (&str, &str) = ("app.usage", "");
const BLIND: (&str, &str) = ("agent.sensor_change", "its session program ended and the desktop goes on");
const GAP: (&str, &str) = ("agent.gap", "more was said of desktops than could be taken");
const PAPER: (&str, &str) = ("print.job", "見積書.odt");

#[tokio::test]
async fn a_stay_is_one_row_with_its_length_and_a_private_title_is_none() {
    let events = check(|_| (), "-", &[OFFER, ERROR, AWAY, BACK, MAIL, USAGE, BLIND, GAP, PAPER]).await;
    assert_eq!(
        (&events[0].body["duration_ms"], events[0].account.as_ref().unwrap().name.as_str()),
        (&61_000.into(), "tanaka")
    );
    assert!(events[0].image.is_some() && events[0].process_guid.is_some());
    assert_eq!(events[8].body["pages"], 3);
}

#[tokio::test]
async fn a_stay_that_a_rule_answers_to_is_told_while_it_lasts_and_not_again() {
    let events = check(|_| (), "受信", &[OFFER, ERROR, MAIL, AWAY, BACK, USAGE, BLIND, GAP, PAPER]).await;
    let mail = &events[2];
    assert_eq!((mail.rule.as_deref(), mail.body.get("duration_ms")), (Some("plans"), None));
}

#[tokio::test]
async fn each_part_can_be_switched_off_and_what_is_not_seen_is_told_all_the_same() {
    let no_rules = |policy: &mut OperationLogPolicy| policy.windows.exclude.clear();
    check(no_rules, "-", &[OFFER, BANK, ERROR, AWAY, BACK, MAIL, USAGE, BLIND, GAP, PAPER]).await;
    let programs = |policy: &mut OperationLogPolicy| {
        policy.windows.titles = false;
        policy.windows.errors = false;
        policy.windows.usage = false;
        policy.windows.idle_after_s = 0;
        policy.prints.documents = false;
    };
    let bare = ("window.active", "");
    check(programs, "-", &[bare, bare, BLIND, GAP, ("print.job", "")]).await;
    let rule = WindowRule {
        name: "mail".to_owned(),
        title_contains: vec!["受信".to_owned()],
        hide: Hide::Row,
        ..WindowRule::default()
    };
    check(
        |policy| policy.windows.exclude = vec![rule],
        "-",
        &[OFFER, BANK, ERROR, AWAY, BACK, USAGE, BLIND, GAP, PAPER],
    )
    .await;
    check(|policy| policy.windows.record = false, "-", &[PAPER]).await;
    check(|policy| policy.prints.record = false, "-", &[OFFER, ERROR, AWAY, BACK, MAIL, USAGE, BLIND, GAP]).await;
}
