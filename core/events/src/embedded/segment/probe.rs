//! What the smallest and largest value of a page must allow for a page to be read at all.

use parquet::file::page_index::column_index::ColumnIndexMetaData;

use crate::{KindFilter, embedded::columns::Column, matcher::Matcher};

/// More values than this are not tried one by one.
const MAX_RANGES: usize = 1024;

/// A condition that some row must meet in one of some columns: a value within one of some ranges.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) columns: Vec<Column>,
    /// Smallest and largest value, both included, as bytes.
    ranges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Probe {
    fn exact<V: AsRef<[u8]>>(columns: &[Column], values: impl IntoIterator<Item = V>) -> Self {
        let range = |value: V| (value.as_ref().to_vec(), value.as_ref().to_vec());
        Self { columns: columns.to_vec(), ranges: values.into_iter().map(range).collect() }
    }

    /// Whether a page with this smallest and largest value can hold such a row.
    pub(super) fn page(&self, index: &ColumnIndexMetaData, page: usize) -> bool {
        let (ColumnIndexMetaData::BYTE_ARRAY(values) | ColumnIndexMetaData::FIXED_LEN_BYTE_ARRAY(values)) = index
        else {
            return true;
        };
        if index.is_null_page(page) {
            return false;
        }
        match (values.min_value(page), values.max_value(page)) {
            (Some(min), Some(max)) => {
                self.ranges.iter().any(|(low, high)| low.as_slice() <= max && high.as_slice() >= min)
            }
            _ => true,
        }
    }
}

/// The conditions of a query that statistics can decide.
pub(super) fn probes(matcher: &Matcher) -> Vec<Probe> {
    let mut probes = Vec::new();
    let mut exact = |column: Column, value: Option<&[u8]>| {
        probes.extend(value.map(|value| Probe::exact(&[column], [value])));
    };
    exact(Column::Id, matcher.id.as_ref().map(|id| &id.as_bytes()[..]));
    exact(Column::Person, matcher.person.as_ref().map(|id| &id.as_bytes()[..]));
    exact(Column::Image, matcher.image.as_ref().map(String::as_bytes));
    exact(Column::HashSha256, matcher.hash_sha256.as_ref().map(String::as_bytes));
    exact(Column::DeviceSerial, matcher.device_serial.as_ref().map(String::as_bytes));
    exact(Column::Feature, matcher.feature.as_ref().map(String::as_bytes));
    if let Some(process) = matcher.process {
        let columns: &[_] =
            if process.or_parent { &[Column::ProcessGuid, Column::ParentGuid] } else { &[Column::ProcessGuid] };
        probes.push(Probe::exact(columns, [process.guid]));
    }
    if let Some(endpoints) = &matcher.endpoints {
        probes.push(Probe::exact(&[Column::Endpoint], endpoints));
    }
    if !matcher.remote_ip.is_empty() {
        probes.push(Probe::exact(&[Column::RemoteIp], &matcher.remote_ip));
    }
    if !matcher.levels.is_empty() {
        probes.push(Probe::exact(&[Column::Level], matcher.levels.iter().map(|level| level.as_str())));
    }
    if !matcher.kinds.is_empty() {
        probes.push(Probe { columns: vec![Column::Kind], ranges: matcher.kinds.iter().map(kinds).collect() });
    }
    probes.retain(|probe| probe.ranges.len() <= MAX_RANGES);
    probes
}

fn kinds(filter: &KindFilter) -> (Vec<u8>, Vec<u8>) {
    match filter {
        KindFilter::Exact(kind) => (kind.clone().into_bytes(), kind.clone().into_bytes()),
        KindFilter::Family(family) => {
            let low = format!("{family}.").into_bytes();
            // No text has a byte as large as this, so every kind of the family is smaller.
            let high = low.iter().copied().chain([u8::MAX]).collect();
            (low, high)
        }
    }
}
