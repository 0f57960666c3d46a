//! Feeds as their publishers write them, as large as they are, about things that are not.
//!
//! Every weakness is in the NVD; a tenth of them are in Debian's tracker too. Most were mended long ago, as in the real ones.

use std::fmt::Write as _;

use crate::fleet::{Kinds, PRODUCTS};

/// Weaknesses that are known, about as many as the NVD has.
pub(crate) const WEAKNESSES: usize = 300_000;
/// Weaknesses of one news of a feed.
pub(crate) const NEWS: usize = 500;
/// The NVD is published by years: so many files.
const YEARS: usize = 10;
/// Of so many weaknesses one is in packages of distributions too.
const IN_DEBIAN: usize = 10;

/// A file of a feed.
pub(crate) struct File {
    pub(crate) feed: &'static str,
    pub(crate) name: String,
    pub(crate) text: String,
}

fn id(at: usize) -> String {
    format!("CVE-{}-{:06}", 2016 + at / (WEAKNESSES / YEARS), at)
}

/// The version that mends it: one of the newest two where it is young, and one that nobody has any more otherwise.
fn mended(at: usize, of: usize) -> String {
    match at / of {
        0 => "1.2".to_owned(),
        1 => "1.3".to_owned(),
        old => format!("0.{old}"),
    }
}

/// All that is published, in the order in which an administrator would import it.
pub(crate) fn all(kinds: Kinds) -> Vec<File> {
    let year = |year: usize| {
        let from = year * WEAKNESSES / YEARS;
        let text = nvd(from..from + WEAKNESSES / YEARS);
        File { feed: "nvd", name: format!("nvdcve-2.0-{}.json", 2016 + year), text }
    };
    let mut files: Vec<File> = (0..YEARS).map(year).collect();
    let debian: Vec<usize> = (0..WEAKNESSES).step_by(IN_DEBIAN).collect();
    files.push(File { feed: "debian", name: "debian.json".to_owned(), text: tracker(&debian, kinds) });
    files.push(File { feed: "epss", name: "epss.csv".to_owned(), text: epss() });
    files.push(File { feed: "kev", name: "kev.json".to_owned(), text: kev() });
    files
}

/// News of the NVD: weaknesses that were not known, each in a product of its own and mended by the newest version alone.
pub(crate) fn news(kinds: Kinds) -> File {
    let mut text = head(NEWS);
    for nth in 0..NEWS {
        let product = nth * 97 % kinds.products;
        entry(&mut text, nth > 0, &format!("CVE-2026-9{nth:05}"), 4 * product, "1.4");
    }
    text.push_str("]}");
    File { feed: "nvd", name: "nvd-modified.json".to_owned(), text }
}

fn head(count: usize) -> String {
    format!(
        "{{\"resultsPerPage\":{count},\"startIndex\":0,\"totalResults\":{count},\"format\":\"NVD_CVE\",\"version\":\"2.0\",\
         \"timestamp\":\"2026-11-30T00:00:00.000\",\"vulnerabilities\":["
    )
}

fn nvd(weaknesses: std::ops::Range<usize>) -> String {
    let mut text = head(weaknesses.len());
    for (nth, at) in weaknesses.enumerate() {
        entry(&mut text, nth > 0, &id(at), at * 7919 % PRODUCTS, &mended(at, PRODUCTS));
    }
    text.push_str("]}");
    text
}

fn entry(text: &mut String, follows: bool, id: &str, product: usize, fixed: &str) {
    let (score, vector) = match product % 4 {
        0 => ("9.8", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
        1 => ("7.8", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
        2 => ("6.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"),
        _ => ("3.3", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L"),
    };
    if follows {
        text.push(',');
    }
    // Writing into a string does not fail.
    let _ = write!(
        text,
        "{{\"cve\":{{\"id\":\"{id}\",\"sourceIdentifier\":\"cve@example.org\",\"published\":\"2026-01-02T03:04:05.123\",\
         \"lastModified\":\"2026-02-03T04:05:06.000\",\"vulnStatus\":\"Analyzed\",\"descriptions\":[{{\"lang\":\"en\",\"value\":\
         \"A heap overflow in the reader of program {product} before {fixed} lets whoever sends a file that was made for it run what they \
         like with the rights of the person who opens it.\"}}],\"metrics\":{{\"cvssMetricV31\":[{{\"source\":\"nvd@nist.gov\",\
         \"type\":\"Primary\",\"cvssData\":{{\"version\":\"3.1\",\"vectorString\":\"{vector}\",\"baseScore\":{score}}}}}]}},\
         \"weaknesses\":[{{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\",\"description\":[{{\"lang\":\"en\",\"value\":\"CWE-122\"}}]}}],\
         \"configurations\":[{{\"nodes\":[{{\"operator\":\"OR\",\"negate\":false,\"cpeMatch\":[{{\"vulnerable\":true,\"criteria\":\
         \"cpe:2.3:a:maker_{maker}:program_{product:05}:*:*:*:*:*:*:*:*\",\"versionEndExcluding\":\"{fixed}\"}}]}}]}}],\
         \"references\":[{{\"url\":\"https://example.org/advisories/{id}\"}},{{\"url\":\"https://example.org/changes/{product}\"}}]}}}}",
        maker = product % 500,
    );
}

fn tracker(weaknesses: &[usize], kinds: Kinds) -> String {
    let mut by_source: Vec<Vec<usize>> = vec![Vec::new(); kinds.sources];
    for (nth, at) in weaknesses.iter().enumerate() {
        by_source[nth % kinds.sources].push(*at);
    }
    let mut text = "{".to_owned();
    for (source, about) in by_source.iter().enumerate() {
        let _ = write!(text, "{}\"source-{source:05}\":{{", if source > 0 { "," } else { "" });
        for (nth, at) in about.iter().enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            let _ = write!(
                text,
                "{comma}\"{}\":{{\"description\":\"a heap overflow in part {at}\",\"scope\":\"remote\",\"releases\":{{",
                id(*at)
            );
            for (which, name) in ["bookworm", "trixie"].into_iter().enumerate() {
                let comma = if which > 0 { "," } else { "" };
                if nth == 2 {
                    let _ = write!(text, "{comma}\"{name}\":{{\"status\":\"open\",\"urgency\":\"low\"}}");
                } else {
                    let fixed = mended(nth, 1);
                    let _ = write!(
                        text,
                        "{comma}\"{name}\":{{\"status\":\"resolved\",\"fixed_version\":\"{fixed}-1\",\"urgency\":\"medium\"}}"
                    );
                }
            }
            text.push_str("}}");
        }
        text.push('}');
    }
    text.push('}');
    text
}

fn epss() -> String {
    let mut text = "#model_version:v2026.01.01,score_date:2026-11-30T00:00:00+0000\ncve,epss,percentile\n".to_owned();
    for at in 0..WEAKNESSES {
        let _ = writeln!(text, "{},0.{:05},0.{:05}", id(at), at * 31 % 100_000, at * 17 % 100_000);
    }
    text
}

fn kev() -> String {
    let mut text = "{\"title\":\"Known\",\"catalogVersion\":\"2026.11.30\",\"dateReleased\":\"2026-11-30T00:00:00Z\",\"vulnerabilities\":[".to_owned();
    for (nth, at) in (0..WEAKNESSES).step_by(250).enumerate() {
        let comma = if nth > 0 { "," } else { "" };
        let _ = write!(
            text,
            "{comma}{{\"cveID\":\"{}\",\"dateAdded\":\"2026-11-01\",\"requiredAction\":\"Update.\",\"dueDate\":\"2026-11-22\",\
             \"knownRansomwareCampaignUse\":\"Unknown\"}}",
            id(at)
        );
    }
    text.push_str("]}");
    text
}
