//! The XML of the API: kinds are words.

use std::io::BufRead;

use super::{Fix, Products, Updates, Weak, each_once, records};
use crate::{
    ReadError,
    source::{Element, Feed, Wrong, elements, need},
};

const ROOTS: [&str; 1] = ["cvrfdoc"];

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>, updates: &mut Updates) -> Result<u64, ReadError> {
    let mut products = Products::new();
    let mut last = 0;
    elements(
        input,
        feed,
        &ROOTS,
        |name| matches!(name, "ProductTree" | "Vulnerability"),
        |feed, element| {
            last = element.at;
            if element.name == "ProductTree" {
                gather(element, &mut products);
                return Ok(());
            }
            feed.entry(element.at, weak(element).and_then(|weak| records(&weak, &products, updates)))
        },
    )?;
    if last == 0 { Err(feed.changed("Vulnerability")) } else { Ok(last) }
}

/// The depth of what was read is bounded.
fn gather(element: &Element, products: &mut Products) {
    for child in &element.children {
        if let ("FullProductName", Some(number), Some(name)) =
            (child.name.as_str(), child.attribute("ProductID"), child.text())
        {
            products.insert(number.to_owned(), name.to_owned());
        }
        gather(child, products);
    }
}

fn weak(element: &Element) -> Result<Weak, Wrong> {
    let text = |path: &[&str]| element.find(path).and_then(Element::text).unwrap_or_default().to_owned();
    let within = |list: &'static str, one: &'static str| {
        element.children(list).flat_map(move |list| list.children(one)).collect::<Vec<_>>()
    };
    let is = |it: &&&Element, kind: &str| it.attribute("Type") == Some(kind);
    let texts =
        |it: &Element, name: &str| it.children(name).filter_map(Element::text).map(str::to_owned).collect::<Vec<_>>();
    let (statuses, threats) = (within("ProductStatuses", "Status"), within("Threats", "Threat"));
    let numbers =
        |kind: &str| each_once(statuses.iter().filter(|it| is(it, kind)).flat_map(|it| texts(it, "ProductID")));
    let threat = |kind: &str| {
        threats.iter().filter(|it| is(it, kind)).flat_map(|it| texts(it, "Description")).collect::<Vec<_>>()
    };
    let fixes = within("Remediations", "Remediation");
    let fix = |it: &&Element| {
        let one = |name: &str| it.find(&[name]).and_then(Element::text).unwrap_or_default().to_owned();
        Fix {
            description: one("Description"),
            url: one("URL"),
            supercedence: one("Supercedence"),
            build: one("FixedBuild"),
            kind: one("SubType"),
            products: texts(it, "ProductID"),
        }
    };
    let score = |it: &&Element| {
        let vector = it.find(&["Vector"]).and_then(Element::text)?.to_owned();
        Some((vector, it.find(&["BaseScore"]).and_then(Element::text).and_then(|it| it.parse().ok())))
    };
    let description = within("Notes", "Note").into_iter().find(|it| it.attribute("Title") == Some("Description"));
    let revisions = within("RevisionHistory", "Revision");
    let cwe = element.children("CWE").filter_map(|it| it.attribute("ID")).filter(|it| it.starts_with("CWE-"));
    Ok(Weak {
        id: need("Vulnerability/CVE", Some(text(&["CVE"])).filter(|it| !it.is_empty()))?,
        title: text(&["Title"]),
        description: description.and_then(Element::text).unwrap_or_default().to_owned(),
        cwe: each_once(cwe.map(str::to_owned)),
        severities: threat("Severity"),
        exploit_status: threat("Exploit Status").join(";"),
        scores: within("CVSSScoreSets", "ScoreSet").iter().filter_map(score).collect(),
        affected: numbers("Known Affected"),
        not_affected: numbers("Known Not Affected"),
        fixes: fixes.iter().filter(|it| is(it, "Vendor Fix")).map(fix).collect(),
        dates: revisions.iter().flat_map(|it| texts(it, "Date")).collect(),
    })
}
