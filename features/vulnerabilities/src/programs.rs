//! Of which product of `data/ends.txt` an installed program is, and of which of its cycles. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::judge::Installed;

/// How installed programs are known.
const TEXT: &str = include_str!("../data/programs.txt");

struct Line {
    product: &'static str,
    publisher: &'static str,
    name: &'static str,
    /// The cycle, where the line says it; else the version does.
    cycle: &'static str,
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let [product, publisher, name, cycle] = line.split('|').map(str::trim).collect::<Vec<_>>().try_into().ok()?;
        Some(Line { product, publisher, name, cycle })
    };
    TEXT.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')).filter_map(line).collect()
});

/// The products that programs may be of.
#[must_use]
pub fn products() -> BTreeSet<&'static str> {
    LINES.iter().map(|line| line.product).collect()
}

/// Systems whose packages somebody else looks after than the program's maker, or that are no programs.
const OTHERS: [&str; 9] = ["dpkg", "rpm", "pip", "npm", "cargo", "firefox", "chromium", "windows", "appliance"];

/// The product of a program, and the cycles that it may be of, the narrowest first: `7.5.9`, `7.5`, `7`.
#[must_use]
pub fn cycles(installed: &Installed) -> Option<(&'static str, Vec<String>)> {
    if OTHERS.contains(&installed.system.as_str()) {
        return None;
    }
    let (line, taken) = LINES.iter().find_map(|line| {
        // What does not say who made it may be anybody's, and is known by its name alone.
        let by = installed.publisher.is_empty() || fits(line.publisher, &installed.publisher).is_some();
        Some((line, fits(line.name, &installed.name).filter(|_| by)?))
    })?;
    if !line.cycle.is_empty() {
        return Some((line.product, vec![line.cycle.to_owned()]));
    }
    let version = if line.name.contains("{}") { taken } else { installed.version.as_str() };
    let numbers: Vec<&str> =
        version.split(['.', '-', '+', ' ', '_']).take_while(|it| it.parse::<u32>().is_ok()).take(3).collect();
    let cycles = (1..=numbers.len()).rev().map(|count| numbers[..count].join("."));
    Some((line.product, cycles.collect()))
}

/// Whether a text has the shape of a pattern; what stands in the place of `{}`.
fn fits<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    let (mut rest, mut taken, mut is_taking) = (text, "", false);
    let mut is_first = true;
    // `{}` is a star whose text is wanted.
    for part in pattern.split_inclusive(['*', '}']) {
        let word = part.trim_end_matches(['*', '}']).trim_end_matches('{');
        let at = if is_first { rest.starts_with(word).then_some(0)? } else { rest.find(word)? };
        if is_taking {
            taken = &rest[..at];
        }
        rest = &rest[at + word.len()..];
        is_taking = part.ends_with('}');
        is_first = false;
    }
    let is_open = pattern.ends_with(['*', '}']);
    if is_taking {
        taken = rest;
    }
    (is_open || rest.is_empty()).then_some(taken)
}

/// Until when cycles of programs are looked after: product, cycle, its last day, counted from 1970.
pub type Ends = BTreeMap<(String, String), Option<i64>>;

/// The cycle of a program that has ended by a day: product and cycle.
#[must_use]
pub fn ended(installed: &Installed, ends: &Ends, today: i64) -> Option<(&'static str, String)> {
    let (product, cycles) = cycles(installed)?;
    let known = cycles.into_iter().find_map(|cycle| {
        let last = ends.get(&(product.to_owned(), cycle.clone()))?;
        Some((cycle, *last))
    });
    known.filter(|(_, last)| last.is_some_and(|day| day < today)).map(|(cycle, _)| (product, cycle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(publisher: &str, name: &str, version: &str, wanted: &str) {
        let installed = Installed {
            name: name.to_owned(),
            version: version.to_owned(),
            publisher: publisher.to_owned(),
            system: "registry".to_owned(),
            ..Installed::default()
        };
        let found = cycles(&installed).map(|(product, cycles)| format!("{product} {}", cycles.join(", ")));
        assert_eq!(found.unwrap_or_default(), wanted, "{publisher} {name}");
    }

    #[test]
    fn programs_are_known_by_maker_name_and_version() {
        check("The Document Foundation", "LibreOffice 7.5.9.2", "7.5.9.2", "libreoffice 7.5.9, 7.5, 7");
        check("", "LibreOffice", "24.8", "libreoffice 24.8, 24");
        check("Microsoft Corporation", "Microsoft Office Professional Plus 2016 - ja-jp", "16.0.1", "office 2016");
        check("Microsoft Corporation", "Microsoft 365 Apps for enterprise - ja-jp", "16.0.1", "");
        check("Mozilla", "Mozilla Firefox ESR (x64 ja)", "115.9.1", "firefox 115.9.1, 115.9, 115");
        check("Python Software Foundation", "Python 3.8.10 (64-bit)", "3.8.10150.0", "python 3.8.10150, 3.8, 3");
        check("Python Software Foundation", "Python Launcher", "3.8.7427.0", "python none");
        check("Node.js Foundation", "Node.js", "16.20.0", "nodejs 16.20.0, 16.20, 16");
        check("PostgreSQL Global Development Group", "PostgreSQL 9.6 ", "9.6.24-1", "postgresql 9.6.24, 9.6, 9");
        let runtime = "Microsoft .NET Runtime - 6.0.36 (x64)";
        check("Microsoft Corporation", runtime, "48.144.23141", "dotnet 6.0.36, 6.0, 6");
        check("Adobe", "Adobe Flash Player 32 NPAPI", "32.0.0.465", "flash all");
    }

    #[test]
    fn what_somebody_else_made_under_the_name_is_not_taken_for_it() {
        check("Somebody", "Python 3.8 Tools", "1.0", "");
        check("Some Corp", "LibreOffice Converter", "1.0", "");
        check("Microsoft Corporation", "Office 2016 Templates", "1.0", "");
    }

    #[test]
    fn packages_of_a_distribution_are_not_looked_at() {
        let package = |system: &str| Installed {
            name: "LibreOffice".to_owned(),
            version: "7.4".to_owned(),
            system: system.to_owned(),
            ..Installed::default()
        };
        assert!(cycles(&package("dpkg")).is_none() && cycles(&package("rpm")).is_none());
        assert!(cycles(&package("flatpak")).is_some());
    }

    #[test]
    fn the_narrowest_cycle_that_is_known_counts_and_the_last_day_itself_is_not_over() {
        let ends: Ends = [("3", Some(10)), ("3.8", Some(20)), ("3.9", None)]
            .map(|(cycle, day)| (("python".to_owned(), cycle.to_owned()), day))
            .into();
        let python = |version: &str| Installed {
            name: format!("Python {version} (64-bit)"),
            version: version.to_owned(),
            publisher: "Python Software Foundation".to_owned(),
            system: "registry".to_owned(),
            ..Installed::default()
        };
        let at = |version, today| ended(&python(version), &ends, today).map(|(_, cycle)| cycle);
        assert_eq!((at("3.8.1", 20), at("3.8.1", 21).as_deref()), (None, Some("3.8")));
        assert_eq!((at("3.9.1", 99), at("3.7.1", 11).as_deref()), (None, Some("3")));
    }

    #[test]
    fn every_line_is_read_and_of_a_product_that_has_a_name() {
        let count = TEXT.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')).count();
        assert_eq!(LINES.len(), count);
        let known: BTreeSet<&str> = crate::ends::products().collect();
        for line in LINES.iter() {
            assert!(known.contains(line.product), "{}", line.product);
        }
    }
}
