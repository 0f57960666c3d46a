//! What one feed says of one weakness of a package, laid together.

use std::collections::BTreeSet;

use yagura_advisories::{Ecosystem, NameOf, Standing as Said};
use yagura_versions::Version;

use super::{Installed, Supersedence, Told, Updates, names::source, range};
use crate::claim::Standing;

/// The package suffers from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub standing: Standing,
    pub installed: String,
    pub fixed: String,
    pub advisory: String,
}

/// What the statements of one feed say together: none where they say nothing that counts, `Some(None)` where the package does not suffer from it.
///
/// Where several say that it does, an update mends it only if it mends all of it: the highest version counts.
pub(super) fn answer(installed: &Installed, told: &[&Told<'_>], updates: &Updates<'_>) -> Option<Option<Answer>> {
    let mut has_word = false;
    let mut worst: Option<(Answer, Option<Version>)> = None;
    for one in told {
        let Some(said) = statement(installed, one, updates) else { continue };
        has_word = true;
        let Some((answer, fixed)) = said else { continue };
        let is_worse = worst.as_ref().is_none_or(|(known, known_fixed)| match (known.standing, answer.standing) {
            (Standing::Open, Standing::Open) => fixed > *known_fixed,
            // What cannot be mended yet is not mended by an update that mends a part of it.
            (known, new) => new > known,
        });
        if is_worse {
            worst = Some((answer, fixed));
        }
    }
    has_word.then(|| worst.map(|(answer, _)| answer))
}

/// What one statement says: none where nothing follows from it.
fn statement(
    installed: &Installed,
    told: &Told<'_>,
    updates: &Updates<'_>,
) -> Option<Option<(Answer, Option<Version>)>> {
    let statement = told.statement;
    match statement.standing {
        Said::NotAffected => return Some(None),
        Said::Undetermined => return None,
        Said::Affected | Said::NoFix | Said::WillNotFix => {}
    }
    let is_system = matches!(installed.system.as_str(), "dpkg" | "rpm");
    let own = if statement.by == NameOf::SourcePackage && is_system {
        source(installed).1
    } else {
        installed.version.clone()
    };
    // Of Windows without the last part of its build, or where no build mends it, only updates tell.
    let is_by_update = statement.ecosystem == Ecosystem::Windows
        && installed.system == "windows"
        && (own.split('.').count() < WINDOWS_PARTS || statement.ranges.is_empty());
    if is_by_update && !updates.is_told {
        return None;
    }
    let kb = statement.advisory.as_deref().filter(|_| statement.ecosystem == Ecosystem::Windows);
    if kb.is_some_and(|kb| has_update(&installed.updates, kb, updates.supersedence)) {
        return Some(None);
    }
    if is_by_update && kb.is_none() {
        return None;
    }
    let scheme = statement.ecosystem.scheme();
    let version = scheme.read(&own).ok()?;
    // A name that is only taken for a product's: without a version, it would be said of every version that there ever will be.
    let meant: Vec<_> = if statement.ecosystem == Ecosystem::Cpe {
        statement.ranges.iter().filter(|range| range::has_end(range)).collect()
    } else {
        statement.ranges.iter().collect()
    };
    let (mut fixed, mut highest, mut is_in, mut is_read) = (String::new(), None, false, false);
    for range in &meant {
        if range.fixed.as_ref().is_some_and(|fixed| is_other_stream(&source(installed).0, &own, fixed)) {
            continue;
        }
        let Some(inside) = range::has(scheme, &version, range) else { continue };
        is_read = true;
        if inside {
            is_in = true;
            let bound = range.fixed.as_ref().and_then(|text| Some((text, scheme.read(text).ok()?)));
            if let Some((text, bound)) = bound.filter(|(_, bound)| highest.as_ref().is_none_or(|it| bound > it)) {
                text.clone_into(&mut fixed);
                highest = Some(bound);
            }
        }
    }
    let means_all = statement.ranges.is_empty() && statement.ecosystem != Ecosystem::Cpe;
    if !means_all && !is_read {
        return None;
    }
    if !means_all && !is_in {
        return Some(None);
    }
    let ends = !fixed.is_empty() || is_by_update || meant.iter().any(|range| range::has_end(range));
    let standing = match statement.standing {
        _ if !fixed.is_empty() => Standing::Open,
        Said::WillNotFix => Standing::WillNotFix,
        // Later versions exist without it, whatever they are called.
        Said::Affected if ends => Standing::Open,
        _ => Standing::NoFix,
    };
    let advisory = statement.advisory.clone().unwrap_or_default();
    Some(Some((Answer { standing, installed: own, fixed, advisory }, highest)))
}

/// The parts of a build of Windows that says all: `10.0.19045.4046`.
const WINDOWS_PARTS: usize = 4;

/// Packages whose streams of modules differ in the second number of their versions already.
const MINOR_STREAMS: [&str; 5] = ["php", "mariadb", "ruby", "perl", "redis"];

/// Whether what mends it is built for another stream of a module: Red Hat has `nodejs` 18 and 20 side by side under one name, and 20 mends nothing for 18.
fn is_other_stream(package: &str, own: &str, fixed: &str) -> bool {
    let is_module = |version: &str| version.contains(".module+") || version.contains(".module_");
    match (is_module(own), is_module(fixed)) {
        (false, false) => false,
        (true, true) => {
            let parts = if MINOR_STREAMS.contains(&package) { 2 } else { 1 };
            let stream = |version: &str| -> Vec<String> {
                let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
                upstream.split(['.', '-']).take(parts).map(str::to_owned).collect()
            };
            stream(own) != stream(fixed)
        }
        _ => true,
    }
}

/// Whether an update is installed, or one that took its place, or one that took the place of that one.
fn has_update(updates: &[String], wanted: &str, supersedence: &Supersedence) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = updates.iter().map(String::as_str).collect();
    while let Some(kb) = open.pop() {
        if kb.eq_ignore_ascii_case(wanted) {
            return true;
        }
        if seen.insert(kb) {
            open.extend(supersedence.get(kb).into_iter().flatten().map(String::as_str));
        }
    }
    false
}
