//! A search as the scans see it: which rows, ranked how, and who collects them.

use std::{cmp::Reverse, collections::BinaryHeap, ops::ControlFlow};

use uuid::Uuid;
use yagura_search_language::Column::Texts;
use yagura_text_index::{Needle, Wanted};
use yagura_vocabulary::Time;

use super::{
    columns::Column,
    memtable::{Chunk, Extent},
    rows::{column_of, text_columns},
    segment::wanted,
};
use crate::{FeedItem, fields::Fields, matcher::Matcher};

/// What rows are ranked by: the larger comes first.
pub(crate) type Key = (i64, u128);

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ranking {
    /// The latest `occurred_at` first, then the latest id.
    Occurred,
    /// The latest `received_at` first, then the latest id.
    Received,
    /// The smallest position first.
    Position,
}

/// Which rows, ranked how.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) ranking: Ranking,
    pub(crate) matcher: Matcher,
    /// Bounds of the first part of the key: `since` included, `until` not.
    pub(crate) since: i64,
    pub(crate) until: i64,
    /// Only keys smaller than this.
    pub(crate) below: Option<Key>,
    /// Only positions larger than this,
    pub(crate) after: u64,
    /// and not larger than this.
    pub(crate) head: u64,
    /// Columns that the collector looks at.
    pub(crate) extra: Vec<Column>,
    /// What an index is asked for.
    pub(crate) wanted: Wanted,
}

impl Plan {
    /// Everything up to `head`.
    pub(crate) fn all(ranking: Ranking, matcher: Matcher, head: u64) -> Self {
        let wanted = wanted(&matcher);
        Self {
            wanted,
            ranking,
            matcher,
            since: i64::MIN,
            until: i64::MAX,
            below: None,
            after: 0,
            head,
            extra: Vec::new(),
        }
    }

    /// The key of a row. `time` is the one that the ranking names.
    pub(crate) fn key(&self, time: i64, id: Uuid, position: u64) -> Key {
        match self.ranking {
            Ranking::Occurred | Ranking::Received => (time, id.as_u128()),
            Ranking::Position => (descending(position), 0),
        }
    }

    /// Whether a row with this key and position is asked for, its contents aside.
    pub(crate) fn admits(&self, key: Key, position: u64) -> bool {
        (self.since..self.until).contains(&key.0)
            && self.below.is_none_or(|below| key < below)
            && (self.after + 1..=self.head).contains(&position)
    }

    /// The column that the first part of the key comes from.
    pub(crate) fn key_column(&self) -> Column {
        match self.ranking {
            Ranking::Occurred => Column::OccurredAt,
            Ranking::Received => Column::ReceivedAt,
            Ranking::Position => Column::Position,
        }
    }

    /// The smallest and largest first part of a key that rows of this extent can have; `None` if none is asked for.
    pub(crate) fn range(&self, extent: &Extent) -> Option<(i64, i64)> {
        let (low, high) = match self.ranking {
            Ranking::Occurred => micros(extent.occurred),
            Ranking::Received => micros(extent.received),
            Ranking::Position => (descending(extent.position.1), descending(extent.position.0)),
        };
        let wanted = self.wants(low, high) && extent.position.1 > self.after && extent.position.0 <= self.head;
        wanted.then_some((low, high))
    }

    /// Whether keys that begin with `low..=high` can be asked for.
    pub(crate) fn wants(&self, low: i64, high: i64) -> bool {
        high >= self.since && low < self.until && self.below.is_none_or(|below| low <= below.0)
    }

    /// Whether every row of this extent is asked for, so that it can be counted without reading it.
    pub(crate) fn takes_all(&self, extent: &Extent) -> bool {
        let Some((low, high)) = self.range(extent) else { return false };
        self.matcher.is_empty()
            && self.below.is_none()
            && low >= self.since
            && high < self.until
            && extent.position.0 > self.after
            && extent.position.1 <= self.head
    }

    /// What is read of a page, one stage after the other, each of the rows only that the one before allows.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        let mut stages = Vec::new();
        let filters = self.filters();
        if !filters.is_empty() {
            stages.push(Stage { test: Test::Filters, columns: filters });
        }
        let texts = self.texts();
        if !texts.is_empty() {
            stages.push(Stage { test: Test::Texts, columns: texts });
        }
        // Pages have been chosen by their times already, so that most keys are asked for.
        let mut key = vec![Column::Position, self.key_column()];
        key.extend((self.ranking != Ranking::Position).then_some(Column::Id));
        key.extend(&self.extra);
        stages.push(Stage { test: Test::Key, columns: key });
        stages
    }

    /// The columns that decide whether the texts match. A question in the language of people is asked as a whole, so it needs
    /// all its columns at once.
    fn texts(&self) -> Vec<Column> {
        let Matcher { text, asked, .. } = &self.matcher;
        let asked_any = asked.is_some();
        let asked = asked.as_ref().map(|asked| asked.expr().columns()).unwrap_or_default();
        let mut columns: Vec<_> = asked.iter().filter_map(|column| column_of(*column)).collect();
        if text.is_some() || asked.contains(&Texts) {
            columns.extend(text_columns());
        }
        if columns.is_empty() {
            columns.extend(asked_any.then_some(Column::Position));
        }
        columns
    }

    /// Texts that each row must have, whatever else is asked.
    pub(crate) fn needles(&self) -> Vec<Needle> {
        let parts = match &self.wanted {
            Wanted::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let needle = |part: &Wanted| match part {
            Wanted::Text(folded) => Needle::new(folded),
            _ => None,
        };
        parts.iter().filter_map(needle).collect()
    }

    /// The columns that decide about a row, its texts and its key aside.
    fn filters(&self) -> Vec<Column> {
        let matcher = &self.matcher;
        let mut columns = Vec::new();
        let mut add = |wanted: bool, column: Column| columns.extend(wanted.then_some(column));
        add(matcher.id.is_some(), Column::Id);
        add(matcher.endpoints.is_some() || matcher.owner.is_some(), Column::Endpoint);
        add(!matcher.kinds.is_empty(), Column::Kind);
        add(!matcher.levels.is_empty(), Column::Level);
        add(matcher.account.is_some(), Column::AccountName);
        add(matcher.person.is_some() || matcher.owner.is_some(), Column::Person);
        add(matcher.owner.is_some(), Column::AccountId);
        add(matcher.image.is_some(), Column::Image);
        add(matcher.process.is_some(), Column::ProcessGuid);
        add(matcher.process.is_some_and(|process| process.or_parent), Column::ParentGuid);
        add(matcher.hash_sha256.is_some(), Column::HashSha256);
        add(!matcher.remote_ip.is_empty(), Column::RemoteIp);
        add(matcher.device_serial.is_some(), Column::DeviceSerial);
        add(matcher.feature.is_some(), Column::Feature);
        columns
    }

    /// Offers what matches in `chunk` to `collector`.
    pub(crate) fn scan(&self, chunk: &Chunk, unit: usize, collector: &mut impl Collect) -> ControlFlow<()> {
        let mut scratch = String::new();
        for (row, FeedItem { position, event }) in chunk.items.iter().enumerate() {
            let time = match self.ranking {
                Ranking::Received => event.received_at,
                _ => event.event.occurred_at,
            };
            let key = self.key(time.micros(), event.id.uuid(), *position);
            if self.admits(key, *position) && collector.wants(key) && self.matcher.matches(event, &mut scratch) {
                collector.add(key, Place { unit, row }, event)?;
            }
        }
        ControlFlow::Continue(())
    }
}

const fn descending(position: u64) -> i64 {
    // Positions are counted from 1 by this process and stay far below `i64::MAX`.
    -(position.cast_signed())
}

fn micros((low, high): (Time, Time)) -> (i64, i64) {
    (low.micros(), high.micros())
}

/// Some columns, and what is decided by them.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) test: Test,
    pub(crate) columns: Vec<Column>,
}

/// What a stage decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    /// Whether everything but texts and key matches.
    Filters,
    /// Whether the key is asked for.
    Key,
    /// Whether the texts match.
    Texts,
}

/// A row of a chunk or a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) unit: usize,
    pub(crate) row: usize,
}

/// Takes what scans find.
pub(crate) trait Collect {
    /// Whether a row with this key would be taken.
    fn wants(&self, key: Key) -> bool;
    /// Takes a row that matches; breaks when it has seen enough.
    fn add(&mut self, key: Key, place: Place, row: &impl Fields) -> ControlFlow<()>;

    /// Whether a row whose key begins with `high` or less could be taken.
    fn wants_up_to(&self, high: i64) -> bool {
        self.wants((high, u128::MAX))
    }
}

/// The first `limit` rows.
pub(crate) struct Top {
    limit: usize,
    heap: BinaryHeap<Reverse<(Key, Place)>>,
}

impl Top {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::new() }
    }

    /// The rows, the first one first.
    pub(crate) fn into_places(self) -> Vec<(Key, Place)> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(hit)| hit).collect()
    }
}

impl Collect for Top {
    fn wants(&self, key: Key) -> bool {
        self.heap.len() < self.limit || self.heap.peek().is_some_and(|Reverse((last, _))| key > *last)
    }

    fn add(&mut self, key: Key, place: Place, _: &impl Fields) -> ControlFlow<()> {
        self.heap.push(Reverse((key, place)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
        ControlFlow::Continue(())
    }
}

/// How many rows, up to one more than `limit`.
pub(crate) struct Counter {
    pub(crate) found: u64,
    pub(crate) limit: u64,
}

impl Collect for Counter {
    fn wants(&self, _: Key) -> bool {
        self.found <= self.limit
    }

    fn add(&mut self, _: Key, _: Place, _: &impl Fields) -> ControlFlow<()> {
        self.found += 1;
        if self.found > self.limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
