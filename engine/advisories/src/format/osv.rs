//! The Open Source Vulnerability format: <https://ossf.github.io/osv-schema/>, version 1.
//!
//! One object, an array of them, or one object after another (a line each). The members of `all.zip` are the caller's to
//! take out; each is a feed of its own or they are joined by line ends.

use std::io::BufRead;

use serde::Deserialize;

use super::{add, cve, web};
use crate::{
    Cve, Cvss, Ecosystem, Lang, NameOf, Range, ReadError, Record, Severity, Standing, Statement,
    cvss::{newest_severity, scored},
    source::{Feed, Json, Wrong, need, typed},
    time::micros,
};

#[derive(Deserialize)]
struct Entry {
    id: Option<String>,
    modified: Option<String>,
    published: Option<String>,
    withdrawn: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    /// Since 1.7: what a distribution's advisory is about.
    #[serde(default)]
    upstream: Vec<String>,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    severity: Vec<Score>,
    #[serde(default)]
    affected: Vec<Affected>,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    database_specific: Specific,
}

#[derive(Deserialize)]
struct Score {
    #[serde(default)]
    score: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

/// What databases add, as far as several do: GitHub says `severity`, Debian and Ubuntu `urgency`. Where a range has no end, GitHub
/// says beside it until where it was seen: `<= 1.0.4`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Specific {
    severity: serde_json::Value,
    urgency: serde_json::Value,
    cwe_ids: serde_json::Value,
    last_known_affected_version_range: serde_json::Value,
}

#[derive(Deserialize)]
struct Affected {
    package: Option<Package>,
    #[serde(default)]
    ranges: Vec<Events>,
    #[serde(default)]
    versions: Vec<String>,
    #[serde(default)]
    database_specific: Specific,
    #[serde(default)]
    ecosystem_specific: Specific,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct Events {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(input, feed);
    match json.peek()? {
        Some(b'[') => {
            json.array(|json| one(json, feed))?;
            json.end()
        }
        Some(b'{') => {
            while json.peek()?.is_some() {
                one(&mut json, feed)?;
            }
            Ok(())
        }
        _ => Err(json.unexpected("an object or an array")),
    }
}

fn one<R: BufRead>(json: &mut Json<R>, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let at = json.at();
    let records = typed(json.value()?).and_then(|entry: Entry| {
        let id = need("id", entry.id.clone())?;
        records(&id, entry).map_err(|wrong| wrong.of(&id))
    });
    feed.entry(at, records)
}

fn records(id: &str, entry: Entry) -> Result<Vec<Record>, Wrong> {
    let modified = need("modified", entry.modified)?;
    if entry.withdrawn.is_some() {
        return Ok(vec![Record::Withdrawn { id: id.to_owned() }]);
    }
    let mut cves = Vec::new();
    add(
        &mut cves,
        [id].into_iter().chain(entry.aliases.iter().chain(&entry.upstream).map(String::as_str)).filter_map(cve),
    );
    let mut records = Vec::new();

    // A distribution's advisory about several CVEs describes none of them.
    let own = match cves.as_slice() {
        [] => Some(id.to_owned()),
        [one] => Some(one.clone()),
        _ => None,
    };
    if let Some(own) = own {
        let mut aliases = Vec::new();
        add(&mut aliases, [id.to_owned()].into_iter().chain(entry.aliases).filter(|alias| *alias != own));
        let cvss: Vec<Cvss> = entry.severity.iter().filter_map(|it| scored(&it.score, None, "osv")).collect();
        let word = entry.database_specific.severity.as_str().and_then(Severity::from_word);
        let text = |text: String| if text.trim().is_empty() { Vec::new() } else { vec![(Lang::En, text)] };
        let cwe = entry.database_specific.cwe_ids.as_array().map_or(&[][..], Vec::as_slice);
        records.push(Record::Cve(Cve {
            id: own,
            aliases,
            title: text(entry.summary),
            summary: text(entry.details),
            severity: word.or_else(|| newest_severity(&cvss)),
            cvss,
            published: entry.published.as_deref().and_then(micros),
            modified: micros(&modified),
            references: web(entry.references.iter().map(|it| it.url.as_str())),
            cwe: cwe.iter().filter_map(|it| it.as_str()).map(ToOwned::to_owned).collect(),
            ..Cve::default()
        }));
    }

    // `DEBIAN-CVE-2026-10001` is a distribution's page about a CVE, no advisory.
    let advisory = Some(id).filter(|id| !cves.is_empty() && !cves.iter().any(|cve| id.ends_with(cve.as_str())));
    let about = if cves.is_empty() { vec![id.to_owned()] } else { cves };
    for affected in entry.affected {
        // Some are about a commit range in a repository alone: nothing that is installed has such a version.
        let Some(package) = affected.package else { continue };
        let ecosystem = ecosystem(&package.ecosystem);
        let mut ranges = ranges(&ecosystem, affected.ranges, affected.versions);
        end(&mut ranges, affected.database_specific.last_known_affected_version_range.as_str());
        if ranges.is_empty() {
            continue;
        }
        let ends = |range: &Range| range.fixed.is_some() || range.last_affected.is_some() || !range.exact.is_empty();
        let standing = if ranges.iter().any(ends) { Standing::Affected } else { Standing::NoFix };
        let urgency = [&affected.ecosystem_specific, &affected.database_specific];
        let urgency = urgency.iter().find_map(|it| it.urgency.as_str().or(it.severity.as_str()));
        let urgency = urgency.filter(|word| *word != "not yet assigned");
        let package = ecosystem.fold(&package.name);
        for id in &about {
            records.push(Record::Statement(Statement {
                key: format!("{}|{id}|{ecosystem}|{package}", advisory.unwrap_or_default()),
                id: id.clone(),
                advisory: advisory.map(ToOwned::to_owned),
                by: named(&ecosystem),
                ecosystem: ecosystem.clone(),
                package: package.clone(),
                ranges: ranges.clone(),
                standing,
                urgency: urgency.map(ToOwned::to_owned),
                arch: Vec::new(),
            }));
        }
    }
    merge(&mut records);
    Ok(records)
}

/// GitHub writes one `affected` for each range of a package; a key stands for all of them.
fn merge(records: &mut Vec<Record>) {
    let mut merged: Vec<Record> = Vec::with_capacity(records.len());
    for record in records.drain(..) {
        let Record::Statement(statement) = record else {
            merged.push(record);
            continue;
        };
        let same = merged.iter_mut().find_map(|it| match it {
            Record::Statement(before) if before.key == statement.key => Some(before),
            _ => None,
        });
        match same {
            Some(before) => {
                before.ranges.extend(statement.ranges);
                if statement.standing == Standing::Affected {
                    before.standing = Standing::Affected;
                }
            }
            None => merged.push(Record::Statement(statement)),
        }
    }
    *records = merged;
}

/// The names of the specification's list of ecosystems, with the release behind the colon.
fn ecosystem(name: &str) -> Ecosystem {
    let (head, release) = name.split_once(':').unwrap_or((name, ""));
    match (head, release) {
        ("Debian", release) if !release.is_empty() => Ecosystem::Debian(release.to_owned()),
        // `22.04:LTS`. Updates that only subscribers get are another one: `Ubuntu:Pro:22.04:LTS`.
        ("Ubuntu", release) if release.starts_with(|first: char| first.is_ascii_digit()) => {
            Ecosystem::Ubuntu(release.split(':').next().unwrap_or_default().to_owned())
        }
        // `enterprise_linux:9::baseos`.
        ("Red Hat", product) if product.starts_with("enterprise_linux:") => {
            let release = product.split(':').nth(1).unwrap_or_default();
            Ecosystem::Rhel(release.split('.').next().unwrap_or_default().to_owned())
        }
        ("PyPI", "") => Ecosystem::Pypi,
        ("npm", "") => Ecosystem::Npm,
        ("crates.io", "") => Ecosystem::Cargo,
        ("Maven", _) => Ecosystem::Maven,
        ("Go", "") => Ecosystem::Go,
        _ => Ecosystem::Other(name.to_owned()),
    }
}

/// Debian and Ubuntu name source packages in this format, Red Hat installed ones.
fn named(ecosystem: &Ecosystem) -> NameOf {
    match ecosystem {
        Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) => NameOf::SourcePackage,
        // `Ubuntu:Pro:…`.
        Ecosystem::Other(name) if name.starts_with("Ubuntu:") => NameOf::SourcePackage,
        _ => NameOf::BinaryPackage,
    }
}

/// Ends what has no end where the database says until where it is known.
fn end(ranges: &mut [Range], known: Option<&str>) {
    let known = known.map(str::trim);
    let last = known.and_then(|text| text.strip_prefix("<="));
    let first = known.and_then(|text| text.strip_prefix('<')).filter(|_| last.is_none());
    let version = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty() && !it.contains([' ', ',']));
    let is_open = |range: &&mut Range| range.fixed.is_none() && range.last_affected.is_none() && range.exact.is_empty();
    for range in ranges.iter_mut().filter(is_open) {
        (range.last_affected, range.fixed) = (last.and_then(version), first.and_then(version));
    }
}

/// Events are points in the order of versions, wherever they stand in the list. Where there are ranges, the list of
/// versions beside them only tells them out, and is left out: it can have thousands.
fn ranges(ecosystem: &Ecosystem, lists: Vec<Events>, versions: Vec<String>) -> Vec<Range> {
    let mut ranges = Vec::new();
    for list in lists.into_iter().filter(|list| list.kind == "SEMVER" || list.kind == "ECOSYSTEM") {
        let mut events = list.events;
        let point = |event: &Event| {
            let text = event.introduced.as_ref().or(event.fixed.as_ref()).or(event.last_affected.as_ref())?;
            // `0` of the format stands before every version; `None` sorts so.
            if text == "0" { None } else { ecosystem.scheme().read(text).ok() }
        };
        events.sort_by_cached_key(point);
        let mut open: Option<Range> = None;
        for Event { introduced, fixed, last_affected } in events {
            if let Some(introduced) = introduced {
                ranges.extend(open.take());
                open = Some(Range { introduced: Some(introduced).filter(|it| it != "0"), ..Range::default() });
            }
            if fixed.is_some() || last_affected.is_some() {
                // Several fixes of one range are those of branches; only the first ends it here.
                if let Some(range) = open.take() {
                    ranges.push(Range { last_affected: last_affected.filter(|_| fixed.is_none()), fixed, ..range });
                }
            }
        }
        ranges.extend(open);
    }
    if ranges.is_empty() && !versions.is_empty() {
        ranges.push(Range { exact: versions, ..Range::default() });
    }
    ranges
}
