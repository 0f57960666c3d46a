//! Several hundred thousand events, compared with the plainest possible answer: what small stores do not reach, such as
//! files of several row groups and indexes of many blocks.

use std::{cmp::Reverse, time::Duration};

use yagura_vocabulary::{Lane, StoredEvent};

use super::{
    Subject,
    fixture::{Dice, Sender, at, follow, store, time},
    model::{ENDPOINTS, is_wanted, one_event, one_query, person},
    numbers,
};
use crate::{Count, FeedCursor, Query};

const BATCH: usize = 500;
const QUERIES: usize = 40;
/// Words that few of the events have.
const RARE: &[&str] = &["極秘鳳凰計画", "phoenix-7731", "麒麟閣"];

fn rows(dice: &mut Dice, number: usize) -> Vec<yagura_vocabulary::Event> {
    let one = |n| {
        let mut event = one_event(dice);
        // Over four days, so that there are several day files.
        event.occurred_at = at((number * BATCH + n) as u64 * 345_600 / 200_000 + dice.next() % 600);
        event.mono_ns = Some((number * BATCH + n) as u64);
        if dice.once_in(20_000) {
            event.target = Some(format!("x{}y", dice.pick(RARE)));
        }
        event
    };
    (0..BATCH).map(one).collect()
}

/// Runs the comparison with at least `events` events.
pub(super) async fn run(subject: &mut impl Subject, events: usize, seed: u64) {
    let mut dice = Dice(seed);
    let mut senders: Vec<_> =
        (0..ENDPOINTS).map(|number| Sender { lane: Lane::Operation, ..Sender::new(number) }).collect();
    for number in 0..events.div_ceil(BATCH) {
        let rows = rows(&mut dice, number);
        let received = at((number * BATCH) as u64 * 345_600 / 200_000);
        let sender = dice.below(senders.len());
        let mut batch = senders[sender].batch(received, rows);
        for row in &mut batch.rows {
            row.person = dice.once_in(3).then(|| person(dice.below(3)));
        }
        store(&subject.store(), batch).await;
    }
    subject.settle().await;
    let all: Vec<_> =
        follow(&subject.store(), FeedCursor::START, 10_000).await.into_iter().map(|item| item.event).collect();
    assert_eq!(all.len(), events.div_ceil(BATCH) * BATCH, "every event is told once");
    for round in 0..QUERIES {
        let mut query = one_query(&mut dice);
        if let Some(text) = RARE.get(round) {
            query = Query { text: Some((*text).to_owned()), limit: 100, ..Query::new() };
        }
        // Times of the small model are all on the first day.
        query.since = query.since.map(|since| since + Duration::from_hours(dice.below(60) as u64));
        query.until = query.until.map(|until| until + Duration::from_hours(30 + dice.below(60) as u64));
        let mut expected: Vec<_> = all.iter().filter(|event| is_wanted(&query, event)).collect();
        expected.sort_by_key(|event| Reverse((time(query.order, event), event.id)));
        compare(subject, &query, &expected, &format!("seed {seed}, query {round}: {query:?}")).await;
        if round % 4 == 0 {
            let expected: Vec<StoredEvent> = expected.into_iter().cloned().collect();
            numbers::check(&subject.store(), &mut dice, &query, &expected).await;
        }
    }
    for event in all.iter().step_by(all.len() / 20) {
        assert_eq!(subject.store().get(event.id).await.unwrap().as_ref(), Some(event));
    }
}

/// Two pages, and the number of all.
async fn compare(subject: &impl Subject, query: &Query, expected: &[&StoredEvent], what: &str) {
    let store = subject.store();
    let mut query = query.clone();
    for page in expected.chunks(query.limit).chain([&[][..]]).take(2) {
        let found = store.search(&query).await.unwrap();
        assert!(found.items.iter().eq(page.iter().copied()), "{what}");
        query.cursor = found.next;
        if query.cursor.is_none() {
            break;
        }
    }
    let count = store.count(&query, 1 << 40).await.unwrap();
    assert_eq!(count, Count { value: expected.len() as u64, exact: true }, "{what}");
}
