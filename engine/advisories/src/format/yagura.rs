//! Our own JSON lines, for products that no public feed names well: appliances, VPN clients, software for remote desktops.
//! `README.md` beside this crate describes them for those who write them.
//!
//! The first line says what it is, the last one how many there were, so that a list that was cut at the end of a line is
//! known to be cut.

use std::{collections::BTreeMap, io::BufRead};

use serde::Deserialize;

use super::{add, cve, web};
use crate::{
    Cve, Ecosystem, Exploited, Lang, NameOf, Range, ReadError, Record, Severity, Standing, Statement,
    cvss::{newest_severity, scored},
    source::{Feed, Lines, Wrong, need, typed},
    time::micros,
};

#[derive(Deserialize)]
struct First {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    end: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<String>,
    advisory: Option<String>,
    #[serde(default)]
    title: Texts,
    #[serde(default)]
    summary: Texts,
    severity: Option<Severity>,
    #[serde(default)]
    cvss: Vec<Score>,
    published: Option<String>,
    modified: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    cwe: Vec<String>,
    #[serde(default)]
    affected: Vec<Affected>,
    exploited: Option<Seen>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Texts {
    en: Option<String>,
    ja: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Score {
    vector: String,
    score: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Affected {
    product: String,
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    #[serde(default)]
    exact: Vec<String>,
    standing: Option<Standing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    added: String,
    #[serde(default)]
    ransomware: bool,
    #[serde(default)]
    action: String,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    const EXPECTED: &str = r#"{"format":"yagura-advisories","version":1}"#;
    let mut lines = Lines::new(input, feed);
    let first = match lines.next()? {
        Some((_, line)) => typed::<First>(line),
        None => return Err(lines.cut()),
    };
    match first {
        Ok(first) if first.format == "yagura-advisories" && first.version == 1 => {}
        Ok(first) if first.format == "yagura-advisories" => return Err(feed.changed("version: 1")),
        _ => return Err(lines.not_this(EXPECTED)),
    }
    let mut entries = 0_u64;
    while let Some((at, line)) = lines.next()? {
        if line.is_empty() {
            continue;
        }
        if let Ok(Last { end }) = serde_json::from_slice(line) {
            // Lines that were lost in the middle count too.
            let is_whole = end == entries && lines.next()?.is_none();
            return if is_whole { Ok(()) } else { Err(lines.cut()) };
        }
        entries += 1;
        let records = typed(line).and_then(records);
        feed.entry(at, records)?;
    }
    Err(lines.cut())
}

fn records(entry: Entry) -> Result<Vec<Record>, Wrong> {
    let id = need("id", entry.id)?;
    let id = cve(&id).unwrap_or(id);
    let cvss: Vec<_> = entry.cvss.iter().filter_map(|it| scored(&it.vector, it.score, "vendor")).collect();
    let texts = |texts: Texts| {
        let ja = texts.ja.map(|text| (Lang::Ja, text));
        ja.into_iter().chain(texts.en.map(|text| (Lang::En, text))).collect()
    };
    let mut records = vec![Record::Cve(Cve {
        id: id.clone(),
        aliases: entry.advisory.clone().filter(|it| *it != id).into_iter().collect(),
        title: texts(entry.title),
        summary: texts(entry.summary),
        severity: entry.severity.or_else(|| newest_severity(&cvss)),
        cvss,
        published: entry.published.as_deref().and_then(micros),
        modified: entry.modified.as_deref().and_then(micros),
        references: web(entry.references.iter().map(String::as_str)),
        cwe: entry.cwe,
        ..Cve::default()
    })];

    // Several lines of one product are its branches.
    let mut products: BTreeMap<String, (Standing, Vec<Range>)> = BTreeMap::new();
    for affected in entry.affected {
        if affected.fixed.is_some() && affected.last_affected.is_some() {
            return Err(Wrong::bad("`fixed` and `last_affected` stand beside each other").of(&id));
        }
        let standing = affected.standing.unwrap_or(Standing::Affected);
        let product = products.entry(Ecosystem::Vendor.fold(&affected.product)).or_insert((standing, Vec::new()));
        if product.0 != standing {
            return Err(Wrong::bad("one product has two standings").of(&id));
        }
        if matches!(standing, Standing::Affected | Standing::NoFix | Standing::WillNotFix) {
            let Affected { introduced, fixed, last_affected, mut exact, .. } = affected;
            let listed = std::mem::take(&mut exact);
            add(&mut exact, listed);
            product.1.push(Range { introduced, introduced_exclusive: false, fixed, last_affected, exact });
        }
    }
    let of_product = |(package, (standing, ranges)): (String, (Standing, Vec<Range>))| {
        Record::Statement(Statement {
            key: format!("{}|{id}|{package}", entry.advisory.as_deref().unwrap_or_default()),
            id: id.clone(),
            advisory: entry.advisory.clone(),
            ecosystem: Ecosystem::Vendor,
            package,
            by: NameOf::Product,
            ranges,
            standing,
            urgency: None,
            arch: Vec::new(),
        })
    };
    records.extend(products.into_iter().map(of_product));
    if let Some(seen) = entry.exploited {
        records.push(Record::Exploited(Exploited {
            added: micros(&seen.added).ok_or_else(|| Wrong::bad("`exploited.added` is no day").of(&id))?,
            due: None,
            ransomware: seen.ransomware,
            action: seen.action,
            id,
        }));
    }
    Ok(records)
}
