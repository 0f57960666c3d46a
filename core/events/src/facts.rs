//! Answers that are numbers rather than rows: how many when, and which values how often.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use yagura_vocabulary::{Level, Time};

/// How much may be looked at before an answer is given as far as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Rows that are read at most, about: a started stretch of a file is finished.
    pub rows: u64,
    /// Time that it takes at most, about.
    pub time: Duration,
}

impl Budget {
    /// As much as it takes.
    pub const UNLIMITED: Self = Self { rows: u64::MAX, time: Duration::MAX };
}

/// How much of the store an answer is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Covered {
    /// Everything newer has been looked at, by the time that the query's order names; `None` if everything has been, so
    /// that the answer is exact.
    pub down_to: Option<Time>,
    /// Rows that were read.
    pub rows: u64,
}

/// How many events of one kind and level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What came of the rules.
    pub level: Level,
    /// What they are.
    pub kind: String,
    /// How many.
    pub count: u64,
}

/// The events of one stretch of time, by the time that the query's order names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// From this time on.
    pub from: Time,
    /// Before this time.
    pub until: Time,
    /// How many there are, by level and kind; only what there is.
    pub tallies: Vec<Tally>,
}

impl Bucket {
    /// How many events there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.count).sum()
    }

    /// How many events of this level there are.
    #[must_use]
    pub fn of_level(&self, level: Level) -> u64 {
        self.tallies.iter().filter(|tally| tally.level == level).map(|tally| tally.count).sum()
    }
}

/// How many events match, over time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// The oldest first; as many as there are stretches between the bounds that were asked about.
    pub buckets: Vec<Bucket>,
    /// How much of the store it is based on.
    pub covered: Covered,
    /// Files that could not be read and whose events are therefore missing here.
    pub unreadable: Vec<String>,
}

/// A field whose values are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetField {
    /// The endpoint's id.
    Endpoint,
    /// The person's id.
    Person,
    /// The account's name, as written.
    Account,
    /// The feature.
    Feature,
    /// The kind.
    Kind,
    /// The level.
    Level,
    /// The rule that answered.
    Rule,
    /// The alarm class.
    Class,
    /// The path of the executable.
    Image,
    /// The other side's name.
    RemoteHost,
    /// The other side's address.
    RemoteIp,
    /// The device's serial number.
    DeviceSerial,
    /// The file's hash.
    HashSha256,
}

impl FacetField {
    /// Every field.
    pub const ALL: [Self; 13] = [
        Self::Endpoint,
        Self::Person,
        Self::Account,
        Self::Feature,
        Self::Kind,
        Self::Level,
        Self::Rule,
        Self::Class,
        Self::Image,
        Self::RemoteHost,
        Self::RemoteIp,
        Self::DeviceSerial,
        Self::HashSha256,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Person => "person",
            Self::Account => "account",
            Self::Feature => "feature",
            Self::Kind => "kind",
            Self::Level => "level",
            Self::Rule => "rule",
            Self::Class => "class",
            Self::Image => "image",
            Self::RemoteHost => "remote_host",
            Self::RemoteIp => "remote_ip",
            Self::DeviceSerial => "device_serial",
            Self::HashSha256 => "hash_sha256",
        }
    }
}

impl fmt::Display for FacetField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no field whose values can be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no field whose values can be counted")]
pub struct UnknownFacet(pub String);

impl FromStr for FacetField {
    type Err = UnknownFacet;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|field| field.as_str() == word).ok_or_else(|| UnknownFacet(word.to_owned()))
    }
}

/// The most frequent values of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The field.
    pub field: FacetField,
    /// Values and how many events have them; the most frequent first, equal ones by value.
    pub values: Vec<(String, u64)>,
    /// Events with another value.
    pub others: u64,
    /// Events without a value.
    pub without: u64,
}

impl Facet {
    /// The `top` most frequent of these values.
    pub(crate) fn new(
        field: FacetField,
        counts: BTreeMap<String, u64>,
        top: usize,
        unlisted: u64,
        without: u64,
    ) -> Self {
        let total: u64 = counts.values().sum();
        let mut values: Vec<_> = counts.into_iter().collect();
        // The sort is stable, so equal ones stay by value.
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        values.truncate(top);
        let listed: u64 = values.iter().map(|(_, count)| count).sum();
        Self { field, values, others: total - listed + unlisted, without }
    }
}

/// The most frequent values of some fields among the events that match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// One for each field, in the order of the question.
    pub facets: Vec<Facet>,
    /// How much of the store it is based on.
    pub covered: Covered,
    /// Files that could not be read and whose events are therefore missing here.
    pub unreadable: Vec<String>,
}

/// What the store does in the background, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// What: `compact`, `erase`, `retain`.
    pub what: &'static str,
    /// Rows that it has dealt with,
    pub done: u64,
    /// of so many.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_has_the_most_frequent_values_and_the_number_of_the_others() {
        let counts = [("a", 1), ("b", 3), ("c", 3), ("d", 2)].map(|(value, count)| (value.to_owned(), count));
        let facet = Facet::new(FacetField::Kind, counts.into(), 2, 5, 7);
        assert_eq!(facet.values, [("b".to_owned(), 3), ("c".to_owned(), 3)]);
        assert_eq!((facet.others, facet.without), (8, 7));
    }

    #[test]
    fn every_field_is_read_from_its_word() {
        for field in FacetField::ALL {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        assert!("secret".parse::<FacetField>().is_err());
    }
}
