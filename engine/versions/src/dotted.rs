//! What vendors of appliances and programs write. There is no common rule, so this is ours; it holds for what Palo
//! Alto Networks, Fortinet, Check Point, Cisco, SonicWall, Ivanti, Citrix and Maven's packages call their releases:
//!
//! - A version is runs of digits and runs of letters. All else only keeps them apart: `9.1.0-2` is `9.1.0.2`.
//! - One `v` or `r` before the first digit is no part of it: `R81.20` is `81.20`.
//! - Digits are compared as numbers, letters without their case.
//! - Words for what comes before a release stand before it: `dev`, `snapshot`, `alpha`, `beta`, `milestone`, `pre`,
//!   `preview`, `rc`, in this order but for the last three, which are alike. A lone letter is none of these: `9.1.0-b3`
//!   is build 3 of 9.1.0, `10.1.0-h2` its hotfix 2, `7.4.2a` its next edition.
//! - Words for the release itself say nothing: `final`, `release`, `ga`.
//! - All other letters stand after the end and before numbers: `7.2 < 7.2a < 7.2.1`.
//! - Zeros before letters or the end say nothing: `7.2.0` is `7.2`.

use crate::number::{Number, digits, number, run};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(Vec<Part>);

/// In their order; the last one of a version is always [`Part::End`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Dev,
    Snapshot,
    Alpha,
    Beta,
    Milestone,
    Candidate,
    End,
    Letters(Box<str>),
    Number(Number),
}

pub(crate) fn read(text: &str) -> Result<Version, &'static str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err("it has no digit");
    }
    let lower = text.to_ascii_lowercase();
    let mut rest = lower.as_str();
    if let Some(after) = rest.strip_prefix(['v', 'r'])
        && after.starts_with(|first: char| first.is_ascii_digit())
    {
        rest = after;
    }
    let mut parts = Vec::new();
    while let Some(first) = rest.bytes().next() {
        if first.is_ascii_digit() {
            parts.extend(number(digits(&mut rest)).map(Part::Number));
        } else if first.is_ascii_alphabetic() {
            let (letters, after) = run(rest, |byte| byte.is_ascii_alphabetic());
            rest = after;
            if let Some(word) = word(letters) {
                without_zeros(&mut parts);
                parts.push(word);
            }
        } else {
            rest = &rest[1..];
        }
    }
    without_zeros(&mut parts);
    parts.push(Part::End);
    Ok(Version(parts))
}

fn word(letters: &str) -> Option<Part> {
    Some(match letters {
        "dev" => Part::Dev,
        "snapshot" => Part::Snapshot,
        "alpha" => Part::Alpha,
        "beta" => Part::Beta,
        "milestone" => Part::Milestone,
        "pre" | "preview" | "rc" => Part::Candidate,
        "final" | "release" | "ga" => return None,
        _ => Part::Letters(letters.into()),
    })
}

fn without_zeros(parts: &mut Vec<Part>) {
    while let Some(Part::Number(number)) = parts.last()
        && number.is_zero()
    {
        parts.pop();
    }
}
