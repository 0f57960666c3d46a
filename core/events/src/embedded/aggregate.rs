//! Collectors that count instead of keeping rows.

use std::{collections::BTreeMap, collections::HashMap, ops::ControlFlow};

use yagura_vocabulary::{Level, Time};

use super::{
    columns::Column,
    plan::{Collect, Key, Place},
};
use crate::{Bucket, Facet, FacetField, Tally, fields::Fields};

/// Counts by stretch of time, level and kind.
pub(crate) struct Buckets {
    bounds: Vec<i64>,
    kinds: Vec<OfKind>,
    /// Where the kind and level of the last row stand: neighbours are often alike.
    last: usize,
}

struct OfKind {
    level: String,
    kind: String,
    counts: Vec<u64>,
}

impl Buckets {
    /// The columns that it needs besides the key.
    pub(crate) const COLUMNS: &'static [Column] = &[Column::Kind, Column::Level];

    /// `bounds` must rise.
    pub(crate) fn new(bounds: &[Time]) -> Self {
        Self { bounds: bounds.iter().map(|time| time.micros()).collect(), kinds: Vec::new(), last: 0 }
    }

    /// Which stretch a time lies in.
    pub(crate) fn bucket(&self, time: i64) -> Option<usize> {
        let after = self.bounds.partition_point(|bound| *bound <= time);
        (after < self.bounds.len()).then(|| after.checked_sub(1)).flatten()
    }

    /// Adds events of one kind and level to a stretch.
    pub(crate) fn put(&mut self, bucket: usize, level: &str, kind: &str, count: u64) {
        let is = |of: &OfKind| of.kind == kind && of.level == level;
        if !self.kinds.get(self.last).is_some_and(is) {
            self.last = self.kinds.iter().position(is).unwrap_or_else(|| {
                let counts = vec![0; self.bounds.len().saturating_sub(1)];
                self.kinds.push(OfKind { level: level.to_owned(), kind: kind.to_owned(), counts });
                self.kinds.len() - 1
            });
        }
        self.kinds[self.last].counts[bucket] += count;
    }

    pub(crate) fn into_buckets(mut self) -> Vec<Bucket> {
        self.kinds.sort_by(|a, b| (&a.level, &a.kind).cmp(&(&b.level, &b.kind)));
        let tally = |of: &OfKind, bucket: usize| {
            let level = of.level.parse().unwrap_or(Level::Recorded);
            (of.counts[bucket] > 0).then(|| Tally { level, kind: of.kind.clone(), count: of.counts[bucket] })
        };
        let bucket = |(n, bounds): (usize, &[i64])| Bucket {
            from: Time::from_micros(bounds[0]),
            until: Time::from_micros(bounds[1]),
            tallies: self.kinds.iter().filter_map(|of| tally(of, n)).collect(),
        };
        self.bounds.windows(2).enumerate().map(bucket).collect()
    }
}

impl Collect for Buckets {
    fn wants(&self, _: Key) -> bool {
        true
    }

    fn add(&mut self, key: Key, _: Place, row: &impl Fields) -> ControlFlow<()> {
        if let Some(bucket) = self.bucket(key.0) {
            self.put(bucket, row.level(), row.kind(), 1);
        }
        ControlFlow::Continue(())
    }
}

/// Different values of one field that are told apart; the counts of what comes later are not.
pub(crate) const MAX_VALUES: usize = 100_000;

/// Counts values.
pub(crate) struct Values {
    fields: Vec<OfField>,
}

struct OfField {
    field: FacetField,
    counts: HashMap<String, u64>,
    without: u64,
    unlisted: u64,
}

impl OfField {
    fn put(&mut self, value: &str, count: u64) {
        let full = self.counts.len() >= MAX_VALUES;
        match self.counts.get_mut(value) {
            Some(before) => *before += count,
            None if full => self.unlisted += count,
            None => drop(self.counts.insert(value.to_owned(), count)),
        }
    }
}

impl Values {
    pub(crate) fn new(fields: &[FacetField]) -> Self {
        let of = |field: &FacetField| OfField { field: *field, counts: HashMap::new(), without: 0, unlisted: 0 };
        Self { fields: fields.iter().map(of).collect() }
    }

    /// The columns that it needs besides the key.
    pub(crate) fn columns(fields: &[FacetField]) -> Vec<Column> {
        fields.iter().map(|field| column(*field)).collect()
    }

    /// Adds events that have this value in the field of that number.
    pub(crate) fn put(&mut self, number: usize, value: &str, count: u64) {
        self.fields[number].put(value, count);
    }

    pub(crate) fn into_facets(self, top: usize) -> Vec<Facet> {
        let facet = |of: OfField| {
            let counts: BTreeMap<_, _> = of.counts.into_iter().collect();
            Facet::new(of.field, counts, top, of.unlisted, of.without)
        };
        self.fields.into_iter().map(facet).collect()
    }
}

impl Collect for Values {
    fn wants(&self, _: Key) -> bool {
        true
    }

    fn add(&mut self, _: Key, _: Place, row: &impl Fields) -> ControlFlow<()> {
        let mut buffer = uuid::Uuid::encode_buffer();
        for of in &mut self.fields {
            match value(of.field, row, &mut buffer) {
                Some(value) => of.put(value, 1),
                None => of.without += 1,
            }
        }
        ControlFlow::Continue(())
    }
}

pub(crate) fn value<'a>(field: FacetField, row: &'a impl Fields, buffer: &'a mut [u8; 45]) -> Option<&'a str> {
    match field {
        FacetField::Endpoint => Some(row.endpoint().hyphenated().encode_lower(buffer)),
        FacetField::Person => row.person().map(|person| &*person.hyphenated().encode_lower(buffer)),
        FacetField::Account => row.account_name(),
        FacetField::Feature => Some(row.feature()),
        FacetField::Kind => Some(row.kind()),
        FacetField::Level => Some(row.level()),
        FacetField::Rule => row.rule(),
        FacetField::Class => row.class(),
        FacetField::Image => row.image(),
        FacetField::RemoteHost => row.remote_host(),
        FacetField::RemoteIp => row.remote_ip(),
        FacetField::DeviceSerial => row.device_serial(),
        FacetField::HashSha256 => row.hash_sha256(),
    }
}

const fn column(field: FacetField) -> Column {
    match field {
        FacetField::Endpoint => Column::Endpoint,
        FacetField::Person => Column::Person,
        FacetField::Account => Column::AccountName,
        FacetField::Feature => Column::Feature,
        FacetField::Kind => Column::Kind,
        FacetField::Level => Column::Level,
        FacetField::Rule => Column::Rule,
        FacetField::Class => Column::Class,
        FacetField::Image => Column::Image,
        FacetField::RemoteHost => Column::RemoteHost,
        FacetField::RemoteIp => Column::RemoteIp,
        FacetField::DeviceSerial => Column::DeviceSerial,
        FacetField::HashSha256 => Column::HashSha256,
    }
}
