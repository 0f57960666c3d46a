//! Histograms and facets from the counts beside the segments, where these tell what is asked for.

use yagura_vocabulary::{Level, Time};

use super::{
    aggregate::{Buckets, Values},
    plan::{Plan, Ranking},
    segment::{HOUR, Segment},
    shared::{Shared, View},
};
use crate::{FacetField, matcher::Matcher};

/// So many events of one hour, kind and level; of one endpoint, if that was asked about.
struct Counted<'a> {
    /// When the hour begins.
    time: i64,
    endpoint: Option<uuid::Uuid>,
    level: &'a str,
    kind: &'a str,
    count: u64,
}

/// Adds what the counts of segments tell to `buckets`, and leaves in `view` only what has to be read.
pub(super) fn histogram(shared: &Shared, view: &mut View, plan: &Plan, bounds: &[Time], buckets: &mut Buckets) {
    let hours = bounds.iter().all(|bound| bound.micros() % HOUR == 0);
    roll_up(view, plan, |segment| {
        let (low, high) = plan.range(&segment.entry.extent)?;
        let one = buckets.bucket(low).filter(|bucket| buckets.bucket(high) == Some(*bucket));
        let place = |time| if hours { buckets.bucket(time) } else { one };
        if !hours && one.is_none() {
            return None;
        }
        let mut found = Vec::new();
        counted(shared, segment, plan, false, &mut |counted| {
            let Counted { time, level, kind, count, .. } = counted;
            found.extend(place(time).map(|bucket| (level.to_owned(), kind.to_owned(), bucket, count)));
        })?;
        found.sort_unstable();
        found.into_iter().for_each(|(level, kind, bucket, count)| buckets.put(bucket, &level, &kind, count));
        Some(())
    });
}

/// The same for facets.
pub(super) fn facets(shared: &Shared, view: &mut View, plan: &Plan, fields: &[FacetField], values: &mut Values) {
    let told = [FacetField::Kind, FacetField::Level, FacetField::Endpoint];
    if !fields.iter().all(|field| told.contains(field)) {
        return;
    }
    let endpoints = fields.contains(&FacetField::Endpoint);
    roll_up(view, plan, |segment| {
        let mut found = Vec::new();
        counted(shared, segment, plan, endpoints, &mut |Counted { endpoint, level, kind, count, .. }| {
            found.push((endpoint, level.to_owned(), kind.to_owned(), count));
        })?;
        for (endpoint, level, kind, count) in found {
            for (number, field) in fields.iter().enumerate() {
                let endpoint = endpoint.map(|id| id.to_string()).unwrap_or_default();
                let value = match field {
                    FacetField::Kind => &kind,
                    FacetField::Level => &level,
                    _ => &endpoint,
                };
                values.put(number, value, count);
            }
        }
        Some(())
    });
}

/// Asks `add` about each segment, and leaves in `view` those of which it cannot tell.
fn roll_up(view: &mut View, plan: &Plan, mut add: impl FnMut(&Segment) -> Option<()>) {
    let mut rest = plan.matcher.clone();
    rest.endpoints = None;
    rest.kinds.clear();
    rest.levels.clear();
    if plan.ranking != Ranking::Occurred || !rest.is_empty() {
        return;
    }
    let whole_hours = [plan.since, plan.until].into_iter().all(|time| time % HOUR == 0);
    let mut left = Vec::new();
    for segment in view.segments.iter() {
        let extent = &segment.entry.extent;
        let Some((low, high)) = plan.range(extent) else { continue };
        let inside = low >= plan.since && high < plan.until;
        let told = (whole_hours || inside) && extent.position.1 <= plan.head;
        if !told || add(segment).is_none() {
            left.push(segment.clone());
        }
    }
    view.segments = left.into();
}

/// Tells the counts of what is asked for; `None` if the segment has no sound counts.
fn counted(
    shared: &Shared,
    segment: &Segment,
    plan: &Plan,
    by_endpoint: bool,
    tell: &mut dyn FnMut(Counted<'_>),
) -> Option<()> {
    let rollup = shared.caches.rollup(segment)?;
    let asked: Vec<bool> = rollup.kinds.iter().map(|(level, kind)| is_asked(&plan.matcher, level, kind)).collect();
    // An hour that is not whole can only be the first or the last of a segment that lies inside as a whole.
    let hours = plan.since.div_euclid(HOUR)..=plan.until.saturating_sub(1).div_euclid(HOUR);
    let mut take = |endpoint, cell: super::segment::Cell| {
        if asked[cell.kind] && hours.contains(&cell.time.div_euclid(HOUR)) {
            let (level, kind) = &rollup.kinds[cell.kind];
            tell(Counted { time: cell.time, endpoint, level, kind, count: cell.count });
        }
    };
    match &plan.matcher.endpoints {
        None if !by_endpoint => rollup.totals().for_each(|cell| take(None, cell)),
        endpoints => {
            let wanted = |id: &_| endpoints.as_ref().is_none_or(|endpoints| endpoints.contains(id));
            rollup.of_endpoints(wanted, |id, cell| take(Some(id), cell))?;
        }
    }
    Some(())
}

fn is_asked(matcher: &Matcher, level: &str, kind: &str) -> bool {
    (matcher.kinds.is_empty() || matcher.kinds.iter().any(|filter| filter.matches(kind)))
        && (matcher.levels.is_empty()
            || matcher.levels.iter().map(|level| Level::as_str(*level)).any(|word| word == level))
}
