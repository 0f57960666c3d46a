//! Thousands of seeded events and hundreds of queries, compared with the plainest possible answer.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;
use yagura_vocabulary::{Account, Event, Id, Lane, Level, StoredEvent, id::Person};

use super::{
    Subject,
    fixture::{Dice, Sender, at, endpoint, follow, start, store, time, walk},
    numbers,
};
use crate::{Budget, FeedCursor, KindFilter, Order, ProcessFilter, Query, Whose, fold};

pub(super) const ENDPOINTS: u128 = 9;
const BATCHES: usize = 220;
const QUERIES: usize = 80;
/// The most pages that one walk takes, so that the suite stays quick.
const PAGES: usize = 20;
const KINDS: &[&str] = &["process.start", "process.exit", "file.copy", "file.open", "web.view", "device.arrive"];
const WORDS: &[&str] = &["見積書", "特許", "Report", "ﾃﾞｰﾀ", r"C:\tmp\", "😀", "100%", "_", "backup.zip", "Ｑ３"];
const NAMES: &[&str] = &[r"EXAMPLE\tanaka", "root", "佐藤", "Suzuki"];
const FEATURES: &[&str] = &["operation_log", "edr"];
const IPS: &[&str] = &["192.0.2.1", "192.0.2.2", "2001:db8::5"];

fn words(dice: &mut Dice) -> String {
    let count = 1 + dice.below(3);
    (0..count).map(|_| dice.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

pub(super) fn one_event(dice: &mut Dice) -> Event {
    let mut event = Event::new(start(), dice.pick(FEATURES), dice.pick(KINDS));
    // Several events share a second; some clocks are far off.
    event.occurred_at = match dice.below(40) {
        0 => at(4_000_000_000),
        1 => yagura_vocabulary::Time::from_seconds(0),
        _ => at(dice.next() % 5000),
    };
    event.level = dice.pick(Level::ALL);
    event.account = dice.once_in(2).then(|| Account { name: dice.pick(NAMES).into(), id: "1000".into() });
    event.subject = dice.once_in(2).then(|| words(dice));
    event.target = dice.once_in(4).then(|| words(dice));
    event.command_line = dice.once_in(4).then(|| words(dice));
    event.image = dice.once_in(3).then(|| format!("/usr/bin/tool{}", dice.below(5)));
    event.parent_image = dice.once_in(5).then(|| "/sbin/init".to_owned());
    event.process_guid = dice.once_in(2).then(|| Uuid::from_u128(dice.below(40) as u128));
    event.parent_guid = dice.once_in(3).then(|| Uuid::from_u128(dice.below(40) as u128));
    event.hash_sha256 = dice.once_in(4).then(|| format!("{:064x}", dice.below(60)));
    event.remote_ip = dice.once_in(5).then(|| dice.pick(IPS).to_owned());
    event.remote_host = dice.once_in(9).then(|| "files.example".to_owned());
    event.device_serial = dice.once_in(9).then(|| format!("USB{}", dice.below(30)));
    event.bytes = dice.once_in(5).then(|| dice.next());
    event.mono_ns = dice.once_in(5).then(|| dice.next());
    event.rule = dice.once_in(6).then(|| "rule-7".to_owned());
    event.class = dice.once_in(6).then(|| "out_of_hours".to_owned());
    if dice.once_in(3) {
        event =
            event.with("title", words(dice)).with("n", dice.below(1000)).with("ratio", dice.below(999) as f64 / 7.0);
    }
    event
}

pub(super) fn one_query(dice: &mut Dice) -> Query {
    let mut query = Query { limit: 1 + dice.below(400), ..Query::new() };
    query.order = if dice.once_in(2) { Order::Received } else { Order::Occurred };
    for _ in 0..dice.below(4) {
        match dice.below(16) {
            0 => query.endpoints = Some((0..dice.below(4)).map(|n| endpoint(n as u128 * 2)).collect()),
            1 => {
                query.text = Some(fold(dice.pick(WORDS)).chars().skip(dice.below(3)).take(1 + dice.below(4)).collect());
            }
            2 => query.kinds = vec![KindFilter::parse(dice.pick(&["process.*", "file.*", "web.view", "nothing"]))],
            3 => query.levels = vec![dice.pick(Level::ALL)],
            4 => query.account = Some(dice.pick(NAMES).to_uppercase()),
            5 => query.person = Some(person(dice.below(4))),
            6 => query.image = Some(format!("/usr/bin/tool{}", dice.below(6))),
            7 | 8 => {
                query.process =
                    Some(ProcessFilter { guid: Uuid::from_u128(dice.below(45) as u128), or_parent: dice.once_in(2) });
            }
            9 => query.hash_sha256 = Some(format!("{:064X}", dice.below(70))),
            10 => query.remote_ip = Some(dice.pick(IPS).to_owned()),
            11 => query.device_serial = Some(format!("USB{}", dice.below(33))),
            12 => query.feature = Some(dice.pick(FEATURES).to_owned()),
            13 => {
                let accounts = (0..dice.below(3)).map(|n| (endpoint(n as u128), "1000".to_owned())).collect();
                query.whose = Some(Whose { person: dice.once_in(2).then(|| person(dice.below(4))), accounts });
            }
            14 => query.since = Some(at(dice.next() % 5000)),
            _ => query.until = Some(at(dice.next() % 5000)),
        }
    }
    query
}

pub(super) fn person(number: usize) -> Id<Person> {
    Id::from_uuid(Uuid::from_u128(0xAB << 64 | number as u128))
}

/// The plainest possible reading of what a query means.
pub(super) fn is_wanted(query: &Query, stored: &StoredEvent) -> bool {
    let event = &stored.event;
    let time = time(query.order, stored);
    let is =
        |wanted: &Option<String>, found: Option<&String>| wanted.as_ref().is_none_or(|wanted| found == Some(wanted));
    let name = event.account.as_ref().map(|account| &account.name);
    let hash = query.hash_sha256.as_ref().map(|hash| hash.to_lowercase());
    query.endpoints.as_ref().is_none_or(|ids| ids.contains(&stored.endpoint))
        && (query.kinds.is_empty()
            || query.kinds.iter().any(|kind| match kind {
                KindFilter::Exact(kind) => event.kind == *kind,
                KindFilter::Family(family) => event.kind.starts_with(&format!("{family}.")),
            }))
        && (query.levels.is_empty() || query.levels.contains(&event.level))
        && query.account.as_ref().is_none_or(|wanted| name.is_some_and(|name| fold(name) == fold(wanted)))
        && query.person.is_none_or(|person| stored.person == Some(person))
        && query.whose.as_ref().is_none_or(|whose| match (stored.person, &event.account) {
            (Some(person), _) => whose.person == Some(person),
            (None, Some(account)) => whose.accounts.contains(&(stored.endpoint, account.id.clone())),
            (None, None) => false,
        })
        && query.process.is_none_or(|process| {
            event.process_guid == Some(process.guid) || (process.or_parent && event.parent_guid == Some(process.guid))
        })
        && is(&query.image, event.image.as_ref())
        && is(&hash, event.hash_sha256.as_ref())
        && is(&query.remote_ip, event.remote_ip.as_ref())
        && is(&query.device_serial, event.device_serial.as_ref())
        && is(&query.feature, Some(&event.feature))
        && query.since.is_none_or(|since| time >= since)
        && query.until.is_none_or(|until| time < until)
        && query
            .text
            .as_deref()
            .is_none_or(|text| text.is_empty() || texts(event).iter().any(|found| fold(found).contains(&fold(text))))
}

fn texts(event: &Event) -> Vec<String> {
    let Event { command_line, image, subject, target, parent_image, remote_host, class, rule, .. } = event;
    let columns = [command_line, image, subject, target, parent_image, remote_host, class, rule];
    let name = event.account.as_ref().map(|account| account.name.clone());
    let body = event.body.values().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    columns.into_iter().flatten().cloned().chain(name).chain(body).collect()
}

pub(super) async fn run(subject: &mut impl Subject, seed: u64) {
    let mut dice = Dice(seed);
    let mut senders: Vec<_> = (0..ENDPOINTS)
        .flat_map(|number| [Lane::Operation, Lane::Critical].map(|lane| Sender { lane, ..Sender::new(number) }))
        .collect();
    for n in 0..BATCHES {
        let sender = dice.below(senders.len());
        let count = 1 + dice.below(30);
        let events = (0..count).map(|_| one_event(&mut dice)).collect();
        // The server's clock mostly goes forwards, and sometimes is put back.
        let received = at(n as u64 * 20) - Duration::from_secs(if dice.once_in(15) { 90_000 } else { 0 });
        let mut batch = senders[sender].batch(received, events);
        for row in &mut batch.rows {
            row.person = dice.once_in(3).then(|| person(dice.below(3)));
        }
        store(&subject.store(), batch).await;
        match dice.below(60) {
            0 => subject.settle().await,
            1 => subject.restart().await,
            _ => {}
        }
    }
    let all: Vec<_> =
        follow(&subject.store(), FeedCursor::START, 500).await.into_iter().map(|item| item.event).collect();
    assert_eq!(all.len() as u64, senders.iter().map(|sender| sender.next - 1).sum::<u64>(), "every event is told once");
    for round in 0..QUERIES {
        if round == QUERIES / 2 {
            subject.settle().await;
        }
        let mut query = one_query(&mut dice);
        let mut expected: Vec<_> = all.iter().filter(|event| is_wanted(&query, event)).cloned().collect();
        expected.sort_by_key(|event| std::cmp::Reverse((time(query.order, event), event.id)));
        query.limit = query.limit.max(expected.len().div_ceil(PAGES));
        let found = walk(&subject.store(), &query).await;
        assert_eq!(found.len(), expected.len(), "seed {seed}, query {round}: {query:?}");
        assert!(found == expected, "seed {seed}, query {round}, contents or order: {query:?}");
        let limit = dice.below(1000) as u64;
        let count = subject.store().count(&query, limit).await.unwrap();
        let total = expected.len() as u64;
        assert_eq!(
            (count.value, count.exact),
            (total.min(limit), total <= limit),
            "seed {seed}, query {round}: {query:?}"
        );
        numbers::check(&subject.store(), &mut dice, &query, &expected).await;
        if round % 4 != 0 {
            continue;
        }
        // Page after page of little work comes to the same.
        query.budget = Some(Budget { rows: 700, time: Duration::MAX });
        assert!(walk(&subject.store(), &query).await == expected, "seed {seed}, query {round}, on a budget: {query:?}");
    }
}
