//! Running a plan over a view: the newest units first, until nothing older can matter.

use std::{collections::HashMap, num::NonZero, ops::ControlFlow, sync::Arc};

use yagura_text_index::Blocks;

use super::{
    limits::Limits,
    memtable::Chunk,
    plan::{Collect, Counter, Key, Place, Plan, Top},
    segment::{Opened, Segment},
    shared::{Shared, View},
};
use crate::{FeedItem, StoreError};

enum Unit<'a> {
    Chunk(&'a Arc<Chunk>),
    Segment(&'a Arc<Segment>),
}

/// A plan that is being run.
pub(crate) struct Scan<'a> {
    shared: &'a Shared,
    plan: &'a Plan,
    /// With the largest first part of a key; the largest last.
    units: Vec<(i64, Unit<'a>)>,
    limits: &'a Limits<'a>,
    pub(crate) unreadable: Vec<String>,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(shared: &'a Shared, view: &'a View, plan: &'a Plan, limits: &'a Limits<'a>) -> Self {
        let chunks = view.chunks.iter().map(|chunk| (&chunk.extent, Unit::Chunk(chunk)));
        let segments = view.segments.iter().map(|segment| (&segment.entry.extent, Unit::Segment(segment)));
        let units = chunks.chain(segments).filter_map(|(extent, unit)| Some((plan.range(extent)?.1, unit)));
        let mut units: Vec<_> = units.collect();
        units.sort_by_key(|(high, _)| *high);
        Self { shared, plan, units, limits, unreadable: Vec::new() }
    }

    /// The first `limit` rows with their keys, the first one first.
    pub(crate) fn top(&mut self, limit: usize) -> Vec<(Key, FeedItem)> {
        let mut top = Top::new(limit);
        self.collect(&mut top);
        let frontier = self.limits.frontier();
        let mut hits = top.into_places();
        // Where rows were left, a better one than these may be among them.
        hits.retain(|(key, _)| frontier.is_none_or(|frontier| key.0 > frontier));
        self.fetch(&hits)
    }

    /// Offers everything that is asked for to `collector`, the best first.
    pub(crate) fn collect(&mut self, collector: &mut impl Collect) {
        for (unit, (high, source)) in self.units.iter().enumerate().rev() {
            if self.limits.stopped() || !collector.wants_up_to(*high) || self.limits.leave(*high) {
                break;
            }
            if let Err(error) = scan(self.shared, self.plan, unit, source, collector, self.limits) {
                note(self.shared, source, &error, &mut self.unreadable);
            }
        }
    }

    /// How many rows there are, up to one more than `limit`.
    pub(crate) fn count(&mut self, limit: u64) -> u64 {
        let mut counter = Counter { found: 0, limit };
        for (unit, (_, source)) in self.units.iter().enumerate().rev() {
            if self.limits.stopped() || counter.found > limit {
                break;
            }
            let (extent, rows) = match source {
                Unit::Chunk(chunk) => (&chunk.extent, chunk.items.len() as u64),
                Unit::Segment(segment) => (&segment.entry.extent, segment.entry.rows),
            };
            if self.plan.takes_all(extent) {
                counter.found += rows;
            } else if let Err(error) = scan(self.shared, self.plan, unit, source, &mut counter, self.limits) {
                note(self.shared, source, &error, &mut self.unreadable);
            }
        }
        counter.found
    }

    fn fetch(&mut self, hits: &[(Key, Place)]) -> Vec<(Key, FeedItem)> {
        let mut by_unit: HashMap<usize, Vec<usize>> = HashMap::new();
        for (_, place) in hits {
            by_unit.entry(place.unit).or_default().push(place.row);
        }
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        let mut jobs = Vec::new();
        for (unit, mut rows) in by_unit {
            rows.sort_unstable();
            let share = rows.len().div_ceil(threads).max(FEW_ROWS);
            jobs.extend(rows.chunks(share).map(|rows| (unit, rows.to_vec())));
        }
        let mut items: HashMap<Place, FeedItem> = HashMap::with_capacity(hits.len());
        for ((unit, rows), answer) in jobs.iter().zip(self.in_parallel(&jobs, threads)) {
            match answer {
                Ok(found) => items.extend(rows.iter().map(|row| Place { unit: *unit, row: *row }).zip(found)),
                Err(error) => note(self.shared, &self.units[*unit].1, &error, &mut self.unreadable),
            }
        }
        hits.iter().filter_map(|(key, place)| Some((*key, items.remove(place)?))).collect()
    }

    /// Reads rows for several jobs at a time: those of a rare thing lie far apart, and most of the work is unpacking.
    fn in_parallel(&self, jobs: &[(usize, Vec<usize>)], threads: usize) -> Vec<Result<Vec<FeedItem>, StoreError>> {
        let (shared, units) = (self.shared, &self.units);
        let read = |(unit, rows): &(usize, Vec<usize>)| rows_of(shared, &units[*unit].1, rows);
        if jobs.len() < 2 || threads < 2 {
            return jobs.iter().map(read).collect();
        }
        std::thread::scope(|scope| {
            let share = jobs.len().div_ceil(threads);
            let parts: Vec<_> = jobs
                .chunks(share)
                .map(|part| (part.len(), scope.spawn(move || part.iter().map(read).collect::<Vec<_>>())))
                .collect();
            // A thread that panicked has read nothing.
            let stopped = |count| (0..count).map(|_| Err(StoreError::Stopped)).collect::<Vec<_>>();
            parts.into_iter().flat_map(|(count, part)| part.join().unwrap_or_else(|_| stopped(count))).collect()
        })
    }
}

/// Fewer rows than this of one segment are not shared out: neighbours are unpacked together.
const FEW_ROWS: usize = 24;
/// More threads than this do not serve one question.
const MAX_THREADS: usize = 4;

fn scan(
    shared: &Shared,
    plan: &Plan,
    unit: usize,
    source: &Unit<'_>,
    collector: &mut impl Collect,
    limits: &Limits<'_>,
) -> Result<ControlFlow<()>, StoreError> {
    match source {
        Unit::Chunk(chunk) => {
            limits.read(chunk.items.len());
            Ok(plan.scan(chunk, unit, collector))
        }
        Unit::Segment(segment) => {
            let candidates = segment.candidates(&plan.wanted, &shared.caches);
            if candidates.as_ref().is_some_and(Blocks::is_empty) {
                return Ok(ControlFlow::Continue(()));
            }
            Opened::open(segment, &shared.caches)?.scan(plan, candidates.as_ref(), unit, collector, limits)
        }
    }
}

fn rows_of(shared: &Shared, source: &Unit<'_>, rows: &[usize]) -> Result<Vec<FeedItem>, StoreError> {
    match source {
        Unit::Chunk(chunk) => Ok(rows.iter().filter_map(|row| chunk.items.get(*row).cloned()).collect()),
        Unit::Segment(segment) => Opened::open(segment, &shared.caches)?.rows(rows),
    }
}

/// Tells a segment that cannot be read, once in the answer and once in the store's health.
fn note(shared: &Shared, source: &Unit<'_>, error: &StoreError, unreadable: &mut Vec<String>) {
    let Unit::Segment(segment) = source else { return };
    let path = &segment.entry.path;
    tracing::error!(path, %error, "cannot read a segment of events");
    if !unreadable.contains(path) {
        unreadable.push(path.clone());
    }
    shared.status(|status| {
        status.unreadable.insert(path.clone(), error.to_string());
    });
}
