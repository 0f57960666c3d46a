//! Which events a text finds.

use jiff::tz::{TimeZone, offset};
use uuid::Uuid;
use yagura_search_language::{Clock, Named, Names, Narrow, compile, parse};
use yagura_text_index::Wanted;
use yagura_vocabulary::{Account, Event, Id, Lane, Level, StoredEvent, Time};

fn clock() -> Clock {
    Clock { now: "2026-11-23T03:00:00Z".parse().unwrap(), zone: TimeZone::fixed(offset(9)) }
}

fn stored(endpoint: u128, event: Event) -> StoredEvent {
    StoredEvent {
        id: Id::new(),
        endpoint: Id::from_uuid(Uuid::from_u128(endpoint)),
        epoch: Uuid::nil(),
        lane: Lane::Operation,
        seq: 1,
        received_at: "2026-11-23T02:00:00Z".parse().unwrap(),
        person: (endpoint == 1).then(|| Id::from_uuid(Uuid::from_u128(99))),
        event,
    }
}

/// A copy to a stick late on a Saturday, a mail to a web page by day, and a program.
fn log() -> [StoredEvent; 3] {
    let mut copy = Event::new("2026-11-21T14:30:00Z".parse().unwrap(), "operation_log", "file.copy");
    copy.level = Level::Alarm;
    copy.account = Some(Account { name: r"EXAMPLE\tanaka".into(), id: "S-1-5-21-7".into() });
    copy.subject = Some(r"\\fs01\営業\見積書 (最終).XLSX".into());
    copy.target = Some(r"E:\見積書 (最終).XLSX".into());
    copy.image = Some(r"C:\Windows\explorer.exe".into());
    copy.bytes = Some(15 << 20);
    copy.device_serial = Some("4C530001".into());
    copy.rule = Some("社外持ち出し".into());
    let mut web = Event::new("2026-11-23T01:00:00Z".parse().unwrap(), "operation_log", "web.upload");
    web.account = Some(Account { name: "sato".into(), id: "1001".into() });
    web.subject = Some("https://drive.example/up?x=1".into());
    web.remote_ip = Some("192.0.2.77".into());
    web.remote_port = Some(443);
    let web =
        web.with("title", "共有ドライブ").with("size", 2_500).with("parts", serde_json::json!([{"name": "図面.dwg"}]));
    let mut start = Event::new("2026-11-23T02:59:00Z".parse().unwrap(), "edr", "process.start");
    start.image = Some("/usr/bin/curl".into());
    start.command_line = Some("curl -k https://198.51.100.9/a.sh".into());
    start.hash_sha256 = Some("ba78".repeat(16));
    start.process_guid = Some(Uuid::from_u128(7));
    start.count = Some(3);
    [stored(1, copy), stored(2, web), stored(3, start)]
}

fn found(text: &str) -> Vec<usize> {
    let node = parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    let mut names = Names::default();
    for name in node.names() {
        let fits = name.test();
        let known: &[(&str, u128)] = match name.what {
            Named::Endpoint => &[("KEI-014", 1), ("kei-015", 2), ("dev-1", 3)],
            Named::Group => &[("営業", 1), ("営業", 2), ("開発", 3)],
            Named::Person => &[("田中 一郎", 99)],
        };
        names.set(name, known.iter().filter(|(known, _)| fits(known)).map(|(_, id)| Uuid::from_u128(*id)));
    }
    let expr = compile(&node, &clock(), &names).unwrap();
    let rows = log();
    (0..rows.len()).filter(|at| expr.matches(&rows[*at], &mut String::new())).map(|at| at + 1).collect()
}

fn check(text: &str, expected: &[usize]) {
    assert_eq!(found(text), expected, "{text}");
}

#[test]
fn a_bare_word_is_looked_for_in_every_text() {
    check("", &[1, 2, 3]);
    check("見積書", &[1]);
    check("ＥＸＰＬＯＲＥＲ", &[1]);
    check("図面", &[2]);
    check("2500", &[2]);
    check("\"見積書 (最終)\"", &[1]);
    check("見積*xlsx", &[1]);
    check("xlsx*見積 -E:\\", &[]);
    check("no such text", &[]);
}

#[test]
fn fields_are_looked_for_in_their_place_only() {
    check("user:tanaka", &[1]);
    check("user=tanaka", &[1]);
    check("user=tana", &[]);
    check(r"user:EXAMPLE\tanaka", &[1]);
    check("user:見積書", &[]);
    check("file:見積書", &[1]);
    check("file:curl", &[]);
    check("url:drive.example", &[2]);
    check("url:up?x=1", &[2]);
    check("title:共有", &[2]);
    check("exe:explorer.exe", &[1]);
    check("command:-k", &[3]);
    check("rule:持ち出し", &[1]);
    check("serial:4c530001", &[1]);
    check("serial:4c53", &[]);
    check("device_serial:4C53*", &[1]);
    check("uid:1001", &[2]);
}

#[test]
fn patterns_are_about_the_whole_or_the_last_part_of_a_path() {
    check("file:*.xlsx", &[1]);
    check("file:見積書*", &[1]);
    check("file:*.xls", &[]);
    check("file:\"*.xlsx\"", &[]);
    check("exe:cur?", &[3]);
    check("file:E:\\*", &[1]);
    check("serial:*", &[1]);
    check("-serial:*", &[2, 3]);
}

#[test]
fn kinds_and_levels_go_by_either_language() {
    check("kind:file.copy", &[1]);
    check("kind:file", &[1]);
    check("種類:ファイル,process.*", &[1, 3]);
    check("kind:(web OR process)", &[2, 3]);
    check("kind:*.start", &[3]);
    check("level:alarm", &[1]);
    check("重さ:警告,禁止", &[1]);
    check("-level:recorded", &[1]);
}

#[test]
fn numbers_have_units_and_ranges() {
    check("bytes>10MB", &[1]);
    check("bytes>15MB", &[]);
    check("bytes>=15MB", &[1]);
    check("bytes:1MB..15MB", &[1]);
    check("bytes<100", &[]);
    check("count>=3", &[3]);
    check("count:1", &[1, 2]);
    check("port:443", &[2]);
    check("body.size>2000", &[2]);
    check("body.size:1k..2k", &[]);
    check("body.parts.name:図面", &[2]);
    check("body.nothing:*", &[]);
}

#[test]
fn times_are_meant_in_the_zone_of_the_reader() {
    check("since:1d", &[2, 3]);
    check("until:1d", &[1]);
    check("time:2026-11-21", &[1]);
    check("time:2026-11-22..2026-11-23", &[2, 3]);
    check("日時:今日", &[2, 3]);
    check("time>=2026-11-23T10", &[2, 3]);
    check("time>2026-11-23T10", &[3]);
    check("hour:22..5", &[1]);
    check("hour<12", &[2, 3]);
    check("hour>=12", &[1]);
    check("曜日:土日", &[1]);
    check("weekday:mon", &[2, 3]);
    check("received:2026-11-22", &[]);
}

#[test]
fn names_stand_for_what_was_looked_up() {
    check("端末:kei", &[1, 2]);
    check("endpoint=kei-014", &[1]);
    check("endpoint:kei-01?", &[1, 2]);
    check("端末:無い", &[]);
    check("-端末:無い", &[1, 2, 3]);
    check("グループ:営業", &[1, 2]);
    check("利用者:田中", &[1]);
    check("person:*", &[1]);
    check("endpoint:00000000-0000-0000-0000-000000000003", &[3]);
}

#[test]
fn addresses_and_ids_are_compared_as_what_they_are() {
    check("ip:192.0.2.0/24", &[2]);
    check("ip:192.0.2.77", &[2]);
    check("ip:198.51.100.0/24,192.0.2.64/26", &[2]);
    check("ip:192.0.3.0/24", &[]);
    check("process:00000000-0000-0000-0000-000000000007", &[3]);
    check(&format!("hash:{}", "BA78".repeat(16)), &[3]);
}

#[test]
fn conditions_are_joined_as_they_read() {
    check("user:tanaka file:*.xlsx level:alarm", &[1]);
    check("user:tanaka user:sato", &[]);
    check("user:tanaka OR user:sato", &[1, 2]);
    check("kind:process OR user:sato url:drive", &[2, 3]);
    check("NOT (kind:process OR user:sato)", &[1]);
    check("-user:tanaka -user:sato", &[3]);
}

#[test]
fn what_all_matches_have_in_common_is_told_beforehand() {
    let narrow = |text: &str| compile(&parse(text).unwrap(), &clock(), &Names::default()).unwrap().narrow();
    let time = |text: &str| text.parse::<Time>().unwrap().micros();
    let found = narrow("kind:file.copy,web level:alarm since:1d until:2026-11-22 foo");
    assert_eq!(found.kinds, Some(vec!["file.copy".to_owned(), "web.*".to_owned()]));
    assert_eq!(found.levels, Some(vec!["alarm".to_owned()]));
    assert_eq!(found.since, Some(time("2026-11-22T03:00:00Z")));
    assert_eq!(found.until, Some(time("2026-11-22T15:00:00Z")));
    assert_eq!(narrow("received:2026-11-22").received_since, Some(time("2026-11-21T15:00:00Z")));
    assert_eq!(narrow("ip:192.0.2.7").remote_ip.as_deref(), Some("192.0.2.7"));
    assert!(!found.whole);
    for text in ["kind:file.copy,web level:alarm since:1d", "", "time:2026-11"] {
        assert!(narrow(text).whole, "{text}");
    }
    for text in ["kind:file kind:web", "received:2026", "level:alarm x"] {
        assert!(!narrow(text).whole, "{text}");
    }
    for text in ["-kind:file.copy", "kind:file OR a", "kind:*.copy", "ip:192.0.2.0/24"] {
        assert_eq!(narrow(text), Narrow::default(), "{text}");
    }
}

#[test]
fn an_index_of_texts_is_asked_for_what_must_stand_in_one() {
    let wanted = |text: &str| compile(&parse(text).unwrap(), &clock(), &Names::default()).unwrap().wanted();
    let text = Wanted::text;
    assert_eq!(wanted("見積書"), text("見積書"));
    assert_eq!(wanted("a*b"), Wanted::and([text("a"), text("b")]));
    assert_eq!(wanted("file:*.XLSX user:tanaka -draft bytes>5"), Wanted::and([text(".xlsx"), text("tanaka")]));
    assert_eq!(wanted("abc OR def"), Wanted::or([text("abc"), text("def")]));
    assert_eq!(wanted("abc title:def"), Wanted::and([text("def"), text("abc")]));
    for unknown in ["", "-abc", "abc OR bytes>5", "kind:file.copy", "signer:x", "user:*", "\"\""] {
        assert_eq!(wanted(unknown), Wanted::All, "{unknown}");
    }
}
