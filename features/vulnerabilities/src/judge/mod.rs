//! What a package suffers from, by what is said of it. Pure.
//!
//! The surest word counts: whoever made the package, then a database that names it in its own ecosystem, then the guess that a product's name
//! is the same as in the CPE dictionary. What a surer one says of a weakness is final, also "not affected": a Debian security version is mended
//! although its number is older than the version that upstream mended it in. A version that its scheme cannot read is never claimed to be anything.

mod answer;
mod ended;
mod names;
mod range;

use std::collections::BTreeMap;

use yagura_advisories::{Ecosystem, Statement};

use self::{
    answer::{Answer, answer},
    names::{concerns, subject},
};
pub use self::{
    ended::ended,
    names::{Name, names},
};
use crate::{
    claim::{Evidence, Part, Standing},
    release::Release,
    remote::remote_product,
};

/// A package as it is installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version, as its package system writes it.
    pub version: String,
    /// The source package it was built from, and the version of that.
    pub built_from: Option<(String, String)>,
    /// The package system: `dpkg`, `rpm`, `pip`, `npm`, `cargo`, `registry`; `windows` for Windows itself; `appliance`.
    pub system: String,
    /// `amd64`, `x86_64`; empty where it is not told.
    pub architecture: String,
    /// Who made the package; empty where it is not told.
    pub publisher: String,
    /// Vendor and name of its product, where the catalogue of products knows them.
    pub product: Option<(String, String)>,
    /// Of Windows: the updates that are installed, `KB5034122`.
    pub updates: Vec<String>,
}

/// What one feed says.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The feed.
    pub feed: &'a str,
    /// How close the feed is to whom it speaks for: 0 is a vendor's own, 1 what somebody gathered from it, 2 further away.
    pub distance: u8,
    /// What it says.
    pub statement: &'a Statement,
}

/// Which updates take the place of which: an update, and those that are not needed beside it.
pub type Supersedence = BTreeMap<String, Vec<String>>;

/// What a package suffers from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The CVE, or the advisory where there is none.
    pub weakness: String,
    /// What is weak, as its maker calls it: the source package or the product.
    pub subject: String,
    /// Whose business it is to mend it.
    pub part: Part,
    /// Whether something can be done.
    pub standing: Standing,
    /// The version that is installed, in the words of the statement: that of the source package where it speaks of one.
    pub installed: String,
    /// The version that is without it; empty where there is none.
    pub fixed: String,
    /// The advisory; empty where there is none.
    pub advisory: String,
    /// Which feed says so.
    pub feed: String,
    /// How sure it is.
    pub evidence: Evidence,
}

/// What a package of a release suffers from, by all that is said under its [`names`]. Statements about rejected weaknesses are not to be among them.
#[must_use]
pub fn judge(
    installed: &Installed,
    release: Option<&Release>,
    told: &[Told<'_>],
    supersedence: &Supersedence,
) -> Vec<Verdict> {
    let updates = Updates { supersedence, is_told: is_told(installed, told, supersedence) };
    let mut by_weakness: BTreeMap<&str, Vec<&Told<'_>>> = BTreeMap::new();
    let names = names(installed, release);
    for one in told.iter().filter(|one| concerns(installed, &names, one.statement)) {
        by_weakness.entry(&one.statement.id).or_default().push(one);
    }
    let judge_one = |(weakness, told): (&str, Vec<&Told<'_>>)| {
        let (Some(answer), first) = surest(installed, release, told, &updates)? else { return None };
        Some(Verdict {
            weakness: weakness.to_owned(),
            subject: subject(installed),
            part: part(installed),
            standing: answer.standing,
            installed: answer.installed,
            fixed: answer.fixed,
            advisory: answer.advisory,
            feed: first.feed.to_owned(),
            evidence: evidence(release, first.statement),
        })
    };
    by_weakness.into_iter().filter_map(judge_one).collect()
}

/// What is known of updates, for Windows.
struct Updates<'a> {
    supersedence: &'a Supersedence,
    /// Whether any that is installed is one that a feed tells of.
    is_told: bool,
}

/// Whether feeds tell of any update that is installed. A machine that is a month ahead of the feeds has only others: nothing follows from what it
/// lacks then.
fn is_told(installed: &Installed, told: &[Told<'_>], supersedence: &Supersedence) -> bool {
    let has = |kb: &str| installed.updates.iter().any(|it| it.eq_ignore_ascii_case(kb));
    let mut replaced = supersedence.iter();
    !installed.updates.is_empty()
        && (replaced.any(|(kb, others)| has(kb) || others.iter().any(|it| has(it)))
            || told.iter().any(|one| one.statement.advisory.as_deref().is_some_and(has)))
}

/// The answer of the surest feed that has one, and a word of that feed. `Some((None, _))`: it says that the package does not suffer from it.
fn surest<'a>(
    installed: &Installed,
    release: Option<&Release>,
    mut told: Vec<&'a Told<'a>>,
    updates: &Updates<'_>,
) -> Option<(Option<Answer>, &'a Told<'a>)> {
    let rank = |one: &&Told<'a>| (evidence(release, one.statement), one.distance, one.feed);
    told.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let groups = told.chunk_by(|a, b| rank(a) == rank(b));
    groups.filter_map(|group| Some((answer(installed, group, updates)?, *group.first()?))).next()
}

/// How sure it is what a statement says of a package of this release.
fn evidence(release: Option<&Release>, statement: &Statement) -> Evidence {
    match statement.ecosystem {
        Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) | Ecosystem::Rhel(_) => {
            if release.is_some_and(|it| it.rebuilt) {
                Evidence::Database
            } else {
                Evidence::Vendor
            }
        }
        Ecosystem::Windows | Ecosystem::Vendor => Evidence::Vendor,
        Ecosystem::Cpe => Evidence::Guess,
        _ => Evidence::Database,
    }
}

/// Which part of looking after machines the package belongs to.
fn part(installed: &Installed) -> Part {
    if installed.system == "appliance" || remote_product(&installed.publisher, &installed.name).is_some() {
        return Part::Remote;
    }
    match installed.system.as_str() {
        "dpkg" | "rpm" | "windows" => Part::Patches,
        _ => Part::ThirdParty,
    }
}
