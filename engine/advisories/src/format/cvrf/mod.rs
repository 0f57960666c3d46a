//! Microsoft's monthly documents, in the shape of CVRF 1.1: <https://api.msrc.microsoft.com/cvrf/v3.0/swagger/v3/swagger.json>,
//! `cvrf/2026-Jan`, as XML or as the JSON that the same API gives.
//!
//! A document names its products with numbers, then has the weaknesses of a month. A remediation names an update (KB) for some of the products, the
//! build that has it (`FixedBuild`) and what it takes the place of (`Supercedence`), which Microsoft's CSAF does not say. `ProductTree` has to stand before
//! the first weakness, as it always does.

mod json;
mod xml;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use super::{
    add, cve, web,
    windows::{is_build, numbers, statement},
};
use crate::{
    Cve, Ecosystem, Exploited, Lang, Range, ReadError, Record, Severity, Standing, Update,
    cvss::{newest_severity, scored},
    source::{Feed, Wrong},
    time::micros,
};

/// The products of a document by their numbers.
type Products = BTreeMap<String, String>;

/// A weakness as both kinds of documents have it.
#[derive(Debug, Default)]
struct Weak {
    id: String,
    title: String,
    description: String,
    cwe: Vec<String>,
    /// Words of severity, one for each group of products.
    severities: Vec<String>,
    /// `Publicly Disclosed:No;Exploited:Yes;Latest Software Release:Exploitation Detected`.
    exploit_status: String,
    /// Vector and base score, one for each group of products.
    scores: Vec<(String, Option<f64>)>,
    affected: Vec<String>,
    not_affected: Vec<String>,
    fixes: Vec<Fix>,
    /// Days of its revisions.
    dates: Vec<String>,
}

/// A vendor's fix for some products.
#[derive(Debug, Default)]
struct Fix {
    /// The number of the update by itself; or words (`Release Notes`).
    description: String,
    url: String,
    supercedence: String,
    /// The build that has it; for Office a web page.
    build: String,
    /// `Security Update`, `Monthly Rollup`, `Security Only`, `SecurityHotpatchUpdate`.
    kind: String,
    products: Vec<String>,
}

impl Fix {
    fn kb(&self) -> Option<String> {
        numbers(&self.description).chain(numbers(&self.url)).next()
    }

    /// Whether everybody who has the product gets it: not what repairs running systems in between, and not the part of a month alone.
    fn is_main(&self) -> bool {
        let kind = self.kind.to_lowercase();
        !kind.contains("hotpatch") && !kind.contains("security only")
    }
}

/// Updates by number and product: one update mends many weaknesses, and is said once.
type Updates = BTreeMap<(String, String), Update>;

pub(super) fn read(mut input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let format = feed.format;
    let begin = input.fill_buf().map_err(|source| crate::source::failed(format, 0, source))?;
    let first = begin.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf)).copied();
    let mut updates = Updates::new();
    let at = if first == Some(b'<') {
        xml::read(input, feed, &mut updates)?
    } else {
        json::read(input, feed, &mut updates)?
    };
    updates.into_values().try_for_each(|update| feed.give(at, Record::Update(update)))
}

/// What a weakness says; its updates are gathered.
fn records(weak: &Weak, products: &Products, updates: &mut Updates) -> Result<Vec<Record>, Wrong> {
    // `ADV240001`: an advisory that has no CVE.
    let advisory = Some(&weak.id).filter(|id| id.starts_with("ADV") && id.len() > 3);
    let id = cve(&weak.id).or_else(|| advisory.cloned());
    let id = id.ok_or_else(|| Wrong::bad("`CVE` is neither a CVE nor an advisory").of(&weak.id))?;
    let mut records = vec![Record::Cve(described(&id, weak))];
    let is_exploited = weak.exploit_status.to_lowercase().replace(' ', "").contains("exploited:yes");
    let published = weak.dates.iter().filter_map(|it| micros(it)).min();
    if let Some(added) = published.filter(|_| is_exploited) {
        records.push(Record::Exploited(Exploited {
            id: id.clone(),
            added,
            due: None,
            ransomware: false,
            action: String::new(),
        }));
    }
    records.extend(statements(&id, weak, products));
    gather(&id, weak, products, updates);
    Ok(records)
}

fn described(id: &str, weak: &Weak) -> Cve {
    let mut cvss = Vec::new();
    for (vector, score) in &weak.scores {
        let score = scored(vector, *score, "microsoft");
        cvss.extend(score.filter(|score| !cvss.contains(score)));
    }
    let text = |text: &str| Some(plain(text)).filter(|it| !it.is_empty()).map(|it| (Lang::En, it));
    let dates = || weak.dates.iter().filter_map(|it| micros(it));
    Cve {
        id: id.to_owned(),
        title: text(&weak.title).into_iter().collect(),
        summary: text(&weak.description).into_iter().collect(),
        // The worst of all products: a machine may have it.
        severity: weak
            .severities
            .iter()
            .filter_map(|it| Severity::from_word(it))
            .max()
            .or_else(|| newest_severity(&cvss)),
        cvss,
        published: dates().min(),
        modified: dates().max(),
        cwe: weak.cwe.clone(),
        ..Cve::default()
    }
}

/// A text without the tags that Microsoft writes into it.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                plain.push(' ');
            }
            _ if is_tag => {}
            _ => plain.push(letter),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn statements(id: &str, weak: &Weak, products: &Products) -> Vec<Record> {
    let mut said: BTreeMap<String, (Standing, Vec<Range>, Option<String>)> = BTreeMap::new();
    for product in weak.not_affected.iter().filter_map(|it| products.get(it)) {
        said.insert(Ecosystem::Windows.fold(product), (Standing::NotAffected, Vec::new(), None));
    }
    for number in &weak.affected {
        let Some(product) = products.get(number) else { continue };
        said.insert(Ecosystem::Windows.fold(product), mended(weak, number));
    }
    said.into_iter()
        .map(|(package, (standing, ranges, advisory))| statement(id, package, standing, ranges, advisory))
        .collect()
}

/// By what a product is mended.
fn mended(weak: &Weak, product: &str) -> (Standing, Vec<Range>, Option<String>) {
    let fixes: Vec<&Fix> = weak.fixes.iter().filter(|fix| fix.products.iter().any(|it| it == product)).collect();
    let main = fixes.iter().filter(|fix| fix.is_main()).chain(&fixes).find_map(|fix| fix.kb());
    // Of several ways to mend it one is enough: from the lowest build on it is mended.
    let builds = fixes.iter().map(|fix| fix.build.trim()).filter(|build| is_build(build));
    let lowest =
        builds.min_by_key(|build| build.split('.').map(|it| it.parse().unwrap_or(u64::MAX)).collect::<Vec<_>>());
    match (lowest, main.is_some()) {
        (Some(build), _) => {
            let range = Range { fixed: Some(build.to_owned()), ..Range::default() };
            (Standing::Affected, vec![range], main)
        }
        // Known by the number of the update alone.
        (None, true) => (Standing::Affected, Vec::new(), main),
        // A web page in the place of a build: there is an update, and nobody can say which.
        (None, false) if !fixes.is_empty() => (Standing::Undetermined, Vec::new(), None),
        (None, false) => (Standing::NoFix, vec![Range::default()], None),
    }
}

fn gather(id: &str, weak: &Weak, products: &Products, updates: &mut Updates) {
    for fix in &weak.fixes {
        let Some(kb) = fix.kb() else { continue };
        for product in fix.products.iter().filter_map(|it| products.get(it)) {
            let update = updates.entry((kb.clone(), product.clone())).or_insert_with(|| Update {
                kb: kb.clone(),
                product: product.clone(),
                build: None,
                supersedes: Vec::new(),
                fixes: Vec::new(),
                url: web([fix.url.as_str()]).pop(),
            });
            if is_build(fix.build.trim()) && update.build.is_none() {
                update.build = Some(fix.build.trim().to_owned());
            }
            add(&mut update.supersedes, numbers(&fix.supercedence).filter(|it| *it != kb));
            add(&mut update.fixes, [id.to_owned()]);
        }
    }
}

/// Words without repetition, in their order.
fn each_once(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    words.into_iter().filter(|word| seen.insert(word.clone())).collect()
}
