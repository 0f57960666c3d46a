//! An entry of the details.

use super::{Entry, Product, add, cve, join, phrase, told};
use crate::{
    Cve, Ecosystem, Range, Record,
    cvss::scored,
    format::{cpe, web},
    source::{Element, Wrong, need},
    time::micros,
};

pub(super) fn records(entry: &Element) -> Result<Vec<Record>, Wrong> {
    let id = need("VulinfoID", entry.find(&["VulinfoID"]).and_then(Element::text))?;
    let data = need("VulinfoData", entry.find(&["VulinfoData"])).map_err(|wrong| wrong.of(id))?;
    let text = |path: &[&str]| data.find(path).and_then(Element::text);
    let title = need("VulinfoData Title", text(&["Title"])).map_err(|wrong| wrong.of(id))?;

    let related = || data.children("Related").flat_map(|it| it.children("RelatedItem"));
    let ids = || related().filter_map(|it| it.find(&["VulinfoID"])).filter_map(Element::text);
    let mut cves = Vec::new();
    add(&mut cves, ids().filter_map(cve));
    let mut cwe = Vec::new();
    add(&mut cwe, ids().filter(|id| id.starts_with("CWE-")).map(ToOwned::to_owned));
    let scores = data.children("Impact").flat_map(|it| it.children("Cvss")).filter_map(|it| {
        let part = |name| it.find(&[name]).and_then(Element::text);
        scored(part("Vector")?, part("Base").and_then(|score| score.parse().ok()), "jvn")
    });

    let mut affected = Vec::new();
    for item in data.children("Affected").flat_map(|it| it.children("AffectedItem")) {
        if item.attribute("affectedstatus").is_some_and(|status| status != "vulnerable") {
            continue;
        }
        let name = item.find(&["Cpe"]).and_then(Element::text).and_then(cpe::read);
        let (ecosystem, name) = match name {
            Some(name) => (Ecosystem::Cpe, name.product),
            None => match item.find(&["ProductName"]).and_then(Element::text) {
                Some(name) => (Ecosystem::Vendor, Ecosystem::Vendor.fold(name)),
                None => continue,
            },
        };
        join(&mut affected, Product { ecosystem, name, ranges: ranges(item) });
    }
    let cve = Cve {
        title: vec![told(title)],
        summary: text(&["VulinfoDescription", "Overview"]).map(told).into_iter().collect(),
        cvss: scores.collect(),
        published: text(&["DateFirstPublished"]).and_then(micros),
        modified: text(&["DateLastUpdated"]).and_then(micros),
        references: web(related().filter_map(|it| it.find(&["URL"])).filter_map(Element::text)),
        cwe,
        ..Cve::default()
    };
    Ok(Entry { jvndb: id.to_owned(), cves, cve, affected }.records())
}

/// All versions that can be read; none if there is none of these.
fn ranges(item: &Element) -> Option<Vec<Range>> {
    let ranges: Vec<_> = item.children("VersionNumber").filter_map(Element::text).filter_map(phrase::range).collect();
    (!ranges.is_empty()).then_some(ranges)
}
