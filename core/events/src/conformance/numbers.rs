//! Histograms and facets, compared with what counting by hand gives.

use std::{collections::BTreeMap, time::Duration};

use yagura_vocabulary::{Level, StoredEvent, Time};

use super::fixture::{Dice, Store, start, time};
use crate::{Bucket, Budget, FacetField, Query, StoreError};

const HOUR: u64 = 3600;

/// Asks for a histogram and some facets of the events that match `query`, which are `expected`.
pub(super) async fn check(store: &Store, dice: &mut Dice, query: &Query, expected: &[StoredEvent]) {
    let bounds = bounds(dice);
    let histogram = store.histogram(query, &bounds, Budget::UNLIMITED).await.unwrap();
    assert_eq!((histogram.covered.down_to, &*histogram.unreadable), (None, &[][..]));
    assert_eq!(histogram.buckets.len(), bounds.len() - 1);
    for (bucket, bounds) in histogram.buckets.iter().zip(bounds.windows(2)) {
        assert_eq!((bucket.from, bucket.until), (bounds[0], bounds[1]));
        let within = |event: &&StoredEvent| (bounds[0]..bounds[1]).contains(&time(query.order, event));
        let mut tallies: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for event in expected.iter().filter(within) {
            *tallies.entry((event.event.level.as_str(), &event.event.kind)).or_default() += 1;
        }
        let found: Vec<_> =
            bucket.tallies.iter().map(|tally| ((tally.level.as_str(), tally.kind.as_str()), tally.count)).collect();
        assert_eq!(found, tallies.into_iter().collect::<Vec<_>>(), "{bounds:?} of {query:?}");
        let of_levels: u64 = Level::ALL.iter().map(|level| bucket.of_level(*level)).sum();
        assert_eq!(of_levels, bucket.total());
    }
    let fields: Vec<_> = (0..1 + dice.below(3)).map(|_| dice.pick(&FacetField::ALL)).collect();
    let top = dice.below(6);
    let facets = store.facets(query, &fields, top, Budget::UNLIMITED).await.unwrap();
    assert_eq!(facets.covered.down_to, None);
    assert_eq!(facets.facets.iter().map(|facet| facet.field).collect::<Vec<_>>(), fields);
    for facet in facets.facets {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        expected
            .iter()
            .filter_map(|event| value(facet.field, event))
            .for_each(|value| *counts.entry(value).or_default() += 1);
        let with: u64 = counts.values().sum();
        let mut values: Vec<_> = counts.into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        values.truncate(top);
        let listed: u64 = values.iter().map(|(_, count)| count).sum();
        assert_eq!(facet.values, values, "{} of {query:?}", facet.field);
        assert_eq!((facet.others, facet.without), (with - listed, expected.len() as u64 - with), "{}", facet.field);
    }
}

/// Whole hours, or any times.
fn bounds(dice: &mut Dice) -> Vec<Time> {
    let hours = dice.once_in(2);
    let mut bounds: Vec<_> = (0..2 + dice.below(6))
        .map(|_| {
            let seconds = Duration::from_secs(if hours { dice.below(40) as u64 * HOUR } else { dice.next() % 9000 });
            if dice.once_in(2) { start() + seconds } else { start() - seconds }
        })
        .collect();
    if dice.once_in(2) {
        // Around everything, wrong clocks too.
        bounds.extend([Time::from_seconds(-3600), Time::from_seconds(6_000_001_200)]);
    }
    bounds.extend([start() - Duration::from_hours(50), start() + Duration::from_hours(50)]);
    bounds.sort();
    bounds.dedup();
    bounds
}

fn value(field: FacetField, stored: &StoredEvent) -> Option<String> {
    let event = &stored.event;
    match field {
        FacetField::Endpoint => Some(stored.endpoint.uuid().to_string()),
        FacetField::Person => stored.person.map(|person| person.uuid().to_string()),
        FacetField::Account => event.account.as_ref().map(|account| account.name.clone()),
        FacetField::Feature => Some(event.feature.clone()),
        FacetField::Kind => Some(event.kind.clone()),
        FacetField::Level => Some(event.level.as_str().to_owned()),
        FacetField::Rule => event.rule.clone(),
        FacetField::Class => event.class.clone(),
        FacetField::Image => event.image.clone(),
        FacetField::RemoteHost => event.remote_host.clone(),
        FacetField::RemoteIp => event.remote_ip.clone(),
        FacetField::DeviceSerial => event.device_serial.clone(),
        FacetField::HashSha256 => event.hash_sha256.clone(),
    }
}

/// What a budget leaves out is the oldest, and the answer says from when on it is whole.
pub(super) async fn run(subject: &mut impl super::Subject) {
    let mut sender = super::fixture::Sender::new(1);
    for _ in 0..40 {
        let batch = sender.plain(25);
        super::fixture::store(&subject.store(), batch).await;
    }
    for settled in [false, true] {
        if settled {
            subject.settle().await;
        }
        let store = subject.store();
        let query = Query { order: crate::Order::Received, ..Query::new() };
        let bounds = [start(), start() + Duration::from_secs(HOUR)];
        let total = |buckets: &[Bucket]| buckets.iter().map(Bucket::total).sum::<u64>();
        let whole = store.histogram(&query, &bounds, Budget::UNLIMITED).await.unwrap();
        assert_eq!((total(&whole.buckets), whole.covered.down_to), (1000, None));
        let budget = Budget { rows: 10, time: Duration::MAX };
        let part = store.histogram(&query, &bounds, budget).await.unwrap();
        if let Some(down_to) = part.covered.down_to {
            let newer = Query { since: Some(down_to + Duration::from_micros(1)), ..query.clone() };
            let newer = store.count(&newer, 1000).await.unwrap().value;
            assert!((newer..1000).contains(&total(&part.buckets)), "everything newer is in it");
        } else {
            assert_eq!(total(&part.buckets), 1000, "what is whole has everything");
        }
        let error = store.histogram(&query, &[bounds[1], bounds[0]], budget).await.unwrap_err();
        assert!(matches!(error, StoreError::Bounds), "{error}");
        let none = store.histogram(&query, &[], budget).await.unwrap();
        assert_eq!(none.buckets.len(), 0);
    }
}
