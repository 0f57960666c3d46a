//! The National Vulnerability Database, API 2.0: <https://nvd.nist.gov/developers/vulnerabilities>, one page of it or
//! many joined into one `vulnerabilities`.
//!
//! A configuration may say "this program, running on that system". The program is taken, the condition is not: what the
//! NVD marks as vulnerable is reported wherever it is installed. `negate` is not understood, and such a node left out.

use std::{collections::BTreeMap, io::BufRead};

use serde::Deserialize;

use super::{cpe, cve, web};
use crate::{
    Cve, Cvss, CvssVersion, Ecosystem, Lang, NameOf, Range, ReadError, Record, Standing, Statement,
    cvss::newest_severity,
    source::{Feed, Json, Wrong, need, typed},
    time::micros,
};

#[derive(Deserialize)]
struct Entry {
    cve: Option<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: Option<String>,
    published: Option<String>,
    last_modified: Option<String>,
    #[serde(default)]
    vuln_status: String,
    descriptions: Option<Vec<Text>>,
    #[serde(default)]
    metrics: Metrics,
    #[serde(default)]
    weaknesses: Vec<Weakness>,
    #[serde(default)]
    configurations: Vec<Configuration>,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Text {
    lang: String,
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metrics {
    #[serde(rename = "cvssMetricV40")]
    v4: Vec<Metric>,
    #[serde(rename = "cvssMetricV31")]
    v31: Vec<Metric>,
    #[serde(rename = "cvssMetricV30")]
    v30: Vec<Metric>,
    #[serde(rename = "cvssMetricV2")]
    v2: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    #[serde(default)]
    source: String,
    #[serde(default, rename = "type")]
    kind: String,
    cvss_data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    vector_string: String,
    base_score: f64,
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(default)]
    description: Vec<Text>,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default)]
    negate: bool,
    #[serde(default)]
    cpe_match: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    vulnerable: bool,
    criteria: String,
    version_start_including: Option<String>,
    version_start_excluding: Option<String>,
    version_end_including: Option<String>,
    version_end_excluding: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(input, feed);
    let mut has_list = false;
    json.object(|json, name| match name {
        "format" => {
            let format: Result<String, _> = typed(json.value()?);
            if format.is_ok_and(|format| format == "NVD_CVE") { Ok(()) } else { Err(feed.changed("format: NVD_CVE")) }
        }
        "vulnerabilities" => {
            has_list = true;
            json.array(|json| {
                let at = json.at();
                let entry = typed(json.value()?).and_then(records);
                feed.entry(at, entry)
            })
        }
        _ => json.skip(),
    })?;
    json.end()?;
    if has_list { Ok(()) } else { Err(feed.changed("vulnerabilities")) }
}

fn records(entry: Entry) -> Result<Vec<Record>, Wrong> {
    let item = need("vulnerabilities[].cve", entry.cve)?;
    let id = need("vulnerabilities[].cve.id", item.id)?;
    let id = cve(&id).ok_or_else(|| Wrong::bad("`cve.id` is no CVE").of(&id))?;
    let descriptions = need("vulnerabilities[].cve.descriptions", item.descriptions).map_err(|wrong| wrong.of(&id))?;
    let rejected = item.vuln_status.eq_ignore_ascii_case("rejected");
    let english = descriptions.into_iter().find(|text| text.lang == "en").map(|text| text.value);
    let cvss = scores(item.metrics);
    let mut cwe = Vec::new();
    let weaknesses = item.weaknesses.into_iter().flat_map(|it| it.description).map(|it| it.value);
    super::add(&mut cwe, weaknesses.filter(|value| value.starts_with("CWE-")));

    let mut records = vec![Record::Cve(Cve {
        replaced_by: english.as_deref().filter(|_| rejected).map(|text| replaced(text, &id)).unwrap_or_default(),
        summary: english.into_iter().map(|text| (Lang::En, text)).collect(),
        severity: newest_severity(&cvss),
        cvss,
        published: item.published.as_deref().and_then(micros),
        modified: item.last_modified.as_deref().and_then(micros),
        rejected,
        references: web(item.references.iter().map(|it| it.url.as_str())),
        cwe,
        id: id.clone(),
        ..Cve::default()
    })];
    if !rejected {
        records.extend(statements(&id, item.configurations));
    }
    Ok(records)
}

/// The newest edition first, and of each the NVD's own (`Primary`) before those of others.
fn scores(metrics: Metrics) -> Vec<Cvss> {
    let editions = [
        (CvssVersion::V4, metrics.v4),
        (CvssVersion::V31, metrics.v31),
        (CvssVersion::V30, metrics.v30),
        (CvssVersion::V2, metrics.v2),
    ];
    let mut scores = Vec::new();
    for (version, mut metrics) in editions {
        metrics.sort_by_key(|metric| metric.kind != "Primary");
        scores.extend(metrics.into_iter().map(|metric| Cvss {
            version,
            vector: metric.cvss_data.vector_string,
            score: metric.cvss_data.base_score,
            by: if metric.source == "nvd@nist.gov" { "nvd".to_owned() } else { metric.source },
        }));
    }
    scores
}

/// `ConsultIDs: CVE-2024-1111.` and its like: the other numbers in a rejected one's text.
fn replaced(text: &str, id: &str) -> Vec<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    let mut others = Vec::new();
    super::add(&mut others, words.filter_map(cve).filter(|other| other != id));
    others
}

fn statements(id: &str, configurations: Vec<Configuration>) -> Vec<Record> {
    let nodes = configurations.into_iter().flat_map(|it| it.nodes).filter(|node| !node.negate);
    let mut products: BTreeMap<(String, Option<String>), Vec<Range>> = BTreeMap::new();
    for one in nodes.flat_map(|node| node.cpe_match).filter(|one| one.vulnerable) {
        let Some(cpe) = cpe::read(&one.criteria) else { continue };
        let ranges = products.entry((cpe.product, cpe.arch)).or_default();
        let range = Range {
            introduced_exclusive: one.version_start_excluding.is_some(),
            introduced: one.version_start_excluding.or(one.version_start_including),
            last_affected: one.version_end_including.filter(|_| one.version_end_excluding.is_none()),
            fixed: one.version_end_excluding,
            exact: Vec::new(),
        };
        match cpe.version {
            // Single versions are gathered in one range: some products have hundreds.
            Some(version) => match ranges.iter_mut().find(|it| !it.exact.is_empty()) {
                Some(exact) => super::add(&mut exact.exact, [version]),
                None => ranges.push(Range { exact: vec![version], ..Range::default() }),
            },
            None if ranges.contains(&range) => {}
            None => ranges.push(range),
        }
    }
    products
        .into_iter()
        .map(|((package, arch), ranges)| {
            Record::Statement(Statement {
                key: format!("{id}|{package}|{}", arch.as_deref().unwrap_or_default()),
                id: id.to_owned(),
                advisory: None,
                ecosystem: Ecosystem::Cpe,
                package,
                by: NameOf::Product,
                ranges,
                standing: Standing::Affected,
                urgency: None,
                arch: arch.into_iter().collect(),
            })
        })
        .collect()
}
