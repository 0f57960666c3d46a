//! From the lines of a table to rows that can be written down.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use unicode_normalization::UnicodeNormalization as _;
use yagura_vocabulary::Time;

use super::{BadRow, Table, Target, day::day, words};

/// Longest short text, in characters.
const LONGEST: usize = 200;
/// Longest note or field of one's own, in characters.
const LONGEST_NOTE: usize = 4_000;
/// Most fields of one's own.
const MOST_CUSTOM: usize = 50;

/// One asset of a list. What is `None` has no column in the file, so what is known stays; what is empty is taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, from 1.
    pub line: u64,
    /// The organisation's own number: never empty.
    pub inventory_number: String,
    /// Texts by their column; kinds and standings in our words for them.
    pub texts: BTreeMap<&'static str, String>,
    /// Days by their column, as the moment at which they begin.
    pub days: BTreeMap<&'static str, Option<Time>>,
    /// Fields of the organisation's own, by the title of their column.
    pub custom: BTreeMap<String, String>,
}

/// Makes rows of a table's lines. `mapping` has an entry for each column; what it lacks is ignored. A day begins in `zone`.
#[must_use]
pub fn rows(table: &Table, mapping: &[Target], zone: &TimeZone) -> (Vec<Row>, Vec<BadRow>) {
    let mut bad = table.bad.clone();
    let mut good: Vec<Row> = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for line in &table.lines {
        let before = bad.len();
        let mut row = Row { line: line.number, ..Row::default() };
        for (at, target) in mapping.iter().enumerate().take(line.cells.len()) {
            let title = table.titles[at].as_str();
            let text = line.cells[at].trim();
            if let Err(code) = put(&mut row, *target, title, text, zone) {
                bad.push(BadRow::new(line.number, Some(title), code, Some(text)));
            }
        }
        if bad.len() == before && row.inventory_number.is_empty() {
            bad.push(BadRow::new(line.number, None, "required", None));
        }
        if bad.len() > before {
            continue;
        }
        if seen.insert(row.inventory_number.clone(), line.number).is_some() {
            bad.push(BadRow::new(line.number, None, "duplicate", Some(&row.inventory_number)));
            continue;
        }
        good.push(row);
    }
    bad.sort_by_key(|one| one.line);
    bad.dedup();
    (good, bad)
}

fn put(row: &mut Row, target: Target, title: &str, text: &str, zone: &TimeZone) -> Result<(), &'static str> {
    let longest = if matches!(target, Target::Note | Target::Custom) { LONGEST_NOTE } else { LONGEST };
    if target != Target::Ignore && text.chars().count() > longest {
        return Err("too_long");
    }
    let mut keep = |text: String| drop(row.texts.insert(target.as_str(), text));
    match target {
        Target::Ignore => {}
        // A number typed with a Japanese keyboard is the same number.
        Target::InventoryNumber => row.inventory_number = text.nfkc().collect(),
        Target::Kind if !text.is_empty() => keep(words::kind(text).ok_or("unknown_kind")?.to_owned()),
        Target::Standing if !text.is_empty() => keep(words::standing(text).ok_or("unknown_standing")?.to_owned()),
        // What a thing is and where in its life cannot be nothing.
        Target::Kind | Target::Standing => {}
        Target::Mac if !text.is_empty() => {
            let plain: String = text.nfkc().collect();
            keep(crate::intake::mac(&plain).ok_or("bad_mac")?);
        }
        Target::Ip if !text.is_empty() => {
            let plain: String = text.nfkc().collect();
            keep(plain.parse::<std::net::IpAddr>().map_err(|_| "bad_ip")?.to_string());
        }
        Target::LeaseUntil | Target::WarrantyUntil | Target::BoughtAt => {
            let at = if text.is_empty() { None } else { Some(moment(text, zone).ok_or("bad_date")?) };
            row.days.insert(target.as_str(), at);
        }
        Target::Custom => {
            if row.custom.len() >= MOST_CUSTOM || title.chars().count() > LONGEST {
                return Err("too_long");
            }
            row.custom.insert(title.to_owned(), text.to_owned());
        }
        _ => keep(text.to_owned()),
    }
    Ok(())
}

fn moment(text: &str, zone: &TimeZone) -> Option<Time> {
    let begins = day(text)?.to_zoned(zone.clone()).ok()?;
    Some(Time::from_micros(begins.timestamp().as_microsecond()))
}
