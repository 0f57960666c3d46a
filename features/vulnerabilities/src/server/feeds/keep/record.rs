//! By which a record is known again, and by which it is known to be different.

use yagura_advisories::Record;

use super::number_of;

/// What a record is about. Stored as the `kind` of what is told of weaknesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::server::feeds) enum Kind {
    Statement,
    Cve,
    Exploited,
    Likelihood,
    Update,
    Support,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Cve => "cve",
            Self::Exploited => "exploited",
            Self::Likelihood => "likelihood",
            Self::Update => "update",
            Self::Support => "support",
        }
    }
}

/// A record's kind, number and hash; none for one that takes something back.
pub(super) fn mark(feed: &str, record: &Record) -> Option<(Kind, i64, i64)> {
    let number = |kind: Kind, words: &[&str]| {
        let mut all = vec![feed, kind.as_str()];
        all.extend_from_slice(words);
        (kind, number_of(&all))
    };
    let (kind, number) = match record {
        Record::Statement(it) => {
            let ecosystem = it.ecosystem.to_string();
            number(Kind::Statement, &[&it.key, &ecosystem, &it.package])
        }
        Record::Cve(it) => number(Kind::Cve, &[&it.id]),
        Record::Exploited(it) => number(Kind::Exploited, &[&it.id]),
        Record::Likelihood(it) => number(Kind::Likelihood, &[&it.id]),
        Record::Update(it) => number(Kind::Update, &[&it.kb, &it.product]),
        Record::Support(it) => number(Kind::Support, &[&it.product, &it.release]),
        Record::Withdrawn { .. } => return None,
    };
    Some((kind, number, hash(record)))
}

fn hash(record: &Record) -> i64 {
    if let Record::Likelihood(it) = record {
        // Most figures move a little each day: less than one in a thousand changes nothing for anybody, and would write all rows anew.
        let round = |part: f64| format!("{part:.3}");
        return number_of(&[&it.id, &round(it.probability), &round(it.percentile)]);
    }
    number_of(&[&serde_json::to_string(record).unwrap_or_default()])
}

#[cfg(test)]
mod tests {
    use yagura_advisories::Epss;

    use super::*;

    fn epss(probability: f64, day: &str) -> Record {
        let id = "CVE-2026-1".to_owned();
        Record::Likelihood(Epss { id, probability, percentile: 0.5, day: day.to_owned() })
    }

    #[test]
    fn the_same_words_of_two_feeds_are_two() {
        let record = epss(0.1, "2026-01-01");
        assert_ne!(mark("a", &record).unwrap().1, mark("b", &record).unwrap().1);
    }

    #[test]
    fn a_likelihood_that_hardly_moved_is_the_same() {
        let before = mark("epss", &epss(0.1001, "2026-01-01")).unwrap();
        assert_eq!(before, mark("epss", &epss(0.1002, "2026-01-02")).unwrap());
        assert_ne!(before, mark("epss", &epss(0.1102, "2026-01-02")).unwrap());
    }
}
