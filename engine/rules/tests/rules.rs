//! What rules answer to, as an administrator would put it.

#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests read better")]

use proptest::prelude::*;
use serde_json::{Value, json};
use yagura_rules::{First, Judgement, Matcher, Memory, RuleBook, Seen, Unseen, matcher::Unmet};
use yagura_vocabulary::{Account, Event, Level, Time};

fn event(kind: &str, fields: Value) -> Event {
    let mut whole = json!({"occurred_at": "2026-11-27T01:00:00Z", "feature": "test", "kind": kind});
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn matcher(rules: Value) -> Matcher {
    let rules: Vec<Value> = rules
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(n, rule)| {
            let mut whole =
                json!({"id": format!("r{n}"), "name": format!("rule {n}"), "class": "test", "level": "alarm"});
            whole.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
            whole
        })
        .collect();
    let book: RuleBook = serde_json::from_value(json!({"rules": rules})).unwrap();
    Matcher::new(&book).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Judges one event by one rule that consists of these conditions.
fn check(when: Value, event: &Event, expected: bool) {
    let matcher = matcher(json!([{"when": when}]));
    let answer = matcher.judge(event, &mut Memory::default(), &mut Unseen);
    assert_eq!(answer.is_some(), expected, "{when} {event:?}");
}

fn copied() -> Event {
    event(
        "file.copy",
        json!({
            "subject": "/home/tanaka/案件/御見積書(社外秘).xlsx",
            "target": "/media/usb/temp/ＭＩＴＳＵＭＯＲＩ.xlsx",
            "bytes": 48_000,
            "image": "/usr/bin/cp",
            "account": {"name": "Tanaka", "id": "1000"},
            "body": {"target_place": "removable"},
        }),
    )
}

#[test]
fn a_rule_names_kinds_or_families_of_them() {
    check(json!({"kinds": ["file.copy"]}), &copied(), true);
    check(json!({"kinds": ["file"]}), &copied(), true);
    check(json!({"kinds": ["fil", "folder", "file.copy.x"]}), &copied(), false);
}

#[test]
fn a_keyword_is_found_in_a_name_whatever_its_case_and_width() {
    let name = |word: &str| json!({"texts": [{"in": "name", "any_of": [word]}]});
    check(name("社外秘"), &copied(), true);
    check(name("見積*ＸＬＳ"), &copied(), true);
    check(name("mitsumori"), &copied(), true);
    check(name("案件"), &copied(), false);
    check(name("usb"), &copied(), false);
}

#[test]
fn a_path_is_named_by_a_pattern_or_a_folder_around_it() {
    let path = |pattern: &str| json!({"texts": [{"in": "path", "any_of": [pattern]}]});
    check(path("/home/*/案件"), &copied(), true);
    check(path("**/*.xlsx"), &copied(), true);
    check(path("/media/usb"), &copied(), true);
    check(path("/media/us"), &copied(), false);
    check(path("/home/*.xlsx"), &copied(), false);
}

#[test]
fn some_words_may_be_wanted_and_others_not() {
    let texts =
        |any_of: &[&str], none_of: &[&str]| json!({"texts": [{"in": "name", "any_of": any_of, "none_of": none_of}]});
    check(texts(&["見積"], &["控え"]), &copied(), true);
    check(texts(&["見積"], &["社外秘"]), &copied(), false);
    check(texts(&[], &["控え"]), &copied(), true);
    // Where nothing is known, nothing can be said about what is not there.
    check(texts(&[], &["控え"]), &event("session.logon", json!({})), false);
}

#[test]
fn titles_and_addresses_are_looked_for_where_they_stand() {
    let window = event("window.title", json!({"subject": "求人情報 - ブラウザー"}));
    let page = event("web.view", json!({"subject": "https://jobs.example.jp/求人", "body": {"title": "転職サイト"}}));
    let has = |place: &str, word: &str| json!({"texts": [{"in": place, "any_of": [word]}]});
    check(has("title", "求人"), &window, true);
    check(has("url", "求人"), &window, false);
    check(has("url", "jobs.example"), &page, true);
    check(has("title", "転職"), &page, true);
    check(has("name", "求人"), &page, false);
    check(has("any", "転職"), &page, true);
}

#[test]
fn a_program_is_known_by_name_path_hash_or_signer() {
    let hash = "aa".repeat(32);
    let start = event(
        "process.start",
        json!({
            "image": "/opt/Tools/WinSCP.exe", "command_line": "WinSCP.exe /script=a", "hash_sha256": hash, "signer": "Example KK",
        }),
    );
    check(json!({"program": {"names": ["winscp.EXE"]}}), &start, true);
    check(json!({"program": {"names": ["scp.exe"]}}), &start, false);
    check(json!({"program": {"paths": ["/opt/tools"]}}), &start, true);
    check(json!({"program": {"signers": ["example kk"]}}), &start, true);
    check(json!({"program": {"names": ["other"], "signers": ["example kk"]}}), &start, true);
    // A prohibited program under another name.
    let renamed = Event { image: Some("/tmp/calc".to_owned()), ..start.clone() };
    check(json!({"program": {"sha256": [hash.to_uppercase()]}}), &renamed, true);
    check(json!({"program": {"names": ["winscp.exe"]}}), &renamed, false);
    check(json!({"texts": [{"in": "command", "any_of": ["/script"]}]}), &start, true);
}

#[test]
fn where_a_file_comes_from_and_goes_to_matters() {
    check(json!({"to": ["removable"]}), &copied(), true);
    check(json!({"from": ["fixed"]}), &copied(), true);
    check(json!({"to": ["network", "fixed"]}), &copied(), false);
    let made = event("file.create", json!({"subject": "/mnt/share/a", "body": {"place": "network"}}));
    check(json!({"to": ["network"]}), &made, true);
    check(json!({"from": ["network"]}), &made, false);
    check(json!({"to": ["fixed"]}), &event("process.start", json!({})), false);
}

#[test]
fn size_account_and_hour_are_conditions() {
    check(json!({"bytes_at_least": 48_000}), &copied(), true);
    check(json!({"bytes_at_least": 48_001}), &copied(), false);
    check(json!({"bytes_at_least": 1}), &event("file.copy", json!({})), false);
    check(json!({"accounts": ["tanaka"]}), &copied(), true);
    check(json!({"accounts": ["suzuki"]}), &copied(), false);
    // Friday, ten o'clock in Japan.
    check(json!({"hours": "business"}), &copied(), true);
    check(json!({"hours": "outside_business"}), &copied(), false);
    let night = Event { occurred_at: "2026-11-27T14:00:00Z".parse().unwrap(), ..copied() };
    check(json!({"hours": "outside_business"}), &night, true);
    check(json!({"hours": {"within": [{"from": "22:00", "to": "05:00"}]}}), &night, true);
    check(json!({"hours": {"within": [{"days": ["sat"], "from": "22:00", "to": "05:00"}]}}), &night, false);
}

/// Has seen one program.
struct One(&'static str);

impl Seen for One {
    fn is_first(&mut self, scope: First, program: &str, _: &Event) -> Option<bool> {
        (scope == First::Endpoint).then(|| program != self.0)
    }
}

#[test]
fn a_program_may_be_new_here_and_what_nobody_knows_does_not_hold() {
    let start = event("process.start", json!({"image": "/usr/bin/new"}));
    for (first, seen, expected) in
        [("endpoint", "/usr/bin/old", true), ("endpoint", "/usr/bin/new", false), ("fleet", "/usr/bin/old", false)]
    {
        let matcher = matcher(json!([{"when": {"first_seen": first}}]));
        assert_eq!(matcher.judge(&start, &mut Memory::default(), &mut One(seen)).is_some(), expected, "{first} {seen}");
    }
}

#[test]
fn an_exception_lets_through_until_its_day() {
    let matcher = matcher(json!([{
        "when": {"kinds": ["file.copy"]},
        "except": [{"when": {"accounts": ["tanaka"]}, "reason": "moving office", "until": "2026-11-28T00:00:00Z"}],
    }]));
    let judged = |event: &Event| matcher.judge(event, &mut Memory::default(), &mut Unseen).is_some();
    assert!(!judged(&copied()));
    assert!(judged(&Event { occurred_at: "2026-11-28T00:00:00Z".parse().unwrap(), ..copied() }));
    assert!(judged(&Event { account: Some(Account { name: "suzuki".to_owned(), id: "2".to_owned() }), ..copied() }));
}

#[test]
fn the_strongest_rule_answers_and_among_equals_the_first() {
    let when = json!({"kinds": ["file"]});
    let answers = |levels: &[&str]| {
        let rules: Vec<_> = levels.iter().map(|level| json!({"level": level, "when": when})).collect();
        let matcher = matcher(rules.into());
        matcher.judge(&copied(), &mut Memory::default(), &mut Unseen).map(|judgement| judgement.rule.id.clone())
    };
    assert_eq!(answers(&["log", "alarm", "prohibit", "alarm"]).as_deref(), Some("r2"));
    assert_eq!(answers(&["log", "alarm", "alarm"]).as_deref(), Some("r1"));
}

#[test]
fn a_rule_that_is_off_does_not_answer() {
    let matcher = matcher(json!([{"on": false, "when": {"kinds": ["file"]}}]));
    assert_eq!(matcher.judge(&copied(), &mut Memory::default(), &mut Unseen), None);
}

#[test]
fn what_must_come_together_is_counted_also_where_a_stronger_rule_answers() {
    let matcher = matcher(json!([
        {"level": "alarm", "when": {"kinds": ["file"]}, "at_least": {"count": 3, "within_s": 60}},
        {"level": "log", "when": {"kinds": ["file"]}},
    ]));
    let mut memory = Memory::default();
    let mut answers = || {
        let judgement = matcher.judge(&copied(), &mut memory, &mut Unseen).unwrap();
        (judgement.rule.id.clone(), judgement.sum)
    };
    assert_eq!(answers(), ("r1".to_owned(), None));
    assert_eq!(answers(), ("r1".to_owned(), None));
    assert_eq!(answers(), ("r0".to_owned(), Some((3, 144_000))));
    assert_eq!(answers(), ("r1".to_owned(), None));
}

#[test]
fn what_came_of_it_is_written_on_the_event() {
    for (level, stopped, expected, not_stopped) in [
        ("log", false, Level::Recorded, false),
        ("alarm", false, Level::Alarm, false),
        ("prohibit", true, Level::Prohibited, false),
        ("prohibit", false, Level::Alarm, true),
    ] {
        let matcher = matcher(json!([{"level": level, "when": {"kinds": ["file"]}}]));
        let mut event = copied();
        let judgement: Judgement<'_> = matcher.judge(&event, &mut Memory::default(), &mut Unseen).unwrap();
        judgement.mark(&mut event, stopped);
        assert_eq!((event.level, event.rule.as_deref(), event.class.as_deref()), (expected, Some("r0"), Some("test")));
        assert_eq!(event.body.get("not_stopped").is_some(), not_stopped, "{level}");
        assert_eq!(event.body["rule_name"], "rule 0");
    }
}

#[test]
fn it_is_explained_which_condition_does_not_hold() {
    let matcher = matcher(json!([
        {"when": {"kinds": ["file"], "to": ["removable"]}},
        {"when": {"kinds": ["web"]}},
        {"when": {"kinds": ["file"], "texts": [{"in": "name", "any_of": ["見積"]}, {"in": "name", "any_of": ["図面"]}]}},
        {"when": {"to": ["network"]}},
    ]));
    let found: Vec<_> = matcher.explain(&copied(), &mut Unseen).into_iter().map(|(_, unmet)| unmet).collect();
    assert_eq!(found, [None, Some(Unmet::Kind), Some(Unmet::Texts(1)), Some(Unmet::To)]);
}

#[test]
fn released_books_are_read_and_written_alike() {
    let golden = include_str!("../golden/book-v1.json");
    let book: RuleBook = serde_json::from_str(golden).unwrap();
    assert_eq!(book.faults(), []);
    assert_eq!(serde_json::to_string_pretty(&book).unwrap() + "\n", golden);
}

#[test]
fn ten_thousand_letters_of_wildcards_take_no_longer_than_their_product() {
    let pattern = "*a".repeat(100);
    let long = event("file.copy", json!({"subject": "a".repeat(50_000)}));
    check(json!({"texts": [{"in": "name", "any_of": [format!("{pattern}b")]}]}), &long, false);
    check(json!({"texts": [{"in": "path", "any_of": [format!("**{pattern}b")]}]}), &long, false);
}

prop_compose! {
    fn words()(words in prop::collection::vec("[a-cＡあ*]{1,3}", 1..3)) -> Vec<String> {
        words.into_iter().map(|word| format!("{word}a")).collect()
    }
}

prop_compose! {
    fn some_when()(
        kinds in prop::collection::vec(prop::sample::select(vec!["file", "file.copy", "web.view", "process"]), 0..3),
        place in prop::sample::select(vec!["name", "path", "title", "url", "command", "any"]),
        any_of in words(),
        texts in any::<bool>(),
        names in prop::option::of(prop::sample::select(vec!["ab", "ba", "B"])),
    ) -> Value {
        let mut when = json!({"kinds": kinds});
        if texts || (kinds.is_empty() && names.is_none()) {
            when["texts"] = json!([{"in": place, "any_of": any_of}]);
        }
        if let Some(name) = names {
            when["program"] = json!({"names": [name]});
        }
        when
    }
}

prop_compose! {
    fn some_event()(
        kind in prop::sample::select(vec!["file.copy", "file.create", "web.view", "window.title", "process.start"]),
        subject in "[a-cＡあ/]{0,8}",
        command in "[a-c ]{0,8}",
        image in prop::sample::select(vec!["/x/ab", "/b", "/ba/c"]),
    ) -> Event {
        event(kind, json!({"subject": subject, "command_line": command, "image": image, "body": {"title": command}}))
    }
}

proptest! {
    /// The few rules that the matcher looks at are all that can answer: one by one, without any choice, they say the same.
    #[test]
    fn the_matcher_overlooks_no_rule(whens in prop::collection::vec(some_when(), 1..12), events in prop::collection::vec(some_event(), 1..20)) {
        let rules: Vec<_> = whens.iter().map(|when| json!({"level": "log", "when": when})).collect();
        let matcher = matcher(rules.into());
        for event in &events {
            let slow = matcher.explain(event, &mut Unseen).into_iter().find(|(_, unmet)| unmet.is_none());
            let fast = matcher.judge(event, &mut Memory::default(), &mut Unseen);
            prop_assert_eq!(fast.map(|judgement| &judgement.rule.id), slow.map(|(rule, _)| &rule.id));
        }
    }

    #[test]
    fn no_event_makes_it_fall(event in some_event(), at in any::<i64>(), count in any::<u64>(), bytes in any::<u64>()) {
        let matcher = matcher(json!([
            {"when": {"kinds": ["file"], "hours": "outside_business"}, "at_least": {"count": 2, "bytes": 9, "within_s": 86_400}},
        ]));
        let mut memory = Memory::default();
        for at in [at, 0, at.wrapping_neg(), at] {
            let event = Event { occurred_at: Time::from_micros(at), count: Some(count), bytes: Some(bytes), ..event.clone() };
            let _ = matcher.judge(&event, &mut memory, &mut Unseen);
        }
    }
}
