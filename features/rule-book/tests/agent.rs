//! Rules on an endpoint: from the policy to what is told to the server and to the person.
#![cfg(feature = "agent")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{path::Path, sync::Arc};

use serde_json::{Value, json};
use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, TestEnds};
use yagura_rule_book::agent::RuleBookFeature;
use yagura_rules::RuleBook;
use yagura_vocabulary::{
    Account, Event, InForce, Lane, Level, Time,
    id::GrantId,
    in_force::{Layer, Layers},
};

struct Rig {
    ctx: yagura_agent_kit::EventSink,
    judge: yagura_agent_kit::JudgeSeat,
    ends: TestEnds<RuleBook>,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn book(rules: &Value) -> RuleBook {
    serde_json::from_value(json!({ "rules": rules })).unwrap()
}

fn rule(id: &str, level: &str, when: &Value) -> Value {
    json!({"id": id, "name": format!("規則 {id}"), "class": "removable_write", "level": level, "when": when})
}

impl Rig {
    fn start(rules: &Value, data: &Path) -> Self {
        let (ctx, ends) = FeatureCtx::for_test(book(rules));
        let ctx = FeatureCtx { data: data.into(), ..ctx };
        let cancel = CancellationToken::new();
        let (events, judge, stop) = (ctx.events.clone(), ctx.judge.clone(), cancel.clone());
        let task = tokio::spawn(async move { RuleBookFeature::run(ctx, stop).await.unwrap() });
        Self { ctx: events, judge, ends, cancel, task }
    }

    /// What becomes of an event.
    async fn judged(&mut self, event: Event) -> (Lane, Event) {
        self.ctx.emit(Lane::Operation, event).await.unwrap();
        self.ends.events.recv().await.unwrap()
    }

    /// Until the judge answers so to this event: he takes his seat a moment after the book has come.
    async fn until(&mut self, event: &Event, rule: Option<&str>) {
        while self.judged(event.clone()).await.1.rule.as_deref() != rule {
            tokio::task::yield_now().await;
        }
    }

    async fn stop(self) -> TestEnds<RuleBook> {
        self.cancel.cancel();
        self.task.await.unwrap();
        self.ends
    }
}

fn copied(subject: &str, uid: &str) -> Event {
    let mut event = Event::new(Time::from_seconds(1_795_392_000), "operation_log", "file.copy");
    event.subject = Some(subject.to_owned());
    event.target = Some("/media/usb/a.xlsx".to_owned());
    event.account = Some(Account { name: format!("user{uid}"), id: uid.to_owned() });
    event.with("target_place", "removable")
}

#[tokio::test]
async fn a_violation_goes_in_the_critical_lane_with_its_rule_and_the_person_is_warned_once() {
    let folder = tempfile::tempdir().unwrap();
    let when = json!({"kinds": ["file"], "to": ["removable"]});
    let mut rule = rule("usb", "alarm", &when);
    rule["popup"] = json!({"text": "%FILE% (%USER%)"});
    let mut rig = Rig::start(&json!([rule]), folder.path());
    rig.until(&copied("/a", "9"), Some("usb")).await;
    let (lane, event) = rig.judged(copied("/home/見積.xlsx", "1000")).await;
    assert_eq!((lane, event.level, event.rule.as_deref()), (Lane::Critical, Level::Alarm, Some("usb")));
    assert_eq!((event.class.as_deref(), &event.body["rule_name"]), (Some("removable_write"), &json!("規則 usb")));
    rig.judged(copied("/home/また.xlsx", "1000")).await;
    let ends = rig.stop().await;
    let mut warnings = ends.warnings.receiver();
    let told = [warnings.recv().await.unwrap(), warnings.recv().await.unwrap()];
    assert_eq!(told[1].account, "1000");
    assert_eq!(told[1].text.as_deref(), Some("/media/usb/a.xlsx (user1000)"));
    let more = tokio::time::timeout(std::time::Duration::ZERO, warnings.recv()).await;
    assert!(more.is_err(), "the rule is quiet for a while: {more:?}");
}

#[tokio::test]
async fn a_person_is_warned_before_the_act_is_over_and_not_again_when_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let when = json!({"kinds": ["file"], "to": ["removable"]});
    let [mut each, mut several, mut logged] =
        [rule("usb", "alarm", &when), rule("many", "prohibit", &when), rule("a", "log", &when)];
    each["popup"] = json!({"quiet_s": 0});
    several["at_least"] = json!({"count": 3, "within_s": 60});
    logged["on"] = json!(true);
    let mut rig = Rig::start(&json!([logged, each, several]), folder.path());
    rig.until(&copied("/a", "9"), Some("many")).await;
    assert!(rig.judge.foresees());
    // It seems to be copied; seen twice; and turns out to have been moved.
    let seems = copied("/home/見積.xlsx", "1000");
    rig.judge.foresee(&seems);
    rig.judge.foresee(&seems);
    let (_, event) = rig.judged(Event { kind: "file.move".to_owned(), ..seems.clone() }).await;
    assert_eq!(event.rule.as_deref(), Some("usb"), "looking counts nothing");
    rig.judged(seems).await;
    let ends = rig.stop().await;
    let mut warnings = ends.warnings.receiver();
    let mut told = Vec::new();
    while let Ok(Some(warning)) = tokio::time::timeout(std::time::Duration::ZERO, warnings.recv()).await {
        told.push((warning.account, warning.rule));
    }
    told.retain(|(account, _)| account == "1000");
    let usb = || ("1000".to_owned(), "規則 usb".to_owned());
    assert_eq!(told, [usb(), usb()], "once for the move, and once for the second copy");
}

#[tokio::test]
async fn a_rule_that_only_logs_warns_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(&json!([rule("log", "log", &json!({"kinds": ["file"]}))]), folder.path());
    rig.until(&copied("/a", "9"), Some("log")).await;
    let (lane, event) = rig.judged(copied("/a", "1000")).await;
    assert_eq!((lane, event.level, event.rule.as_deref()), (Lane::Operation, Level::Recorded, Some("log")));
    let ends = rig.stop().await;
    let mut warnings = ends.warnings.receiver();
    assert!(tokio::time::timeout(std::time::Duration::ZERO, warnings.recv()).await.is_err());
}

#[tokio::test]
async fn a_new_book_and_a_grant_for_one_account_hold_from_the_next_event_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(&json!([]), folder.path());
    assert_eq!(rig.judged(copied("/a", "1000")).await.1.rule, None);
    let on = json!({"rules": [rule("usb", "alarm", &json!({"kinds": ["file"]}))]});
    let layers = Layers {
        policy: on,
        grants: vec![Layer { grant: GrantId::new(), account: Some("1000".to_owned()), value: json!({"rules": []}) }],
    };
    let (books, left_out) = layers.read(|value| serde_json::from_value::<RuleBook>(value.clone())).unwrap();
    assert!(left_out.is_empty());
    rig.ends.policy.send_replace(Arc::new(books));
    rig.until(&copied("/a", "1001"), Some("usb")).await;
    assert_eq!(rig.judged(copied("/a", "1000")).await.1.rule, None, "it is granted");
    rig.ends.policy.send_replace(Arc::new(InForce::of(book(&json!([])))));
    rig.until(&copied("/a", "1001"), None).await;
    rig.stop().await;
}

#[tokio::test]
async fn what_a_feature_has_judged_itself_stays_and_why_it_was_recorded_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(&json!([rule("usb", "alarm", &json!({"kinds": ["file"]}))]), folder.path());
    rig.until(&copied("/a", "9"), Some("usb")).await;
    let denied = Event { level: Level::Prohibited, rule: Some("device".to_owned()), ..copied("/a", "1") };
    assert_eq!(rig.judged(denied.clone()).await, (Lane::Operation, denied));
    let granted = Event { rule: Some("grant:1".to_owned()), ..copied("/a", "1") };
    let (_, event) = rig.judged(granted).await;
    assert_eq!((event.rule.as_deref(), &event.body["recorded_by"]), (Some("usb"), &json!("grant:1")));
    rig.stop().await;
}

#[tokio::test]
async fn a_program_is_new_once_also_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let rules = json!([rule("new", "log", &json!({"kinds": ["process.start"], "first_seen": "endpoint"}))]);
    let start = |image: &str| {
        let mut event = Event::new(Time::from_seconds(0), "operation_log", "process.start");
        event.image = Some(image.to_owned());
        event
    };
    let mut rig = Rig::start(&rules, folder.path());
    for n in 0.. {
        if rig.judged(start(&format!("/bin/{n}"))).await.1.rule.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(rig.judged(start("/opt/a")).await.1.rule.is_some());
    assert!(rig.judged(start("/opt/a")).await.1.rule.is_none());
    rig.stop().await;
    let mut rig = Rig::start(&rules, folder.path());
    for n in 0.. {
        if rig.judged(start(&format!("/sbin/{n}"))).await.1.rule.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(rig.judged(start("/opt/a")).await.1.rule.is_none());
    rig.stop().await;
}

#[test]
fn a_book_with_faults_is_refused_by_their_places() {
    let faults = RuleBookFeature::validate(&book(&json!([rule("a", "alarm", &json!({}))])));
    assert_eq!(faults[0].pointer, "/rules/0/when");
}
