//! RPM's order: rpm-version(7), and `rpmvercmp` as it is since RPM 4.15 (tilde and caret).

use crate::number::{Number, digits, number, run};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    epoch: Number,
    version: Vec<Part>,
    /// None stands before every release.
    release: Option<Vec<Part>>,
}

/// The parts of a version, in their order. Every version ends with [`Part::End`], so that the order of its parts is
/// its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// `1.0~rc1` stands before `1.0`,
    Tilde,
    End,
    /// which stands before `1.0^git1`,
    Caret,
    /// which stands before `1.0a`,
    Letters(Box<str>),
    /// which stands before `1.0.1`.
    Number(Number),
}

pub(crate) fn read(text: &str) -> Result<Version, &'static str> {
    let mut rest = text;
    let epoch = digits(&mut rest);
    // Only digits before a colon are an epoch; without a colon they were the beginning of the version.
    let (epoch, rest) = match rest.strip_prefix(':') {
        Some(rest) => (number(epoch), rest),
        None => (None, text),
    };
    let (version, release) = match rest.rsplit_once('-') {
        Some((_, "")) => return Err("its release, after the last hyphen, is empty"),
        Some((version, release)) => (version, Some(release)),
        None => (rest, None),
    };
    if version.is_empty() {
        return Err("nothing stands between epoch and release");
    }
    let epoch = epoch.or_else(|| number("0")).ok_or("its epoch is not a number")?;
    Ok(Version { epoch, version: parts(version), release: release.map(parts) })
}

fn parts(mut rest: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(first) = rest.bytes().next() {
        match first {
            b'~' | b'^' => {
                parts.push(if first == b'~' { Part::Tilde } else { Part::Caret });
                rest = &rest[1..];
            }
            b'0'..=b'9' => parts.extend(number(digits(&mut rest)).map(Part::Number)),
            _ if first.is_ascii_alphabetic() => {
                let (letters, after) = run(rest, |byte| byte.is_ascii_alphabetic());
                parts.push(Part::Letters(letters.into()));
                rest = after;
            }
            // All else only keeps parts apart.
            _ => rest = &rest[1..],
        }
    }
    parts.push(Part::End);
    parts
}
