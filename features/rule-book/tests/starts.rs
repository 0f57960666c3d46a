//! The rules at the gate: which programs may start, and what comes of it when one may not.
#![cfg(feature = "agent")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;
use yagura_agent_kit::{
    AgentFeature, CancellationToken, Denial, FeatureCtx, TestEnds,
    gate::{Lasts, Opinion},
};
use yagura_records::{Hash, Moment, Starting};
use yagura_rule_book::agent::RuleBookFeature;
use yagura_rules::RuleBook;
use yagura_vocabulary::{Account, InForce, Level, Time};

fn rule(when: &Value, more: &Value) -> Value {
    let mut rule = json!({"id": "no-games", "name": "遊び", "class": "program", "level": "prohibit", "when": when});
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rule
}

fn named(more: &Value) -> Value {
    rule(&json!({"kinds": ["process.start"], "program": {"names": ["Game"]}}), more)
}

fn starting(path: &str) -> Starting {
    Starting {
        at: Moment { occurred_at: Time::from_seconds(1_795_482_000), boot_id: Uuid::from_u128(7), mono_ns: 42 },
        guid: Some(Uuid::from_u128(1)),
        pid: 100,
        ppid: 50,
        parent_guid: Some(Uuid::from_u128(2)),
        parent_image: Some("/usr/bin/bash".to_owned()),
        path: path.into(),
        account: Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() }),
        effective_account: None,
        login_account: None,
        logon_session: Some("3".to_owned()),
        hash: Hash::Off,
    }
}

/// What the gate says by these rules.
struct Rig {
    ends: TestEnds<RuleBook>,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn book(rules: &[Value]) -> Arc<InForce<RuleBook>> {
    Arc::new(InForce::of(serde_json::from_value(json!({ "rules": rules })).unwrap()))
}

impl Rig {
    /// `wanted` says whether these rules need the gate.
    async fn start(rules: &[Value], wanted: bool) -> Self {
        let (ctx, ends) = FeatureCtx::for_test(RuleBook::default());
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let task = tokio::spawn(async move { RuleBookFeature::run(ctx, stop).await.unwrap() });
        let rig = Self { ends, cancel, task };
        // First rules that need it, so that it is seen how those after them do.
        rig.decide(&[named(&json!({}))], true).await;
        rig.decide(rules, wanted).await;
        rig
    }

    async fn decide(&self, rules: &[Value], wanted: bool) {
        self.ends.policy.send_replace(book(rules));
        // There is one thread: when the others had their turns, the feature has taken them.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.ends.gate.is_wanted(), wanted);
    }

    fn denial(&self, starting: &Starting) -> Option<Denial> {
        match self.ends.gate.ask(starting) {
            Opinion::Deny(denial) => Some(*denial),
            Opinion::Allow(_) => None,
        }
    }

    #[track_caller]
    fn check(&self, path: &str, expected: Option<Lasts>) {
        let lasts = match self.ends.gate.ask(&starting(path)) {
            Opinion::Allow(lasts) => Some(lasts),
            Opinion::Deny(_) => None,
        };
        assert_eq!(lasts, expected, "{path}");
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
        assert!(!self.ends.gate.is_wanted(), "nobody is left at the gate");
    }
}

const ALWAYS: Option<Lasts> = Some(Lasts::WhileUnchanged);
const NOW: Option<Lasts> = Some(Lasts::ThisOnce);
const DENIED: Option<Lasts> = None;

#[tokio::test]
async fn a_prohibited_program_is_a_row_and_a_word_to_the_person_once_in_a_while() {
    let rig = Rig::start(&[named(&json!({"popup": {"text": "%APP% (%USER%)"}}))], true).await;
    let Denial { event, warning } = rig.denial(&starting("/home/tanaka/game")).unwrap();
    assert_eq!((event.level, event.rule.as_deref()), (Level::Prohibited, Some("no-games")));
    assert_eq!((event.kind.as_str(), event.feature.as_str()), ("process.start", "rule_book"));
    let told = (event.image.as_deref(), event.pid, event.process_guid, event.parent_image.as_deref());
    assert_eq!(told, (Some("/home/tanaka/game"), Some(100), Some(Uuid::from_u128(1)), Some("/usr/bin/bash")));
    assert_eq!(event.account.unwrap().id, "1000");
    assert_eq!((event.command_line, &event.body["notes"]), (None, &json!(["command_line_missing"])));
    assert!(!event.body.contains_key("not_stopped"));
    let warning = warning.unwrap();
    assert!(warning.prohibited);
    assert_eq!((warning.account.as_str(), warning.text.as_deref()), ("1000", Some("game (tanaka)")));
    let again = rig.denial(&starting("/home/tanaka/game")).unwrap();
    assert_eq!(again.warning, None, "the rule is quiet for a while, and denies all the same");
    rig.check("/home/tanaka/tool", ALWAYS);
    rig.stop().await;
}

#[tokio::test]
async fn a_renamed_program_is_told_by_its_hash_and_not_by_its_name() {
    let hashed =
        rule(&json!({"kinds": ["process"], "program": {"sha256": ["AB".repeat(32)]}}), &json!({"id": "hashed"}));
    let rig = Rig::start(&[named(&json!({})), hashed], true).await;
    rig.check("/home/tanaka/letter", ALWAYS);
    let renamed = Starting { hash: Hash::Sha256("ab".repeat(32)), ..starting("/home/tanaka/letter") };
    let denial = rig.denial(&renamed).unwrap();
    assert_eq!((denial.event.rule.as_deref(), denial.event.hash_sha256), (Some("hashed"), Some("ab".repeat(32))));
    rig.stop().await;
}

#[tokio::test]
async fn an_answer_that_depends_on_the_time_is_not_kept() {
    let at = |hours: &str| json!({"kinds": ["process.start"], "program": {"names": ["game"]}, "hours": hours});
    // A Tuesday, ten in the morning in Japan.
    let rig = Rig::start(&[rule(&at("outside_business"), &json!({}))], true).await;
    rig.check("/bin/game", NOW);
    rig.check("/bin/tool", ALWAYS);
    rig.decide(&[rule(&at("business"), &json!({}))], true).await;
    rig.check("/bin/game", DENIED);
    let except = |until: Value| {
        let mut except = json!({"when": {"accounts": ["Tanaka"]}, "reason": "a test"});
        except["until"] = until;
        named(&json!({"except": [except]}))
    };
    rig.decide(&[except(json!("2027-01-01T00:00:00Z"))], true).await;
    rig.check("/bin/game", NOW);
    rig.decide(&[except(Value::Null)], true).await;
    rig.check("/bin/game", ALWAYS);
    let other = Account { name: "suzuki".to_owned(), id: "1001".to_owned() };
    assert!(rig.denial(&Starting { account: Some(other), ..starting("/bin/game") }).is_some());
    rig.stop().await;
}

#[tokio::test]
async fn nobody_waits_at_the_gate_for_rules_that_cannot_stop_a_start() {
    for rules in [
        vec![],
        vec![named(&json!({"level": "alarm"})), named(&json!({"id": "b", "on": false}))],
        vec![named(&json!({"at_least": {"count": 2, "within_s": 60}}))],
        vec![rule(&json!({"kinds": ["process.start"]}), &json!({}))],
        vec![rule(&json!({"kinds": ["file"], "program": {"names": ["game"]}}), &json!({}))],
    ] {
        let rig = Rig::start(&rules, false).await;
        rig.check("/bin/game", ALWAYS);
        rig.stop().await;
    }
}
