//! JVN iPedia: <https://jvndb.jvn.jp/apis/myjvn/>. The overview (`getVulnOverviewList`, and the feeds `jvndbrss`) is RSS 1.0
//! with the module `sec:`; the details (`getVulnDetailInfo`, and the feeds `vuldef`) are VULDEF 3. Both are read under
//! this name, whichever is given.

mod overview;
mod phrase;
mod vuldef;

use std::io::BufRead;

use super::{add, cve};
use crate::{
    Cve, Lang, NameOf, Range, ReadError, Record, Standing, Statement,
    cvss::newest_severity,
    source::{Feed, elements},
};

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    // An answer that nothing fits has the root `Result` instead of the details'.
    let is_entry = |name: &str| matches!(name, "item" | "Vulinfo" | "Status");
    elements(input, feed, &["RDF", "VULDEF-Document", "Result"], is_entry, |feed, element| {
        match element.name.as_str() {
            "item" => feed.entry(element.at, overview::records(element)),
            "Vulinfo" => feed.entry(element.at, vuldef::records(element)),
            // The API answers a question that it refuses with an empty list and the reason.
            _ => match (element.attribute("retCd"), element.attribute("errMsg")) {
                (Some(code), why) if code != "0" => {
                    let expected = format!("an answer without error {code} ({})", why.unwrap_or_default());
                    Err(ReadError::NotThis { format: feed.format, at: element.at, expected })
                }
                _ => Ok(()),
            },
        }
    })
}

/// What both say of one entry: a record for each CVE that it names, or for itself if there is none.
struct Entry {
    jvndb: String,
    cves: Vec<String>,
    /// All but ids.
    cve: Cve,
    /// Product, what names it, versions.
    affected: Vec<Product>,
}

struct Product {
    ecosystem: crate::Ecosystem,
    name: String,
    /// None if it is not said in a way that can be read.
    ranges: Option<Vec<Range>>,
}

impl Entry {
    fn records(self) -> Vec<Record> {
        let mut records = Vec::new();
        let has_cve = !self.cves.is_empty();
        let about = if has_cve { self.cves } else { vec![self.jvndb.clone()] };
        for id in &about {
            let mut cve = Cve { id: id.clone(), severity: newest_severity(&self.cve.cvss), ..self.cve.clone() };
            if has_cve {
                cve.aliases.push(self.jvndb.clone());
            }
            records.push(Record::Cve(cve));
        }
        for id in &about {
            for product in &self.affected {
                let standing = if product.ranges.is_some() { Standing::Affected } else { Standing::Undetermined };
                records.push(Record::Statement(Statement {
                    key: format!("{}|{id}|{}|{}", self.jvndb, product.ecosystem, product.name),
                    id: id.clone(),
                    advisory: has_cve.then(|| self.jvndb.clone()),
                    ecosystem: product.ecosystem.clone(),
                    package: product.name.clone(),
                    by: NameOf::Product,
                    ranges: product.ranges.clone().unwrap_or_default(),
                    standing,
                    urgency: None,
                    arch: Vec::new(),
                }));
            }
        }
        records
    }
}

/// One product may stand in several lines; a key stands for all of them.
fn join(products: &mut Vec<Product>, more: Product) {
    match products.iter_mut().find(|it| it.ecosystem == more.ecosystem && it.name == more.name) {
        Some(before) => match (&mut before.ranges, more.ranges) {
            (Some(ranges), Some(others)) => {
                let new: Vec<_> = others.into_iter().filter(|range| !ranges.contains(range)).collect();
                ranges.extend(new);
            }
            (none @ None, ranges) => *none = ranges,
            (Some(_), None) => {}
        },
        None => products.push(more),
    }
}

/// A text with its language: what has kana or Chinese characters is Japanese.
fn told(text: &str) -> (Lang, String) {
    let is_japanese =
        |letter| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    (if text.chars().any(is_japanese) { Lang::Ja } else { Lang::En }, text.to_owned())
}
