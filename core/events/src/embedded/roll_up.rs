//! Histograms from the counts beside the segments, where these tell what is asked for.

use yagura_vocabulary::{Level, Time};

use super::{
    aggregate::Buckets,
    plan::{Plan, Ranking},
    segment::{HOUR, Segment},
    shared::{Shared, View},
};
use crate::matcher::Matcher;

/// Adds what the counts of segments tell to `buckets`, and leaves in `view` only what has to be read.
pub(super) fn roll_up(shared: &Shared, view: &mut View, plan: &Plan, bounds: &[Time], buckets: &mut Buckets) {
    if !can_tell(plan, bounds) {
        return;
    }
    let mut left = Vec::new();
    for segment in view.segments.iter() {
        if plan.range(&segment.entry.extent).is_none() {
            continue;
        }
        let whole = segment.entry.extent.position.1 <= plan.head;
        if !whole || add(shared, segment, plan, buckets).is_none() {
            left.push(segment.clone());
        }
    }
    view.segments = left.into();
}

/// Whether counts by hour, endpoint, kind and level are all that is needed.
fn can_tell(plan: &Plan, bounds: &[Time]) -> bool {
    let mut rest = plan.matcher.clone();
    rest.endpoints = None;
    rest.kinds.clear();
    rest.levels.clear();
    let whole_hours = |time: i64| time % HOUR == 0;
    plan.ranking == Ranking::Occurred
        && rest.is_empty()
        && bounds.iter().all(|bound| whole_hours(bound.micros()))
        && [plan.since, plan.until].into_iter().all(whole_hours)
}

/// `None` if the segment has no sound counts; then nothing was added.
fn add(shared: &Shared, segment: &Segment, plan: &Plan, buckets: &mut Buckets) -> Option<()> {
    let rollup = shared.caches.rollup(segment)?;
    let asked: Vec<bool> = rollup.kinds.iter().map(|(level, kind)| is_asked(&plan.matcher, level, kind)).collect();
    let mut found = Vec::new();
    let mut take = |cell: super::segment::Cell| {
        if asked[cell.kind] && (plan.since..plan.until).contains(&cell.time) {
            found.extend(buckets.bucket(cell.time).map(|bucket| (bucket, cell)));
        }
    };
    match &plan.matcher.endpoints {
        None => rollup.totals().for_each(take),
        Some(endpoints) => rollup.of_endpoints(|id| endpoints.contains(id), &mut take)?,
    }
    found.sort_unstable_by_key(|(bucket, cell)| (cell.kind, *bucket));
    for (bucket, cell) in found {
        let (level, kind) = &rollup.kinds[cell.kind];
        buckets.put(bucket, level, kind, cell.count);
    }
    Some(())
}

fn is_asked(matcher: &Matcher, level: &str, kind: &str) -> bool {
    (matcher.kinds.is_empty() || matcher.kinds.iter().any(|filter| filter.matches(kind)))
        && (matcher.levels.is_empty()
            || matcher.levels.iter().map(|level| Level::as_str(*level)).any(|word| word == level))
}
