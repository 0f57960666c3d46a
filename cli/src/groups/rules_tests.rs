use expect_test::{Expect, expect};

use super::*;

/// A rule for each condition that can be unmet, one that answers, one that waits, one that is off.
fn book() -> RuleBook {
    let rule = |id: &str, name: &str, level: &str, rest: Value| {
        let mut rule = json!({"id": id, "name": name, "class": "file", "level": level});
        rule.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        rule
    };
    let when = |when: Value| json!({"when": when});
    let rules = json!([
        rule("print", "印刷", "log", when(json!({"kinds": ["print", "web.view"]}))),
        rule("names", "社外秘", "alarm", when(json!({"texts": [{"in": "name", "any_of": ["社外秘", "秘密"]}]}))),
        rule(
            "drafts",
            "下書き",
            "log",
            when(json!({"texts": [{"in": "path", "any_of": ["/srv/**"], "none_of": ["*.tmp"]}]}))
        ),
        rule(
            "others",
            "別の名前",
            "log",
            when(json!({"kinds": ["file"], "texts": [{"in": "name", "none_of": ["見積"]}]}))
        ),
        rule("program", "転送", "alarm", when(json!({"program": {"names": ["winscp.exe"], "paths": ["/opt/**"]}}))),
        rule("account", "退職者", "alarm", when(json!({"accounts": ["sato"], "kinds": ["file"]}))),
        rule("from", "共有から", "log", when(json!({"kinds": ["file"], "from": ["network", "optical"]}))),
        rule("to", "持ち出し", "alarm", when(json!({"kinds": ["file"], "to": ["memory"]}))),
        rule("bytes", "大きい", "log", when(json!({"kinds": ["file"], "bytes_at_least": 1_000_000}))),
        rule("night", "深夜", "log", when(json!({"kinds": ["file"], "hours": "outside_business"}))),
        rule("new", "新しい", "log", when(json!({"kinds": ["file"], "first_seen": "endpoint"}))),
        rule(
            "except",
            "経理のほか",
            "alarm",
            json!({"when": {"kinds": ["file"]},
            "except": [{"when": {"accounts": ["tanaka"]}, "reason": "経理の仕事"}]})
        ),
        rule("usb", "USBへ", "alarm", when(json!({"kinds": ["file"], "to": ["removable"]}))),
        rule(
            "many",
            "まとめて",
            "prohibit",
            json!({"when": {"kinds": ["file"]}, "at_least": {"count": 100, "bytes": 1_000_000, "within_s": 600}})
        ),
        rule("rest", "切った規則", "alarm", json!({"on": false, "when": {"kinds": ["file"]}})),
    ]);
    serde_json::from_value(json!({"rules": rules})).unwrap()
}

/// As the API gives it. It is a Tuesday, 10:00 in Tokyo.
fn told() -> Value {
    json!({
        "id": "01930000-0000-7000-8000-000000000000", "endpoint": "01930000-0000-7000-8000-000000000001", "hostname": "pc-1",
        "kind": "file.copy", "occurred_at": "2026-11-17T01:00:00Z", "received_at": "2026-11-17T01:00:01Z", "user": "tanaka",
        "user_id": "1000", "level": "recorded", "rule": null, "feature": "operation_log", "lane": "operation", "seq": 7,
        "image": "/usr/bin/cp", "subject": "/home/tanaka/見積.xlsx", "target": "/media/tanaka/USB/見積.xlsx", "bytes": 48_000,
        "inferred": false, "truncated": false, "body": {"target_place": "removable"}
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as the macro gives it")]
#[track_caller]
fn check(language: Language, expected: Expect) {
    let (book, event) = (book(), event(told()).unwrap());
    let matcher = Matcher::new(&book).unwrap();
    let text = crate::table::rows(LIST, &lines(&matcher, &book, &event, language));
    let verdict = rules_words::verdict(matcher.foresee(&event, &mut Unseen), language);
    expected.assert_eq(&format!("{text}\n{verdict}\n"));
}

#[test]
fn every_rule_says_in_english_why_it_does_not_answer() {
    check(
        Language::English,
        expect![[r#"
        ANSWERS  LEVEL     RULE     NAME        WHY
        no       log       print    印刷        it is about print, web.view, and this is file.copy
        no       alarm     names    社外秘      the name has none of 社外秘, 秘密
        no       log       drafts   下書き      the path has none of /srv/**, or one of *.tmp
        no       log       others   別の名前    the name has one of 見積, or is not there
        no       alarm     program  転送        the program is /usr/bin/cp, and not winscp.exe, /opt/**
        no       alarm     account  退職者      the account is tanaka, and not sato
        no       log       from     共有から    it did not begin on a network share or an optical disc
        no       alarm     to       持ち出し    it did not end up on memory
        no       log       bytes    大きい      its size is 48000 bytes, and 1000000 are asked for
        no       log       night    深夜        2026-11-17T01:00:00.000000Z is not outside of business hours
        no       log       new      新しい      whether the program is new is not known here
        no       alarm     except   経理のほか  the exception “経理の仕事” lets it through
        yes      alarm     usb      USBへ
        yes      prohibit  many     まとめて    from 100 of them or 1000000 bytes within 600 s on
        off      alarm     rest     切った規則  it is off
        usb answers: alarm.
    "#]],
    );
}

#[test]
fn every_rule_says_in_japanese_why_it_does_not_answer() {
    check(
        Language::Japanese,
        expect![[r#"
        ANSWERS  LEVEL     RULE     NAME        WHY
        no       log       print    印刷        操作が file.copy で、この規則は print, web.view についてのもの
        no       alarm     names    社外秘      名前に 社外秘, 秘密 のどれもない
        no       log       drafts   下書き      パスに /srv/** のどれもないか、*.tmp のどれかがある
        no       log       others   別の名前    名前に 見積 のどれかがあるか、名前がない
        no       alarm     program  転送        プログラムが /usr/bin/cp で、winscp.exe, /opt/** ではない
        no       alarm     account  退職者      アカウントが tanaka で、sato ではない
        no       log       from     共有から    元の場所が共有フォルダーか光学ディスクではない
        no       alarm     to       持ち出し    先の場所がメモリーではない
        no       log       bytes    大きい      大きさが 48000 バイトで、1000000 バイトに届かない
        no       log       night    深夜        2026-11-17T01:00:00.000000Z は業務時間外ではない
        no       log       new      新しい      初めて見たプログラムかどうかは、ここではわからない
        no       alarm     except   経理のほか  例外「経理の仕事」が通す
        yes      alarm     usb      USBへ
        yes      prohibit  many     まとめて    600 秒のうちに 100 回か 1000000 バイトになってから
        off      alarm     rest     切った規則  切ってある
        usb が働きます（警告）。
    "#]],
    );
}

#[test]
fn a_rule_that_no_event_answers_to_says_so() {
    let verdict = rules_words::verdict(None, Language::English);
    assert_eq!(verdict, "No rule answers to this event alone.");
}

#[test]
fn rules_are_read_from_a_book_and_from_policies() {
    let book = serde_json::to_string(&book()).unwrap();
    assert_eq!(read(&book, "book.json").unwrap().rules.len(), 15);
    let policy = |feature: &str, target: &str| format!("feature: {feature}\ntarget: {target}\nvalue: {{rules: []}}\n");
    let one = format!("{}---\n{}", policy("rule_book", "/"), policy("operation_log", "/"));
    assert!(read(&one, "p.yaml").unwrap().rules.is_empty());
    for (text, expected) in [
        (policy("operation_log", "/"), "there is no policy of rules in it"),
        (format!("{}---\n{}", policy("rule_book", "/"), policy("rule_book", "/本社")), "several groups"),
        ("rules: 3\n".to_owned(), "failed to read the rules in p.yaml"),
        (String::new(), "failed to read the rules in p.yaml"),
    ] {
        let error = read(&text, "p.yaml").unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn an_event_is_read_as_the_api_or_an_agent_tells_it() {
    assert_eq!(event(told()).unwrap().account.unwrap().name, "tanaka");
    let of_agent =
        json!({"occurred_at": "2026-11-17T01:00:00Z", "kind": "file.copy", "account": {"name": "sato", "id": "7"}});
    assert_eq!(event(of_agent).unwrap().account.unwrap().name, "sato");
    for wrong in [json!([]), json!({"kind": "file.copy"}), json!({"kind": 3, "occurred_at": "2026-11-17T01:00:00Z"})] {
        assert!(event(wrong).is_err());
    }
}
