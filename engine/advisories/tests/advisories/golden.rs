//! Feeds in `golden/`, written for these tests after the formats' public descriptions, and beside them what they say.
//! `YAGURA_UPDATE_GOLDEN=1` writes the latter anew.

use std::{fs, path::PathBuf};

use yagura_advisories::{Format, Limits, ReadError, Record, Summary, read};

/// Name, format, and how many entries of it cannot be read on purpose.
pub(crate) const FEEDS: [(&str, Format, u64); 14] = [
    ("osv.json", Format::Osv, 1),
    ("debian_tracker.json", Format::DebianTracker, 3),
    ("ubuntu_oval.xml", Format::UbuntuOval, 1),
    ("rhel_oval.xml", Format::RhelOval, 0),
    ("nvd.json", Format::Nvd, 1),
    ("jvn_overview.xml", Format::JvnRss, 1),
    ("jvn_vuldef.xml", Format::JvnRss, 0),
    ("kev.json", Format::Kev, 2),
    ("epss.csv", Format::Epss, 3),
    ("msrc_csaf.json", Format::MsrcCsaf, 0),
    ("msrc_cvrf.json", Format::MsrcCvrf, 1),
    ("msrc_cvrf.xml", Format::MsrcCvrf, 0),
    ("yagura.jsonl", Format::Yagura, 1),
    ("end_of_life.json", Format::EndOfLife, 0),
];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

pub(crate) fn feed(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

pub(crate) fn all(format: Format, bytes: &[u8]) -> (Vec<Record>, Result<Summary, ReadError>) {
    let mut records = Vec::new();
    let summary = read(format, bytes, &Limits::default(), &mut |record| {
        records.push(record);
        Ok(())
    });
    (records, summary)
}

#[test]
fn each_format_says_what_stands_beside_it() {
    for (name, format, skipped) in FEEDS {
        let (records, summary) = all(format, &feed(name));
        let summary = summary.unwrap();
        assert_eq!(summary.skipped, skipped, "{name}: {:?}", summary.first_faults);
        assert_eq!(summary.records, u64::try_from(records.len()).unwrap(), "{name}");
        let mut said: Vec<String> = records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
        said.extend(
            summary
                .first_faults
                .iter()
                .map(|it| format!("# {} at {}: {}", it.id.as_deref().unwrap_or("?"), it.at, it.what)),
        );
        let said = said.join("\n") + "\n";
        let beside = path(&format!("{name}.records"));
        if std::env::var_os("YAGURA_UPDATE_GOLDEN").is_some() {
            fs::write(&beside, &said).unwrap();
        }
        let wanted = fs::read_to_string(&beside).unwrap();
        for (said, wanted) in said.lines().zip(wanted.lines()) {
            assert_eq!(said, wanted, "{name}");
        }
        assert_eq!(said.lines().count(), wanted.lines().count(), "{name}");
    }
}

#[test]
fn records_that_were_stored_are_read_again() {
    for (name, format, _) in FEEDS {
        for record in all(format, &feed(name)).0 {
            let stored = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&stored).unwrap(), record, "{name}");
        }
    }
}

#[test]
fn each_feed_has_every_kind_of_thing_only_once_under_its_key() {
    for (name, format, _) in FEEDS {
        let mut keys = Vec::new();
        for record in all(format, &feed(name)).0 {
            keys.push(match record {
                Record::Cve(it) => format!("cve {}", it.id),
                Record::Statement(it) => format!("statement {}", it.key),
                Record::Exploited(it) => format!("exploited {}", it.id),
                Record::Likelihood(it) => format!("likelihood {}", it.id),
                Record::Update(it) => format!("update {} {}", it.kb, it.product),
                Record::Support(it) => format!("support {} {}", it.product, it.release),
                Record::Withdrawn { id } => format!("withdrawn {id}"),
            });
        }
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count, "{name}");
    }
}

#[test]
fn every_version_that_a_statement_names_can_be_put_in_order() {
    for (name, format, _) in FEEDS {
        for record in all(format, &feed(name)).0 {
            let Record::Statement(statement) = record else { continue };
            for range in statement.ranges {
                let bounds = [range.introduced, range.fixed, range.last_affected];
                for version in bounds.into_iter().flatten().chain(range.exact) {
                    statement.ecosystem.scheme().read(&version).unwrap_or_else(|error| panic!("{name}: {error}"));
                }
            }
        }
    }
}
