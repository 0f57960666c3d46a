//! Every filter finds what it names and nothing else; every order is an order.

use uuid::Uuid;
use yagura_vocabulary::{Account, Event, Id, Level, Time};

use super::{
    Subject,
    fixture::{Sender, at, endpoint, event, start, store, walk},
};
use crate::{KindFilter, Order, ProcessFilter, Query, Whose};

const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn events() -> Vec<Event> {
    let guid = |n| Some(Uuid::from_u128(n));
    let mut process = Event::new(at(10), "edr", "process.start");
    process.process_guid = guid(1);
    process.image = Some(r"C:\Windows\notepad.exe".into());
    process.hash_sha256 = Some(HASH.into());
    process.account = Some(Account { name: r"EXAMPLE\Tanaka".into(), id: "S-1-5-21-1".into() });
    let mut child = Event::new(at(20), "edr", "process.exit");
    child.process_guid = guid(2);
    child.parent_guid = guid(1);
    child.level = Level::Alarm;
    child.rule = Some("no-macros".into());
    child.account = Some(Account { name: r"EXAMPLE\Sato".into(), id: "S-1-5-21-2".into() });
    let mut net = Event::new(at(30), "edr", "net.connect");
    net.remote_ip = Some("2001:db8::1".into());
    net.remote_host = Some("drop.example".into());
    net.level = Level::Prohibited;
    let mut device = Event::new(at(40), "device_control", "device.arrive");
    device.device_serial = Some("4C530001".into());
    device.class = Some("removable_write".into());
    vec![
        process,
        child,
        net,
        device,
        event("a file").with("size", 77).with("deep", serde_json::json!([{"x": "inner"}])),
    ]
}

async fn check(subject: &dyn Subject, what: &str, query: Query, expected: &[u64]) {
    let store = subject.store();
    let mut found: Vec<u64> = walk(&store, &query).await.into_iter().map(|event| event.seq).collect();
    found.sort_unstable();
    assert_eq!(found, expected, "{what}");
    let count = store.count(&query, 100).await.unwrap();
    assert_eq!((count.value, count.exact), (expected.len() as u64, true), "count of {what}");
}

pub(super) async fn run(subject: &mut impl Subject) {
    let mut sender = Sender::new(1);
    let mut batch = sender.batch(start(), events());
    let person = Id::from_uuid(Uuid::from_u128(99));
    batch.rows[0].person = Some(person);
    store(&subject.store(), batch).await;
    for settled in [false, true] {
        if settled {
            subject.settle().await;
        }
        let all = Query { limit: 2, ..Query::new() };
        let q = |change: &dyn Fn(&mut Query)| {
            let mut query = all.clone();
            change(&mut query);
            query
        };
        let process = |guid, or_parent| Some(ProcessFilter { guid: Uuid::from_u128(guid), or_parent });
        let some = |text: &str| Some(text.to_owned());
        let whose = |person, accounts: &[(u128, &str)]| {
            let accounts = accounts.iter().map(|(n, id)| (endpoint(*n), (*id).to_owned())).collect();
            Some(Whose { person, accounts })
        };
        let kinds = |words: &[&str]| words.iter().map(|word| KindFilter::parse(word)).collect::<Vec<_>>();
        let cases: Vec<(&str, Query, &[u64])> = vec![
            ("everything", all.clone(), &[1, 2, 3, 4, 5]),
            ("its endpoint", q(&|q| q.endpoints = Some(vec![endpoint(9), endpoint(1)])), &[1, 2, 3, 4, 5]),
            ("another endpoint", q(&|q| q.endpoints = Some(vec![endpoint(2)])), &[]),
            ("an empty scope", q(&|q| q.endpoints = Some(vec![])), &[]),
            ("a kind", q(&|q| q.kinds = kinds(&["process.exit"])), &[2]),
            ("a family of kinds", q(&|q| q.kinds = kinds(&["process.*"])), &[1, 2]),
            ("several kinds", q(&|q| q.kinds = kinds(&["net.connect", "device.*"])), &[3, 4]),
            ("no such kind", q(&|q| q.kinds = kinds(&["proc.*", "process"])), &[]),
            ("levels", q(&|q| q.levels = vec![Level::Alarm, Level::Prohibited]), &[2, 3]),
            ("an account in other letters", q(&|q| q.account = some(r"example\ＴＡＮＡＫＡ")), &[1]),
            ("part of an account", q(&|q| q.account = some("tanaka")), &[]),
            ("a person", q(&|q| q.person = Some(person)), &[1]),
            ("what is a person's", q(&|q| q.whose = whose(Some(person), &[])), &[1]),
            ("what an account did that was nobody's", q(&|q| q.whose = whose(None, &[(1, "S-1-5-21-2")])), &[2]),
            ("what is another's now, by its account", q(&|q| q.whose = whose(None, &[(1, "S-1-5-21-1")])), &[]),
            ("an account of that name elsewhere", q(&|q| q.whose = whose(None, &[(2, "S-1-5-21-2")])), &[]),
            ("a person's and their account's", q(&|q| q.whose = whose(Some(person), &[(1, "S-1-5-21-2")])), &[1, 2]),
            ("nobody's own", q(&|q| q.whose = whose(None, &[])), &[]),
            ("an image", q(&|q| q.image = some(r"C:\Windows\notepad.exe")), &[1]),
            ("an image in other letters", q(&|q| q.image = some(r"c:\windows\notepad.exe")), &[]),
            ("a process", q(&|q| q.process = process(1, false)), &[1]),
            ("a process and its children", q(&|q| q.process = process(1, true)), &[1, 2]),
            ("a hash in capitals", q(&|q| q.hash_sha256 = Some(HASH.to_uppercase())), &[1]),
            ("an unknown hash", q(&|q| q.hash_sha256 = Some("0".repeat(64))), &[]),
            ("an address", q(&|q| q.remote_ip = some("2001:db8::1")), &[3]),
            ("an address written at length", q(&|q| q.remote_ip = some("2001:0DB8:0:0::1")), &[3]),
            ("a device", q(&|q| q.device_serial = some("4C530001")), &[4]),
            ("a feature", q(&|q| q.feature = some("edr")), &[1, 2, 3]),
            ("a feature and a level", q(&|q| (q.feature, q.levels) = (some("edr"), vec![Level::Alarm])), &[2]),
            ("from a time on", q(&|q| q.since = Some(at(20))), &[2, 3, 4]),
            ("before a time", q(&|q| q.until = Some(at(20))), &[1, 5]),
            ("received from a time on", q(&|q| (q.since, q.order) = (Some(at(1)), Order::Received)), &[]),
            ("a word in a rule", q(&|q| q.text = some("MACRO")), &[2]),
            ("a word in a class", q(&|q| q.text = some("removable")), &[4]),
            ("a word in a host", q(&|q| q.text = some("drop.")), &[3]),
            ("a word in an account", q(&|q| q.text = some("tanaka")), &[1]),
            ("a word in an image", q(&|q| q.text = some("notepad")), &[1]),
            ("a number in a body", q(&|q| q.text = some("77")), &[5]),
            ("a word deep in a body", q(&|q| q.text = some("INNER")), &[5]),
            ("the name of a body's member", q(&|q| q.text = some("deep")), &[]),
            ("one character", q(&|q| q.text = some("7")), &[5]),
            ("an empty word", q(&|q| q.text = some("")), &[1, 2, 3, 4, 5]),
        ];
        for (what, query, expected) in cases {
            check(subject, &format!("{what} (settled: {settled})"), query, expected).await;
        }
        let count = subject.store().count(&all, 3).await.unwrap();
        assert_eq!((count.value, count.exact), (3, false), "a count stops at its limit");
        for event in walk(&subject.store(), &all).await {
            let found = subject.store().get(event.id).await.unwrap();
            assert_eq!(found, Some(event), "an event is found by its id");
        }
        assert_eq!(subject.store().get(Id::new()).await.unwrap(), None, "an unknown id finds nothing");
    }
}

/// Clocks go wrong on endpoints and servers; an order is still an order.
pub(super) async fn run_orders(subject: &mut impl Subject) {
    let received = [start(), at(5), at(5), Time::from_seconds(-1), Time::from_seconds(4_102_444_800), at(2)];
    let occurred =
        [at(9), Time::from_seconds(0), at(9), Time::from_seconds(4_070_908_800), at(1), Time::from_micros(i64::MIN)];
    let mut sender = Sender::new(1);
    for (received, occurred) in received.into_iter().zip(occurred) {
        let events = vec![Event::new(occurred, "operation_log", "file.open"); 2];
        store(&subject.store(), sender.batch(received, events)).await;
    }
    for settled in [false, true] {
        if settled {
            subject.settle().await;
        }
        for order in [Order::Occurred, Order::Received] {
            for limit in [1, 3, 100] {
                let found = walk(&subject.store(), &Query { order, limit, ..Query::new() }).await;
                assert_eq!(found.len(), 12, "every event is found once");
                let keys: Vec<_> = found.iter().map(|event| (super::fixture::time(order, event), event.id)).collect();
                assert!(keys.is_sorted_by(|a, b| a > b), "by {order:?}, {limit} to a page: {keys:?}");
            }
        }
        for event in walk(&subject.store(), &Query::new()).await {
            assert_eq!(subject.store().get(event.id).await.unwrap(), Some(event), "whatever the clocks said");
        }
    }
}
