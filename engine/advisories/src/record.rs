//! What feeds say, in one shape whatever they are written in.

use serde::{Deserialize, Serialize};

use crate::{Cvss, Ecosystem, Severity};

/// One thing that a feed says. Times are microseconds since 1970 in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A vulnerability as such: what it is and how bad.
    Cve(Cve),
    /// Which versions of one package or product it is in.
    Statement(Statement),
    /// Somebody was seen to use it.
    Exploited(Exploited),
    /// How likely it is that somebody will.
    Likelihood(Epss),
    /// A vendor's update.
    Update(Update),
    /// Until when a vendor looks after a release.
    Support(Support),
    /// The feed takes back what it said under this id.
    Withdrawn {
        /// The CVE or the advisory.
        id: String,
    },
}

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// English.
    En,
    /// Japanese.
    Ja,
}

/// A vulnerability: what it is and how bad, not where. Under `id` there is an advisory's own number where the feed
/// knows no CVE.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cve {
    /// `CVE-2024-3094`, or the number of an advisory that has no CVE.
    pub id: String,
    /// Its other names, among them advisories: `GHSA-…`, `JVNDB-…`. Never `id` itself.
    pub aliases: Vec<String>,
    /// One line. At most one for each language.
    pub title: Vec<(Lang, String)>,
    /// A paragraph or some. At most one for each language.
    pub summary: Vec<(Lang, String)>,
    /// All scores that the feed has, in its order; of the NVD the newest edition first, and in each its own first.
    pub cvss: Vec<Cvss>,
    /// What the feed says in words, otherwise what follows from the newest score.
    pub severity: Option<Severity>,
    /// When it was published first.
    pub published: Option<i64>,
    /// When the feed changed it last.
    pub modified: Option<i64>,
    /// The number was given out and is not a vulnerability.
    pub rejected: bool,
    /// Where a rejected one lives on, if the feed says so.
    pub replaced_by: Vec<String>,
    /// Web addresses, 20 at most.
    pub references: Vec<String>,
    /// Kinds of weakness, `CWE-79`.
    pub cwe: Vec<String>,
}

/// Which versions of one package or product a vulnerability is in, as one source knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Stable within a feed for the same vulnerability, package and release, so that an unchanged one is known again
    /// and a later statement under the same key takes the place of the one before. Not longer than 300 bytes in
    /// practice; nothing is to be read from it.
    pub key: String,
    /// The CVE, or the advisory where it has none.
    pub id: String,
    /// The advisory, `DSA-5000-1`, `RHSA-2024:1234`, `GHSA-…`.
    pub advisory: Option<String>,
    /// Whose package or product it is; says the order of its versions too ([`Ecosystem::scheme`]).
    pub ecosystem: Ecosystem,
    /// The name, folded as the ecosystem folds it ([`Ecosystem::fold`]); `vendor:product` for [`Ecosystem::Cpe`], with a
    /// third part where it is for one platform or host program only (`acme:forms:wordpress`); the product's name for
    /// [`Ecosystem::Windows`] and [`Ecosystem::Vendor`]; `nodejs:18::nodejs` for a package of a module of RHEL, which is
    /// not the package `nodejs`.
    pub package: String,
    /// What `package` names.
    pub by: NameOf,
    /// The versions that are meant. One is enough. Only [`Standing::Affected`], [`Standing::NoFix`] and
    /// [`Standing::WillNotFix`] have some; without any, all versions are meant.
    pub ranges: Vec<Range>,
    /// What holds for them.
    pub standing: Standing,
    /// The source's own word for how urgent it is: `low`, `unimportant`, `Important`.
    pub urgency: Option<String>,
    /// Architectures, if it is not for all: `x86_64`.
    pub arch: Vec<String>,
}

/// What a package's name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameOf {
    /// A source package, of which several installed ones are built.
    SourcePackage,
    /// A package as it is installed.
    BinaryPackage,
    /// A product.
    Product,
}

/// Versions from somewhere to somewhere, in the order of the ecosystem. One without any bound and without `exact`
/// has all versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The first affected version; none: from the beginning.
    pub introduced: Option<String>,
    /// `introduced` itself is not affected.
    pub introduced_exclusive: bool,
    /// The first version that is not affected any more.
    pub fixed: Option<String>,
    /// The last affected version. Never beside `fixed`.
    pub last_affected: Option<String>,
    /// These versions, whatever else stands here. If there is no bound, these alone.
    pub exact: Vec<String>,
}

/// What a source knows of a package and a vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The ranges say which versions are affected.
    Affected,
    /// Affected, and there is no update yet.
    NoFix,
    /// Affected, and the vendor says that there will be none (or none soon).
    WillNotFix,
    /// Looked at: not affected.
    NotAffected,
    /// Nobody has looked yet.
    Undetermined,
}

/// Somebody was seen to use it: the catalogue of known exploited vulnerabilities (KEV) of the CISA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploited {
    /// The CVE.
    pub id: String,
    /// When it came into the catalogue.
    pub added: i64,
    /// Until when agencies of the USA must have acted.
    pub due: Option<i64>,
    /// Extortionists are known to use it.
    pub ransomware: bool,
    /// What the catalogue asks for, in English.
    pub action: String,
}

/// How likely it is that somebody uses it within 30 days: the Exploit Prediction Scoring System (EPSS) of FIRST.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epss {
    /// The CVE.
    pub id: String,
    /// 0 to 1.
    pub probability: f64,
    /// 0 to 1: how many are less likely.
    pub percentile: f64,
    /// The day of the figures, `2024-01-31`.
    pub day: String,
}

/// A vendor's update for one product, and which it takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// `KB5034122`.
    pub kb: String,
    /// What it is for, in the vendor's words.
    pub product: String,
    /// The version that the product has with it, `10.0.19045.3930`.
    pub build: Option<String>,
    /// Updates that are not needed beside it, `KB5033372`.
    pub supersedes: Vec<String>,
    /// CVEs that it repairs.
    pub fixes: Vec<String>,
    /// Where the vendor describes it.
    pub url: Option<String>,
}

/// Until when a vendor looks after one release of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// The product as the feed names it, `debian`.
    pub product: String,
    /// The release, `12`, `22.04`.
    pub release: String,
    /// When it was released.
    pub released: Option<i64>,
    /// When ordinary care ends; security updates may go on.
    pub active_until: Option<i64>,
    /// When security updates for everybody end.
    pub security_until: Option<i64>,
    /// When security updates for those who pay end.
    pub extended_until: Option<i64>,
    /// It has ended, if the feed says only that and no day.
    pub ended: bool,
    /// The newest version of the release, `12.5`.
    pub latest: Option<String>,
}
