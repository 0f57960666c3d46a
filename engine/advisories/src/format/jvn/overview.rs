//! An item of the overview.

use super::{Entry, Product, add, cve, join, told};
use crate::{
    Cve, Ecosystem, Range, Record,
    cvss::scored,
    format::{cpe, web},
    source::{Element, Wrong, need},
    time::micros,
};

const NOTHING: &str = "該当する脆弱性対策情報はありません";

pub(super) fn records(item: &Element) -> Result<Vec<Record>, Wrong> {
    let text = |name: &str| item.find(&[name]).and_then(Element::text);
    // What the API gives where nothing fits: one item that says so.
    if text("identifier").is_none() && text("title").is_some_and(|title| title.contains(NOTHING)) {
        return Ok(Vec::new());
    }
    let id = need("item sec:identifier", text("identifier"))?;
    let title = need("item title", text("title")).map_err(|wrong| wrong.of(id))?;
    let references = || item.children("references");
    let mut cves = Vec::new();
    add(&mut cves, references().filter_map(|it| it.attribute("id")).filter_map(cve));
    let mut cwe = Vec::new();
    let weaknesses = references().filter_map(|it| it.attribute("id")).filter(|id| id.starts_with("CWE-"));
    add(&mut cwe, weaknesses.map(ToOwned::to_owned));
    let scores = item.children("cvss").filter_map(|it| {
        scored(it.attribute("vector")?, it.attribute("score").and_then(|score| score.parse().ok()), "jvn")
    });

    let mut affected = Vec::new();
    for name in item.children("cpe").filter_map(Element::text).filter_map(cpe::read) {
        // The overview mostly leaves the versions out; which ones they are is then not known.
        let ranges = name.version.map(|version| vec![Range { exact: vec![version], ..Range::default() }]);
        join(&mut affected, Product { ecosystem: Ecosystem::Cpe, name: name.product, ranges });
    }
    let cve = Cve {
        title: vec![told(title)],
        summary: text("description").map(told).into_iter().collect(),
        cvss: scores.collect(),
        published: text("issued").and_then(micros),
        modified: text("modified").or_else(|| text("date")).and_then(micros),
        references: web(text("link").into_iter().chain(references().filter_map(Element::text))),
        cwe,
        ..Cve::default()
    };
    Ok(Entry { jvndb: id.to_owned(), cves, cve, affected }.records())
}
