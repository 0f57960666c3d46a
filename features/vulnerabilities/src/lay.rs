//! What several feeds say of one weakness, laid together. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yagura_advisories::{Cve, Epss, Exploited, Format, Lang, Severity};

/// Whose word about severity, score and title counts, the first who has one: whoever makes the product, then the databases.
const TRUST: [Format; 12] = [
    Format::Yagura,
    Format::MsrcCsaf,
    Format::MsrcCvrf,
    Format::RhelOval,
    Format::UbuntuOval,
    Format::Nvd,
    Format::Osv,
    Format::JvnRss,
    Format::DebianTracker,
    Format::Kev,
    Format::Epss,
    Format::EndOfLife,
];

/// What one feed says of a weakness. Stored as JSON; what is not said is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The feed's format, by which its words are weighed.
    pub format: String,
    /// What it is and how bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cve: Option<Cve>,
    /// That it is exploited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exploited: Option<Exploited>,
    /// How likely it is that somebody will.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likelihood: Option<Epss>,
}

/// What all feeds say, by the feed's id.
pub type Told = BTreeMap<String, Part>;

/// A weakness as it is shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weakness {
    /// One line in Japanese and in English; empty where nobody says one.
    pub title: [String; 2],
    /// The same, longer.
    pub summary: [String; 2],
    /// 0 unknown or none, 1 low, 2 medium, 3 high, 4 critical.
    pub severity: i64,
    /// 0 to 10; 0 where there is none.
    pub score: f64,
    /// Of that score.
    pub vector: String,
    /// Kinds of weakness.
    pub cwe: Vec<String>,
    /// Addresses.
    pub references: Vec<String>,
    /// When it was published first, and changed last.
    pub published_at: Option<i64>,
    /// When it was changed last.
    pub modified_at: Option<i64>,
    /// It is none.
    pub rejected: bool,
    /// Where it goes on.
    pub replaced_by: Vec<String>,
    /// Since when it is known to be exploited.
    pub exploited_at: Option<i64>,
    /// Until when it must be mended, as the catalogue says.
    pub due_at: Option<i64>,
    /// By extortionists.
    pub ransomware: bool,
    /// Probability within 30 days, and how many are less likely.
    pub epss: Option<(f64, f64)>,
}

/// Most addresses that are kept.
const MOST: usize = 20;

/// Lays together what feeds say.
#[must_use]
pub fn lay(told: &Told) -> Weakness {
    let rank = |part: &Part| Format::parse(&part.format).and_then(|it| TRUST.iter().position(|one| *one == it));
    let mut parts: Vec<&Part> = told.values().collect();
    parts.sort_by_key(|part| rank(part).unwrap_or(usize::MAX));
    let cves: Vec<&Cve> = parts.iter().filter_map(|part| part.cve.as_ref()).collect();
    let text = |of: fn(&Cve) -> &Vec<(Lang, String)>, lang| {
        let mut texts = cves.iter().flat_map(|cve| of(cve)).filter(|(its, text)| *its == lang && !text.is_empty());
        texts.next().map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let both = |of| [text(of, Lang::Ja), text(of, Lang::En)];
    let list = |of: fn(&Cve) -> &Vec<String>| {
        let mut found: Vec<String> = Vec::new();
        for one in cves.iter().flat_map(|cve| of(cve)) {
            if found.len() < MOST && !found.contains(one) {
                found.push(one.clone());
            }
        }
        found
    };
    let score = cves.iter().find_map(|cve| cve.cvss.iter().max_by_key(|one| one.version));
    // Debian's words say how soon Debian will do something: they are better than nothing, and worse than anybody's score.
    let (urgent, others): (Vec<&Part>, Vec<&Part>) =
        parts.iter().partition(|part| part.format == Format::DebianTracker.as_str());
    let word = |parts: &[&Part]| {
        let mut words = parts.iter().filter_map(|part| part.cve.as_ref()?.severity);
        words.find(|it| *it != Severity::None)
    };
    let severity = word(&others).or_else(|| score.map(|one| Severity::from_cvss_score(one.score)));
    let severity = severity.or_else(|| word(&urgent));
    let exploited: Vec<&Exploited> = parts.iter().filter_map(|part| part.exploited.as_ref()).collect();
    Weakness {
        title: both(|cve| &cve.title),
        summary: both(|cve| &cve.summary),
        severity: severity.map_or(0, number),
        score: score.map_or(0.0, |one| one.score),
        vector: score.map(|one| one.vector.clone()).unwrap_or_default(),
        cwe: list(|cve| &cve.cwe),
        references: list(|cve| &cve.references),
        published_at: cves.iter().filter_map(|cve| cve.published).min(),
        modified_at: cves.iter().filter_map(|cve| cve.modified).max(),
        rejected: cves.iter().any(|cve| cve.rejected),
        replaced_by: list(|cve| &cve.replaced_by),
        exploited_at: exploited.iter().map(|one| one.added).min(),
        due_at: exploited.iter().filter_map(|one| one.due).min(),
        ransomware: exploited.iter().any(|one| one.ransomware),
        epss: parts.iter().find_map(|part| part.likelihood.as_ref()).map(|one| (one.probability, one.percentile)),
    }
}

/// A severity as it is stored.
#[must_use]
pub const fn number(severity: Severity) -> i64 {
    match severity {
        Severity::None => 0,
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}

#[cfg(test)]
mod tests {
    use yagura_advisories::{Cvss, CvssVersion};

    use super::*;

    fn part(format: Format, cve: Cve) -> (String, Part) {
        (format.as_str().to_owned(), Part { format: format.as_str().to_owned(), cve: Some(cve), ..Part::default() })
    }

    fn cvss(version: CvssVersion, score: f64) -> Cvss {
        Cvss { version, vector: format!("{score}"), score, by: String::new() }
    }

    #[test]
    fn the_maker_says_how_bad_it_is_and_whoever_has_a_title_what_it_is() {
        let nvd = Cve { severity: Some(Severity::Critical), cvss: vec![cvss(CvssVersion::V31, 9.8)], ..Cve::default() };
        let rhel = Cve {
            severity: Some(Severity::Medium),
            title: vec![(Lang::En, "bash: overflow".to_owned())],
            ..Cve::default()
        };
        let jvn = Cve {
            title: vec![(Lang::Ja, "bash の脆弱性".to_owned())],
            severity: Some(Severity::High),
            ..Cve::default()
        };
        let laid = lay(&Told::from([part(Format::Nvd, nvd), part(Format::RhelOval, rhel), part(Format::JvnRss, jvn)]));
        assert_eq!((laid.severity, laid.score), (2, 9.8));
        assert_eq!(laid.title, ["bash の脆弱性", "bash: overflow"]);
    }

    #[test]
    fn the_newest_edition_of_the_score_counts_and_gives_the_severity_where_nobody_says_it() {
        let cve = Cve { cvss: vec![cvss(CvssVersion::V2, 10.0), cvss(CvssVersion::V31, 5.5)], ..Cve::default() };
        let laid = lay(&Told::from([part(Format::Nvd, cve)]));
        assert_eq!((laid.severity, laid.score, laid.vector.as_str()), (2, 5.5, "5.5"));
    }

    #[test]
    fn debians_urgency_is_a_severity_where_nobody_has_another_and_never_over_a_score() {
        let debian = || part(Format::DebianTracker, Cve { severity: Some(Severity::Low), ..Cve::default() });
        assert_eq!(lay(&Told::from([debian()])).severity, 1);
        let osv = Cve { cvss: vec![cvss(CvssVersion::V31, 9.8)], ..Cve::default() };
        assert_eq!(lay(&Told::from([debian(), part(Format::Osv, osv)])).severity, 4);
        let epss = Cve { severity: Some(Severity::High), ..Cve::default() };
        assert_eq!(lay(&Told::from([debian(), part(Format::Epss, epss)])).severity, 3);
    }

    #[test]
    fn that_it_is_exploited_and_how_likely_that_is_stand_by_themselves() {
        let kev =
            Exploited { id: "CVE-2026-1".to_owned(), added: 5, due: Some(9), ransomware: true, action: String::new() };
        let epss = Epss { id: "CVE-2026-1".to_owned(), probability: 0.5, percentile: 0.9, day: String::new() };
        let part = |exploited, likelihood| Part { exploited, likelihood, ..Part::default() };
        let laid =
            lay(&Told::from([("kev".to_owned(), part(Some(kev), None)), ("epss".to_owned(), part(None, Some(epss)))]));
        assert_eq!(
            (laid.exploited_at, laid.due_at, laid.ransomware, laid.epss),
            (Some(5), Some(9), true, Some((0.5, 0.9)))
        );
        assert_eq!(laid.severity, 0);
    }

    #[test]
    fn one_that_anybody_rejects_is_rejected() {
        let rejected = Cve { rejected: true, replaced_by: vec!["CVE-2026-2".to_owned()], ..Cve::default() };
        let laid = lay(&Told::from([part(Format::Nvd, rejected), part(Format::Osv, Cve::default())]));
        assert!(laid.rejected);
        assert_eq!(laid.replaced_by, ["CVE-2026-2"]);
    }

    #[test]
    fn what_nobody_says_anything_of_is_empty() {
        assert_eq!(lay(&Told::new()), Weakness::default());
    }
}
