//! How bad a vulnerability is: the Common Vulnerability Scoring System of FIRST.

use std::str::FromStr as _;

use serde::{Deserialize, Serialize};

/// How bad, in the five words of CVSS 3 and 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 0.
    None,
    /// 0.1 to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9.
    High,
    /// 9.0 to 10.
    Critical,
}

/// A score and how it came to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cvss {
    /// Which edition of the system.
    pub version: CvssVersion,
    /// `CVSS:3.1/AV:N/…` as the feed has it; empty if it gives a score alone.
    pub vector: String,
    /// 0 to 10, with one decimal.
    pub score: f64,
    /// Who says so: `nvd`, `cna`, a vendor's name.
    pub by: String,
}

/// An edition of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CvssVersion {
    /// 2.0.
    #[serde(rename = "2.0")]
    V2,
    /// 3.0.
    #[serde(rename = "3.0")]
    V30,
    /// 3.1.
    #[serde(rename = "3.1")]
    V31,
    /// 4.0.
    #[serde(rename = "4.0")]
    V4,
}

/// A text that is no base vector of CVSS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot score `{vector}`: {why}")]
pub struct NotAVector {
    /// The text, its first characters.
    pub vector: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Severity {
    /// The word for a score of CVSS 3 or 4. A score that is no number is none.
    #[must_use]
    pub fn from_cvss_score(score: f64) -> Self {
        match score {
            score if score >= 9.0 => Self::Critical,
            score if score >= 7.0 => Self::High,
            score if score >= 4.0 => Self::Medium,
            score if score > 0.0 => Self::Low,
            _ => Self::None,
        }
    }

    /// What a vendor's word means: those of CVSS, and those of Red Hat, Microsoft and Ubuntu.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "none" => Self::None,
            "low" | "negligible" => Self::Low,
            "medium" | "moderate" => Self::Medium,
            "high" | "important" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }
}

impl CvssVersion {
    /// The edition that a vector is of.
    fn of(vector: &str) -> Option<Self> {
        match vector.split_once('/')?.0 {
            "CVSS:4.0" => Some(Self::V4),
            "CVSS:3.1" => Some(Self::V31),
            "CVSS:3.0" => Some(Self::V30),
            // Vectors of 2.0 have no name before them.
            first => (first.starts_with("AV:") && vector.contains("/Au:")).then_some(Self::V2),
        }
    }
}

/// A score as a feed has it: with the number that it says, else with the one that follows from the vector. None if there
/// is neither.
pub(crate) fn scored(vector: &str, said: Option<f64>, by: &str) -> Option<Cvss> {
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    let version = CvssVersion::of(vector)?;
    let score = said.filter(|score| (0.0..=10.0).contains(score)).or_else(|| base_score(vector).ok())?;
    Some(Cvss { version, vector: vector.to_owned(), score, by: by.to_owned() })
}

/// The word for the score of the newest edition, the first one where several are of it.
pub(crate) fn newest_severity(scores: &[Cvss]) -> Option<Severity> {
    let newest = scores.iter().rev().max_by_key(|it| it.version)?;
    let severity = Severity::from_cvss_score(newest.score);
    // The highest word that the NVD gave to scores of 2.0.
    Some(if newest.version == CvssVersion::V2 { severity.min(Severity::High) } else { severity })
}

/// The base score of a vector, by the formulas of FIRST: <https://www.first.org/cvss/v3.1/specification-document>,
/// section 7.1, and <https://www.first.org/cvss/v2/guide>, section 3.2.1; of 4.0 by its table,
/// <https://www.first.org/cvss/v4.0/specification-document>, section 8. All other metrics are passed over.
///
/// # Errors
/// It is a vector of another edition, or not whole.
pub fn base_score(vector: &str) -> Result<f64, NotAVector> {
    let score = match CvssVersion::of(vector) {
        Some(CvssVersion::V2) => second(vector),
        Some(CvssVersion::V30 | CvssVersion::V31) => third(vector),
        Some(CvssVersion::V4) => fourth(vector),
        None => Err("only vectors of CVSS 2.0, 3.0, 3.1 and 4.0 can be scored"),
    };
    score.map_err(|why| NotAVector { vector: vector.chars().take(100).collect(), why })
}

/// The weight of a metric's letter.
fn weight(vector: &str, metric: &str, weights: &[(&str, f64)]) -> Result<f64, &'static str> {
    let mut values = vector.split('/').filter_map(|part| part.split_once(':')).filter(|(name, _)| *name == metric);
    let (_, value) = values.next().ok_or("a base metric is missing")?;
    if values.next().is_some() {
        return Err("a base metric stands twice");
    }
    weights.iter().find(|(letter, _)| *letter == value).map(|(_, it)| *it).ok_or("a base metric has an unknown value")
}

fn third(vector: &str) -> Result<f64, &'static str> {
    let is_changed = weight(vector, "S", &[("U", 0.0), ("C", 1.0)])? > 0.5;
    let loss = |metric| Ok(1.0 - weight(vector, metric, &[("H", 0.56), ("L", 0.22), ("N", 0.0)])?);
    let lost = 1.0 - loss("C")? * loss("I")? * loss("A")?;
    let privileges =
        if is_changed { [("N", 0.85), ("L", 0.68), ("H", 0.5)] } else { [("N", 0.85), ("L", 0.62), ("H", 0.27)] };
    let exploitability = 8.22
        * weight(vector, "AV", &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)])?
        * weight(vector, "AC", &[("L", 0.77), ("H", 0.44)])?
        * weight(vector, "PR", &privileges)?
        * weight(vector, "UI", &[("N", 0.85), ("R", 0.62)])?;
    let impact = if is_changed { 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02).powi(15) } else { 6.42 * lost };
    if impact <= 0.0 {
        return Ok(0.0);
    }
    let factor = if is_changed { 1.08 } else { 1.0 };
    let score = (factor * (impact + exploitability)).min(10.0);
    // Rounds up as 3.1 does, five places first, so that 4.000000000000001 is not 4.1 (its appendix A). Version 3.0 rounds
    // without that; for the 2,592 base vectors that there are, both give the same.
    let places = (score * 100_000.0).round();
    Ok(if places % 10_000.0 == 0.0 { places / 100_000.0 } else { ((places / 10_000.0).floor() + 1.0) / 10.0 })
}

fn second(vector: &str) -> Result<f64, &'static str> {
    let loss = |metric| Ok(1.0 - weight(vector, metric, &[("N", 0.0), ("P", 0.275), ("C", 0.66)])?);
    let impact = 10.41 * (1.0 - loss("C")? * loss("I")? * loss("A")?);
    let exploitability = 20.0
        * weight(vector, "AV", &[("L", 0.395), ("A", 0.646), ("N", 1.0)])?
        * weight(vector, "AC", &[("H", 0.35), ("M", 0.61), ("L", 0.71)])?
        * weight(vector, "Au", &[("M", 0.45), ("S", 0.56), ("N", 0.704)])?;
    let factor = if impact > 0.0 { 1.176 } else { 0.0 };
    Ok(((0.6 * impact + 0.4 * exploitability - 1.5) * factor * 10.0).round() / 10.0)
}

fn fourth(vector: &str) -> Result<f64, &'static str> {
    const BASE: [&str; 12] = ["CVSS", "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];
    let is_base = |part: &&str| part.split_once(':').is_none_or(|(name, _)| BASE.contains(&name));
    let base: Vec<_> = vector.split('/').filter(is_base).collect();
    let read = cvss::v4::Vector::from_str(&base.join("/"));
    read.map(|vector| vector.score().value()).map_err(|_| "a base metric is missing, unknown or stands twice")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(vector: &str, score: f64) {
        let scored = base_score(vector).unwrap();
        assert!((scored - score).abs() < 1e-9, "{vector}: {scored}, not {score}");
    }

    #[test]
    fn published_examples_of_version_3_1_have_their_scores() {
        // https://www.first.org/cvss/v3.1/examples
        for (vector, score) in [
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
            ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
            ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.5),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8),
            ("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3),
            ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ] {
            check(vector, score);
        }
    }

    #[test]
    fn vectors_of_version_3_0_are_scored_alike() {
        check("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1);
        check("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1);
        check("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5);
        check("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0);
    }

    #[test]
    fn published_examples_of_version_2_have_their_scores() {
        // The guide's section 3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062.
        check("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8);
        check("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0);
        check("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2);
        check("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0);
    }

    #[test]
    fn published_examples_of_version_4_have_their_scores() {
        // https://www.first.org/cvss/v4.0/examples: CVE-2022-41741, CVE-2020-3549, CVE-2023-3089, CVE-2021-44714, CVE-2022-24682.
        check("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3);
        check("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7);
        check("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.3);
        check("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 4.6);
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1);
        // As the NVD gives CVE-2024-0012, with all that is not of the base; and what stands behind it changes nothing.
        let base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:L/SI:N/SA:N";
        check(&format!("{base}/E:X/CR:X/IR:X/AR:X/MAV:X/MAC:X/MSA:X/S:X/AU:N/R:U/V:C/RE:H/U:Red"), 9.3);
        check(&format!("{base}/E:U"), 9.3);
    }

    #[test]
    fn what_is_not_whole_is_not_scored() {
        for vector in [
            "",
            "CVSS:3.1/",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
            "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:X/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            "CVSS:4.0/AV:N/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            "CVSS:5.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        ] {
            assert!(base_score(vector).is_err(), "{vector}");
        }
    }

    #[test]
    fn the_score_that_a_feed_says_goes_before_ours() {
        let said = scored("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(9.3), "nvd").unwrap();
        assert_eq!((said.version, said.score), (CvssVersion::V4, 9.3));
        let computed = scored("CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None, "osv");
        assert!(computed.is_some_and(|it| it.version == CvssVersion::V4));
        assert_eq!(scored("CVSS:4.0/AV:N/AC:L", None, "osv"), None);
        assert_eq!(scored("(AV:N/AC:L/Au:N/C:N/I:N/A:C)", Some(11.0), "jvn").unwrap().score, 7.8);
    }

    #[test]
    fn the_word_is_that_of_the_newest_edition() {
        let old = scored("AV:N/AC:L/Au:N/C:C/I:C/A:C", None, "nvd").unwrap();
        let new = scored("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", None, "nvd").unwrap();
        assert_eq!(newest_severity(&[old.clone(), new]), Some(Severity::Medium));
        assert_eq!(newest_severity(&[old]), Some(Severity::High));
        assert_eq!(newest_severity(&[]), None);
        let words = [(0.0, Severity::None), (3.9, Severity::Low), (6.9, Severity::Medium), (8.9, Severity::High)];
        for (score, word) in words.into_iter().chain([(9.0, Severity::Critical), (f64::NAN, Severity::None)]) {
            assert_eq!(Severity::from_cvss_score(score), word);
        }
    }
}
