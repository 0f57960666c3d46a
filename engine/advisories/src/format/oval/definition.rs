//! A definition: which vulnerabilities it is about, and which tests tell who has them.

use super::Distribution;
use crate::{
    Cve, Lang, Severity, Standing,
    cvss::{newest_severity, scored},
    format::{add, cve, web},
    source::{Element, Wrong, need},
    time::micros,
};

/// What is kept of a definition until the tests are known.
pub(super) struct Definition {
    pub(super) at: u64,
    /// CVEs, or the advisory that has none.
    pub(super) about: Vec<String>,
    pub(super) advisory: Option<String>,
    /// `22.04`, `9`.
    pub(super) release: String,
    pub(super) urgency: Option<String>,
    pub(super) leaves: Vec<Leaf>,
    /// Red Hat's components without an update.
    pub(super) unfixed: Vec<(String, Standing)>,
}

/// A test that the definition names.
pub(super) struct Leaf {
    pub(super) test: String,
    /// What Ubuntu's comment says of a package without an update.
    pub(super) said: Option<Standing>,
    /// The module that has to be enabled, `nodejs:18`.
    pub(super) module: Option<String>,
}

pub(super) fn read(element: &Element, distribution: Distribution) -> Result<Option<(Definition, Vec<Cve>)>, Wrong> {
    let class = need("definition class", element.attribute("class"))?;
    if class != "vulnerability" && class != "patch" {
        return Ok(None);
    }
    let name = need("definition id", element.attribute("id"))?;
    definition(element, class, distribution).map(Some).map_err(|wrong| wrong.of(name))
}

fn definition(element: &Element, class: &str, distribution: Distribution) -> Result<(Definition, Vec<Cve>), Wrong> {
    let metadata = need("definition metadata", element.find(&["metadata"]))?;
    let advisory = need("definition metadata advisory", metadata.find(&["advisory"]))?;
    let release = need("definition metadata affected platform", release(metadata, distribution))?;

    let references: Vec<_> = metadata.children("reference").collect();
    let mut about = Vec::new();
    add(&mut about, advisory.children("cve").filter_map(Element::text).filter_map(cve));
    add(&mut about, references.iter().filter_map(|it| it.attribute("ref_id")).filter_map(cve));
    let number = references.iter().find(|it| !it.attribute("source").is_some_and(|it| it.eq_ignore_ascii_case("cve")));
    let number = number.and_then(|it| it.attribute("ref_id")).map(ToOwned::to_owned);
    if about.is_empty() {
        about.push(need("definition metadata reference", number.clone())?);
    }

    let urgency = advisory.find(&["severity"]).and_then(Element::text);
    let cves = cves(metadata, advisory, urgency, &about, class == "vulnerability");
    let mut leaves = Vec::new();
    walk(need("definition criteria", element.find(&["criteria"]))?, None, &mut leaves);
    let definition = Definition {
        at: element.at,
        about,
        advisory: number,
        release,
        urgency: urgency.map(ToOwned::to_owned),
        leaves,
        unfixed: unfixed(advisory),
    };
    Ok((definition, cves))
}

/// `Ubuntu 22.04 LTS`, `Red Hat Enterprise Linux 9`: the first number in the platform's name.
fn release(metadata: &Element, distribution: Distribution) -> Option<String> {
    let platforms = metadata.children("affected").flat_map(|it| it.children("platform")).filter_map(Element::text);
    let vendor = if distribution == Distribution::Ubuntu { "Ubuntu" } else { "Red Hat Enterprise Linux" };
    platforms.filter_map(|platform| platform.strip_prefix(vendor)).find_map(|rest| {
        let number = rest.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
        Some(number.to_owned())
    })
}

/// What the advisory says of each CVE. Its description is of the CVE only if the definition is about that alone.
fn cves(metadata: &Element, advisory: &Element, word: Option<&str>, about: &[String], alone: bool) -> Vec<Cve> {
    let described = metadata.find(&["description"]).and_then(Element::text).filter(|_| alone && about.len() == 1);
    let text = |name: &str| advisory.find(&[name]).and_then(Element::text);
    let of = |id: &String| {
        let own = advisory.children("cve").find(|it| it.text().and_then(cve).as_ref() == Some(id));
        let attribute = |name| own.and_then(|it| it.attribute(name));
        // Red Hat writes `8.8/CVSS:3.1/AV:N/…`, Ubuntu score and vector apart.
        let red_hat = ["cvss3", "cvss2"].into_iter().filter_map(|name| {
            let (score, vector) = attribute(name)?.split_once('/')?;
            scored(vector, score.parse().ok(), "redhat")
        });
        let ubuntu = attribute("cvss_vector")
            .and_then(|vector| scored(vector, attribute("cvss_score").and_then(|it| it.parse().ok()), "ubuntu"));
        let cvss: Vec<_> = red_hat.chain(ubuntu).collect();
        let word = attribute("impact").or_else(|| attribute("priority")).or(word.filter(|_| alone));
        let cwe = attribute("cwe").unwrap_or_default();
        Cve {
            id: id.clone(),
            summary: described.map(|text| (Lang::En, text.to_owned())).into_iter().collect(),
            severity: word.and_then(Severity::from_word).or_else(|| newest_severity(&cvss)),
            cvss,
            // Ubuntu writes it for the definition as well, and in its older files only there.
            published: attribute("public").or_else(|| text("public_date").filter(|_| alone)).and_then(micros),
            references: web(attribute("href")),
            cwe: cwe
                .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'))
                .filter(|part| part.starts_with("CWE-"))
                .map(ToOwned::to_owned)
                .collect(),
            ..Cve::default()
        }
    };
    about.iter().filter(|id| cve(id).is_some()).map(of).collect()
}

fn walk(criteria: &Element, module: Option<&str>, leaves: &mut Vec<Leaf>) {
    let is_negated = |element: &Element| element.attribute("negate") == Some("true");
    if is_negated(criteria) {
        return;
    }
    let comments = criteria.children("criterion").filter_map(|it| it.attribute("comment"));
    let module =
        comments.filter_map(|comment| comment.strip_prefix("Module ")?.strip_suffix(" is enabled")).next().or(module);
    for child in &criteria.children {
        match child.name.as_str() {
            "criteria" => walk(child, module, leaves),
            "criterion" if !is_negated(child) => leaves.extend(child.attribute("test_ref").map(|test| Leaf {
                test: test.to_owned(),
                said: child.attribute("comment").and_then(said),
                module: module.map(ToOwned::to_owned),
            })),
            _ => {}
        }
    }
}

/// The sentences that Canonical's generator writes for packages without an update.
fn said(comment: &str) -> Option<Standing> {
    const SAID: [(&str, Standing); 7] = [
        ("no release version available", Standing::Undetermined),
        ("decision has been made to defer", Standing::WillNotFix),
        ("decision has been made to ignore", Standing::WillNotFix),
        ("may need fixing", Standing::Undetermined),
        ("needs fixing", Standing::NoFix),
        ("pending publication", Standing::NoFix),
        ("is affected", Standing::NoFix),
    ];
    SAID.iter().find(|(part, _)| comment.contains(part)).map(|(_, standing)| *standing)
}

/// Red Hat's list of components without an update, with what it will do about them.
fn unfixed(advisory: &Element) -> Vec<(String, Standing)> {
    let resolutions = advisory.children("affected").flat_map(|it| it.children("resolution"));
    resolutions
        .flat_map(|resolution| {
            let standing = match resolution.attribute("state").unwrap_or_default().to_ascii_lowercase().as_str() {
                "will not fix" | "out of support scope" => Standing::WillNotFix,
                "under investigation" => Standing::Undetermined,
                "not affected" => Standing::NotAffected,
                // `Affected`, `Fix deferred`.
                _ => Standing::NoFix,
            };
            resolution.children("component").filter_map(Element::text).map(move |it| (it.to_owned(), standing))
        })
        .collect()
}
