//! What the head of a package file says of it. Pure: bytes in, names out, with limits on everything.

mod deb;
mod rpm;

use serde::{Deserialize, Serialize};

/// So much of a file's beginning is enough to read its head, in bytes.
pub const HEAD_BYTES: usize = 16 << 20;
/// Longest text of a head that is kept, in characters.
const TEXT: usize = 200;
/// Most names of what a package needs that are kept.
const MOST_DEPENDS: usize = 500;

/// Which package system a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Debian and its kin.
    Deb,
    /// RPM.
    Rpm,
}

impl System {
    /// Its word, which is how the file's name ends.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Rpm => "rpm",
        }
    }
}

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// For which package system.
    pub system: System,
    /// Its name.
    pub name: String,
    /// Its version, with epoch and release where it has them.
    pub version: String,
    /// For which architecture: `amd64`, `x86_64`, `all`, `noarch`.
    pub architecture: String,
    /// What it is, in a line.
    #[serde(default)]
    pub summary: String,
    /// Who made it.
    #[serde(default)]
    pub vendor: String,
    /// What it needs, as it says so.
    #[serde(default)]
    pub depends: Vec<String>,
}

/// The file is no package that can be installed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// It begins like neither.
    #[error("it is neither a .deb nor an .rpm file")]
    Unknown,
    /// Something ends before it should.
    #[error("its {0} breaks off")]
    CutOff(&'static str),
    /// Something is not as the format has it.
    #[error("its {0} cannot be read")]
    Malformed(&'static str),
    /// It is more than a head should be.
    #[error("its {0} is too large")]
    TooLarge(&'static str),
    /// It does not say something that each package says.
    #[error("it does not say its {0}")]
    Lacks(&'static str),
    /// It is a source package.
    #[error("it is a source package, which is not installed")]
    Source,
}

/// Reads the head from the beginning of a file: all of it, or its first [`HEAD_BYTES`].
///
/// # Errors
/// When it is no package, or one that no package system would take.
pub fn read(bytes: &[u8]) -> Result<Head, HeadError> {
    let head = if bytes.starts_with(deb::MAGIC) {
        deb::read(bytes)?
    } else if bytes.starts_with(rpm::MAGIC) {
        rpm::read(bytes)?
    } else {
        return Err(HeadError::Unknown);
    };
    check(&head.name, "name")?;
    check(&head.version, "version")?;
    check(&head.architecture, "architecture")?;
    Ok(head)
}

/// What stands on command lines and in lists is a word: no blanks, nothing that looks like an option or a path.
fn check(word: &str, what: &'static str) -> Result<(), HeadError> {
    if word.is_empty() {
        return Err(HeadError::Lacks(what));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-._~:^".contains(c);
    if word.len() > TEXT || word.starts_with(['-', '.']) || !word.chars().all(fits) {
        return Err(HeadError::Malformed(what));
    }
    Ok(())
}

/// One line of at most [`TEXT`] characters, without control characters.
fn text(from: &str) -> String {
    from.lines().next().unwrap_or_default().trim().chars().filter(|c| !c.is_control()).take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_package_is_said_to_be_none() {
        assert_eq!(read(b"MZ\x90\0"), Err(HeadError::Unknown));
        assert_eq!(read(b""), Err(HeadError::Unknown));
    }

    #[test]
    fn a_name_that_would_be_an_option_or_a_path_is_refused() {
        for bad in ["-rf", "a b", "../x", "a/b", "a;b", &"x".repeat(300)] {
            assert_eq!(check(bad, "name"), Err(HeadError::Malformed("name")), "{bad}");
        }
        for good in ["libstdc++6", "1:2.3~rc1-0+deb12u1", "x86_64", "2.0^git1"] {
            assert_eq!(check(good, "name"), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_a_head_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..4000), kind in 0..3) {
            let magic: &[u8] = match kind { 0 => deb::MAGIC, 1 => rpm::MAGIC, _ => b"" };
            let _ = read(&[magic, &bytes].concat());
        }
    }
}
