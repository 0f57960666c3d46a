//! Microsoft's advisories in CSAF 2.0: <https://msrc.microsoft.com/csaf/>, one document for each CVE;
//! <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>.
//!
//! The tree of products names each release of a product with a number, and beneath it the version that has the update. A
//! remediation names the update (KB) for such numbers. CSAF has no field for what an update takes the place of; `supercedence`
//! is read where it stands, as in Microsoft's CVRF (`cvrf/`).

use std::{collections::BTreeMap, io::BufRead};

use serde::Deserialize;

use super::{
    add, cve, web,
    windows::{is_build, numbers, statement},
};
use crate::{
    Cve, Ecosystem, Lang, Range, ReadError, Record, Severity, Standing, Update,
    cvss::{newest_severity, scored},
    source::{Feed, Json, Wrong, need, typed},
    time::micros,
};

#[derive(Deserialize)]
struct Advisory {
    document: Option<About>,
    #[serde(default)]
    product_tree: Branch,
    vulnerabilities: Option<Vec<Vulnerability>>,
}

#[derive(Deserialize)]
struct About {
    #[serde(default)]
    title: String,
    tracking: Option<Tracking>,
    aggregate_severity: Option<Aggregate>,
}

#[derive(Deserialize)]
struct Tracking {
    current_release_date: Option<String>,
    initial_release_date: Option<String>,
}

#[derive(Deserialize)]
struct Aggregate {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Branch {
    category: String,
    name: String,
    product: Option<Product>,
    branches: Vec<Branch>,
}

#[derive(Deserialize)]
struct Product {
    product_id: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    cve: Option<String>,
    cwe: Option<Weakness>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    notes: Vec<Note>,
    #[serde(default)]
    product_status: Status,
    #[serde(default)]
    remediations: Vec<Remediation>,
    #[serde(default)]
    scores: Vec<Score>,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Weakness {
    id: String,
}

#[derive(Deserialize)]
struct Note {
    #[serde(default)]
    category: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    fixed: Vec<String>,
    known_affected: Vec<String>,
    known_not_affected: Vec<String>,
}

#[derive(Deserialize)]
struct Remediation {
    #[serde(default)]
    category: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    product_ids: Vec<String>,
    #[serde(default)]
    url: String,
    #[serde(default)]
    supercedence: String,
}

#[derive(Deserialize)]
struct Score {
    cvss_v3: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    vector_string: String,
    base_score: f64,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

/// A number of the tree: the product it belongs to, and the version or the range that it stands for.
struct Numbered {
    product: String,
    version: String,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(input, feed);
    while json.peek()?.is_some() {
        if json.peek()? != Some(b'{') {
            return Err(json.unexpected("an object"));
        }
        let at = json.at();
        let records = typed(json.value()?).and_then(records);
        feed.entry(at, records)?;
    }
    if json.at() == 0 { Err(json.unexpected("an object")) } else { Ok(()) }
}

fn records(advisory: Advisory) -> Result<Vec<Record>, Wrong> {
    let about = need("document", advisory.document)?;
    let mut numbered = BTreeMap::new();
    gather(&advisory.product_tree, "", &mut numbered);
    let mut records = Vec::new();
    for vulnerability in need("vulnerabilities", advisory.vulnerabilities)? {
        let id = need("vulnerabilities[].cve", vulnerability.cve.as_deref())?;
        let id = cve(id).ok_or_else(|| Wrong::bad("`cve` is no CVE").of(id))?;
        records.push(Record::Cve(described(&id, &about, &vulnerability)));
        records.extend(statements(&id, &vulnerability, &numbered));
        records.extend(updates(&id, &vulnerability.remediations, &numbered));
    }
    Ok(records)
}

/// Walks the tree; serde has bounded its depth.
fn gather(branch: &Branch, product: &str, numbered: &mut BTreeMap<String, Numbered>) {
    let product = if branch.category == "product_name" { branch.name.as_str() } else { product };
    if let Some(Product { product_id }) = &branch.product {
        let version = if branch.category.starts_with("product_version") { branch.name.clone() } else { String::new() };
        numbered.insert(product_id.clone(), Numbered { product: product.to_owned(), version });
    }
    branch.branches.iter().for_each(|branch| gather(branch, product, numbered));
}

fn described(id: &str, about: &About, vulnerability: &Vulnerability) -> Cve {
    let mut cvss = Vec::new();
    for data in vulnerability.scores.iter().filter_map(|it| it.cvss_v3.as_ref()) {
        // One score for each group of products, mostly the same.
        let score = scored(&data.vector_string, Some(data.base_score), "microsoft");
        cvss.extend(score.filter(|score| !cvss.contains(score)));
    }
    let title = if vulnerability.title.is_empty() { &about.title } else { &vulnerability.title };
    let note = vulnerability.notes.iter().find(|it| it.category == "description" || it.category == "summary");
    let date = |of: fn(&Tracking) -> Option<&String>| about.tracking.as_ref().and_then(of).and_then(|it| micros(it));
    let word = about.aggregate_severity.as_ref().and_then(|it| Severity::from_word(&it.text));
    Cve {
        id: id.to_owned(),
        title: Some(title.clone()).filter(|it| !it.is_empty()).map(|it| (Lang::En, it)).into_iter().collect(),
        summary: note.map(|it| (Lang::En, it.text.clone())).into_iter().collect(),
        severity: word.or_else(|| newest_severity(&cvss)),
        cvss,
        published: date(|it| it.initial_release_date.as_ref()),
        modified: date(|it| it.current_release_date.as_ref()),
        references: web(vulnerability.references.iter().map(|it| it.url.as_str())),
        cwe: vulnerability.cwe.iter().map(|it| it.id.clone()).collect(),
        ..Cve::default()
    }
}

fn statements(id: &str, vulnerability: &Vulnerability, numbered: &BTreeMap<String, Numbered>) -> Vec<Record> {
    let status = &vulnerability.product_status;
    let mut said: BTreeMap<&str, (Standing, Vec<Range>)> = BTreeMap::new();
    let named = |ids: &'_ [String]| ids.iter().filter_map(|id| numbered.get(id)).collect::<Vec<_>>();
    for it in named(&status.known_not_affected) {
        said.insert(&it.product, (Standing::NotAffected, Vec::new()));
    }
    for it in named(&status.known_affected) {
        // `<10.0.19045.3930`; what has no version there has no update yet.
        // CSAF 2.1 will have `vers:generic/<10.0.19045.3930`.
        let version =
            it.version.strip_prefix("vers:").and_then(|it| it.split_once('/')).map_or(&*it.version, |it| it.1);
        let fixed = version.strip_prefix('<').map(str::trim);
        let entry = said.entry(&it.product).or_insert((Standing::NoFix, Vec::new()));
        match fixed {
            Some(fixed) if is_build(fixed) => {
                let range = Range { fixed: Some(fixed.to_owned()), ..Range::default() };
                entry.0 = Standing::Affected;
                entry.1.retain(|it| it.fixed.is_some() && *it != range);
                entry.1.push(range);
            }
            // Office names a web page in the place of a version: there is an update, and nobody can say which.
            Some(_) => *entry = (Standing::Undetermined, Vec::new()),
            None if entry.1.is_empty() => *entry = (Standing::NoFix, vec![Range::default()]),
            None => {}
        }
    }
    for it in named(&status.fixed).into_iter().filter(|it| is_build(&it.version)) {
        let entry = said.entry(&it.product).or_insert((Standing::Affected, Vec::new()));
        // Said before by the range of those that are affected.
        if entry.1.iter().any(|range| range.fixed.is_some()) {
            continue;
        }
        *entry = (Standing::Affected, vec![Range { fixed: Some(it.version.clone()), ..Range::default() }]);
    }
    said.into_iter()
        .map(|(product, (standing, ranges))| {
            let package = Ecosystem::Windows.fold(product);
            let advisory =
                if standing == Standing::Affected { kb(product, &vulnerability.remediations, numbered) } else { None };
            statement(id, package, standing, ranges, advisory)
        })
        .collect()
}

/// The update that mends a product.
fn kb(product: &str, remediations: &[Remediation], numbered: &BTreeMap<String, Numbered>) -> Option<String> {
    let is_of = |it: &&Remediation| {
        let named = it.product_ids.iter().filter_map(|id| numbered.get(id));
        it.category == "vendor_fix" && named.map(|it| it.product.as_str()).any(|it| it == product)
    };
    remediations.iter().filter(is_of).find_map(|it| numbers(&it.url).chain(numbers(&it.details)).next())
}

fn updates(id: &str, remediations: &[Remediation], numbered: &BTreeMap<String, Numbered>) -> Vec<Record> {
    let mut updates: BTreeMap<(String, &str), Update> = BTreeMap::new();
    for remediation in remediations.iter().filter(|it| it.category == "vendor_fix") {
        // `…/help/5034122`, `…q=KB5034122`, or in the details.
        let Some(kb) = numbers(&remediation.url).chain(numbers(&remediation.details)).next() else { continue };
        // `10.0.19045.3930:Security Update:https://…`.
        let build = remediation.details.split(':').next().map(str::trim).filter(|text| is_build(text));
        for it in remediation.product_ids.iter().filter_map(|id| numbered.get(id)) {
            let update = updates.entry((kb.clone(), &it.product)).or_insert_with(|| Update {
                kb: kb.clone(),
                product: it.product.clone(),
                build: build.map(ToOwned::to_owned),
                supersedes: Vec::new(),
                fixes: vec![id.to_owned()],
                url: web([remediation.url.as_str()]).pop(),
            });
            add(&mut update.supersedes, numbers(&remediation.supercedence).filter(|it| *it != kb));
        }
    }
    updates.into_values().map(Record::Update).collect()
}
