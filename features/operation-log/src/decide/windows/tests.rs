use serde_json::json;
use yagura_records::Doer;
use yagura_vocabulary::{
    id::GrantId,
    in_force::{Layer, Layers},
};

use super::*;

fn tanaka() -> Account {
    Account { name: "tanaka".to_owned(), id: "1000".to_owned() }
}

fn window(title: Option<&str>, image: Option<&str>) -> WindowFacts {
    let process = Doer {
        pid: 1,
        guid: None,
        image: image.map(str::to_owned),
        account: None,
        logon_session: None,
        by_shell: false,
    };
    WindowFacts { title: title.map(Into::into), process: Some(process), ..WindowFacts::default() }
}

/// The decision about a window under a policy: `row`, `title`, and the rule that answered.
fn check(policy: &serde_json::Value, title: Option<&str>, image: Option<&str>, expected: (bool, bool, Option<&str>)) {
    let policy = InForce::of(serde_json::from_value(json!({ "windows": policy })).unwrap());
    let decision = decide_window(&policy, &tanaka(), WindowRow::Window, &window(title, image));
    let rule = decision.rule.map(|rule| rule.to_string());
    assert_eq!((decision.record, decision.title, rule.as_deref()), expected, "{title:?} {image:?}");
}

const FIREFOX: Option<&str> = Some("/usr/lib/firefox-esr/firefox-esr");

#[test]
fn by_default_titles_are_recorded_but_for_private_windows_and_keepers_of_passwords() {
    check(&json!({}), Some("会計システム"), FIREFOX, (true, true, None));
    check(
        &json!({}),
        Some("Bank — Mozilla Firefox Private Browsing"),
        FIREFOX,
        (true, false, Some("private browsing")),
    );
    check(&json!({}), Some("銀行 — プライベートブラウジング"), FIREFOX, (true, false, Some("private browsing")));
    check(&json!({}), Some("x"), Some("/usr/bin/keepassxc"), (true, false, Some("keepers of passwords")));
}

#[test]
fn titles_alone_can_be_switched_off_and_all_of_it() {
    check(&json!({"titles": false}), Some("a"), FIREFOX, (true, false, None));
    check(&json!({"record": false}), Some("a"), FIREFOX, (false, false, None));
}

#[test]
fn a_rule_takes_away_the_title_or_the_row_and_all_its_conditions_must_fit() {
    let both = json!({"exclude": [
        {"name": "家計", "title_contains": ["家計簿"], "images": ["**/soffice.bin"], "hide": "row"},
        {"name": "talks", "images": ["/usr/bin/chat"]},
    ]});
    check(&both, Some("家計簿.ods"), Some("/usr/lib/libreoffice/program/soffice.bin"), (false, false, Some("家計")));
    check(&both, Some("家計簿.ods"), FIREFOX, (true, true, None));
    check(&both, Some("hello"), Some("/usr/bin/chat"), (true, false, Some("talks")));
    // What the sensor could not see is recorded.
    check(&both, Some("hello"), None, (true, true, None));
    check(&both, None, Some("/usr/lib/libreoffice/program/soffice.bin"), (true, true, None));
}

#[test]
fn use_is_left_out_only_where_a_rule_hides_a_program_whole() {
    let policy = |windows| InForce::of(serde_json::from_value(json!({ "windows": windows })).unwrap());
    let used = |windows, image: &str| decide_usage(&policy(windows), &tanaka(), image).record;
    assert!(used(json!({}), "/usr/bin/keepassxc"));
    assert!(!used(json!({"usage": false}), "/usr/bin/a") && !used(json!({"record": false}), "/usr/bin/a"));
    let rule = json!({"exclude": [{"name": "game", "images": ["**/game"], "hide": "row"}]});
    assert!(!used(rule.clone(), "/opt/game") && used(rule, "/opt/work"));
}

#[test]
fn errors_and_being_away_have_switches_of_their_own() {
    let policy = |windows| InForce::of(serde_json::from_value(json!({ "windows": windows })).unwrap());
    let error = |windows| decide_window(&policy(windows), &tanaka(), WindowRow::Error, &window(Some("a"), None)).record;
    assert!(error(json!({})) && !error(json!({"errors": false})) && !error(json!({"record": false})));
    let idle = |windows| decide_idle(&policy(windows), &tanaka()).record;
    assert!(idle(json!({})) && !idle(json!({"idle_after_s": 0})) && !idle(json!({"record": false})));
}

#[test]
fn a_grant_that_shows_a_title_stands_on_the_row() {
    let grant =
        Layer { grant: GrantId::new(), account: Some("1000".to_owned()), value: json!({"windows": {"titles": true}}) };
    let layers = Layers { policy: json!({"windows": {"titles": false}}), grants: vec![grant.clone()] };
    let (policies, _) = layers.read(|value| serde_json::from_value(value.clone())).unwrap();
    let decision = decide_window(&policies, &tanaka(), WindowRow::Window, &window(Some("a"), None));
    assert_eq!(decision, WindowDecision { record: true, title: true, rule: Some(Rule::Grant(grant.grant)) });
}
