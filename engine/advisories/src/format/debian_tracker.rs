//! Debian's security tracker: <https://security-tracker.debian.org/tracker/data/json>.
//!
//! Source package, then vulnerability, then release by its code name. `fixed_version` `0` says that the release was never
//! affected; `nodsa` that there will be no advisory, with the reason. How urgent a release is (`low`, `medium`, `high`, `unimportant`, some with `*` or
//! `**` behind it, which say that it was looked at) is all that the tracker knows of severity.

use std::{
    collections::{BTreeMap, HashSet},
    io::BufRead,
};

use serde::Deserialize;

use super::cve;
use crate::{
    Cve, Ecosystem, Lang, NameOf, Range, ReadError, Record, Severity, Standing, Statement,
    source::{Feed, Json, Wrong, need, typed},
};

#[derive(Deserialize)]
struct Entry {
    description: Option<String>,
    releases: Option<BTreeMap<String, Release>>,
}

#[derive(Deserialize)]
struct Release {
    status: Option<String>,
    fixed_version: Option<String>,
    urgency: Option<String>,
    nodsa_reason: Option<String>,
}

/// Releases of which anybody may still have machines. Older and unknown ones are left out.
const RELEASES: [(&str, &str); 8] = [
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("sid", "sid"),
];

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(input, feed);
    // A vulnerability stands under each package that has it; it is described once.
    let mut described: HashSet<String> = HashSet::new();
    json.object(|json, package| {
        if json.peek()? != Some(b'{') {
            let at = json.at();
            json.skip()?;
            return feed.skip(at, Wrong::bad("a package is no object").of(package));
        }
        json.object(|json, id| {
            let at = json.at();
            let entry = typed(json.value()?).and_then(|entry| records(package, id, entry, &mut described));
            feed.entry(at, entry.map_err(|wrong| wrong.of(&format!("{package} {id}"))))
        })
    })?;
    json.end()
}

fn records(package: &str, id: &str, entry: Entry, described: &mut HashSet<String>) -> Result<Vec<Record>, Wrong> {
    let releases = need("releases", entry.releases)?;
    let mut records = Vec::new();
    let severity = entry_severity(&releases);
    // `TEMP-…` stands for what has no number yet.
    let id = cve(id).unwrap_or_else(|| id.to_owned());
    for (name, release) in releases {
        let Some((_, number)) = RELEASES.iter().find(|(code, _)| *code == name) else { continue };
        let status = need("releases.*.status", release.status)?;
        let (standing, fixed) = match (status.as_str(), release.fixed_version) {
            (_, Some(zero)) if zero == "0" => (Standing::NotAffected, None),
            ("resolved", fixed) => (Standing::Affected, Some(need("releases.*.fixed_version", fixed)?)),
            ("open", _) => {
                let given_up = release.nodsa_reason.as_deref() == Some("ignored")
                    || release.urgency.as_deref() == Some("end-of-life");
                (if given_up { Standing::WillNotFix } else { Standing::NoFix }, None)
            }
            ("undetermined", _) => (Standing::Undetermined, None),
            (other, _) => return Err(Wrong::bad(format!("unknown status `{other}`"))),
        };
        let ranges = match standing {
            Standing::NotAffected | Standing::Undetermined => Vec::new(),
            _ => vec![Range { fixed, ..Range::default() }],
        };
        records.push(Record::Statement(Statement {
            key: format!("{id}|{number}|{package}"),
            id: id.clone(),
            advisory: None,
            ecosystem: Ecosystem::Debian((*number).to_owned()),
            package: package.to_owned(),
            by: NameOf::SourcePackage,
            ranges,
            standing,
            urgency: release.urgency.filter(|word| word != "not yet assigned"),
            arch: Vec::new(),
        }));
    }
    if let Some(text) = entry.description.filter(|text| !text.trim().is_empty())
        && described.insert(id.clone())
    {
        records.insert(0, Record::Cve(Cve { id, summary: vec![(Lang::En, text)], severity, ..Cve::default() }));
    }
    Ok(records)
}

/// The worst urgency of any release.
fn entry_severity(releases: &BTreeMap<String, Release>) -> Option<Severity> {
    let word = |release: &Release| match release.urgency.as_deref()?.trim_end_matches('*') {
        "unimportant" | "low" => Some(Severity::Low),
        "medium" => Some(Severity::Medium),
        "high" => Some(Severity::High),
        _ => None,
    };
    releases.values().filter_map(word).max()
}
