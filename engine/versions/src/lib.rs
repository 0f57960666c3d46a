//! The order of versions, as those who write them have it. Pure.
//!
//! "Older than 1:2.3-4" is a question that each kind of package answers in its own way. [`Scheme`] says whose way;
//! [`Scheme::compare`] answers, and [`Scheme::read`] keeps a version that is asked about often.
//!
//! ```
//! use std::cmp::Ordering;
//! use yagura_versions::Scheme;
//!
//! assert_eq!(Scheme::Dpkg.compare("1.0~rc1-1", "1.0-1"), Ok(Ordering::Less));
//! assert!(Scheme::Semver.read("1.2.3-rc.1")? < Scheme::Semver.read("1.2.3")?);
//! # Ok::<(), yagura_versions::NotAVersion>(())
//! ```
//!
//! Nothing here guesses: a text that a scheme cannot read is [`NotAVersion`], never "equal" or "older".

mod dotted;
mod dpkg;
mod number;
mod pep440;
mod rpm;
mod semver;
mod windows;

use std::cmp::Ordering;

/// Whose rules put versions in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Debian and Ubuntu packages: deb-version(7).
    Dpkg,
    /// Red Hat's and SUSE's packages, `[epoch:]version[-release]`: rpm-version(7).
    Rpm,
    /// npm, crates and Go modules: Semantic Versioning 2.0.0, section 11. A leading `v` is accepted.
    Semver,
    /// Python packages: PEP 440, with the spellings that it normalises.
    Pep440,
    /// Windows' own dotted numbers, `10.0.19045.4046`. Missing parts are zero.
    Windows,
    /// What vendors of appliances and programs write, `9.1.0.2-b3`, `7.2.8`, `R81.20`.
    Dotted,
}

/// A text that the scheme cannot read as a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read `{text}` as a version of {}: {why}", scheme.as_str())]
pub struct NotAVersion {
    /// Whose rules it was read by.
    pub scheme: Scheme,
    /// Its first characters.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// A version that was read. Versions of one scheme stand in its order; those of different schemes by scheme first.
///
/// Equal means equal in that order: `1.0` and `1.00` of Debian are one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Key);

/// In the order of [`Scheme`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Dpkg(dpkg::Version),
    Rpm(rpm::Version),
    Semver(semver::Version),
    Pep440(pep440::Version),
    Windows(windows::Version),
    Dotted(dotted::Version),
}

/// Longer texts are no versions. The longest in Debian's and PyPI's archives have about 100 characters.
const LONGEST: usize = 512;

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Dpkg, Self::Rpm, Self::Semver, Self::Pep440, Self::Windows, Self::Dotted];

    /// Its name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dpkg => "dpkg",
            Self::Rpm => "rpm",
            Self::Semver => "semver",
            Self::Pep440 => "pep440",
            Self::Windows => "windows",
            Self::Dotted => "dotted",
        }
    }

    /// The scheme of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == name)
    }

    /// Whether `a` stands before `b`.
    ///
    /// # Errors
    /// One of them is not a version by these rules.
    pub fn compare(self, a: &str, b: &str) -> Result<Ordering, NotAVersion> {
        Ok(self.read(a)?.cmp(&self.read(b)?))
    }

    /// Reads a version, so that it need not be read again for each comparison. Spaces around it are not part of it.
    ///
    /// # Errors
    /// It is not a version by these rules.
    pub fn read(self, text: &str) -> Result<Version, NotAVersion> {
        self.key(text.trim()).map(Version).map_err(|why| NotAVersion {
            scheme: self,
            text: text.trim().chars().take(80).collect(),
            why,
        })
    }

    fn key(self, text: &str) -> Result<Key, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if text.len() > LONGEST {
            return Err("it is longer than 512 characters");
        }
        // Vendors write `9.1 R18`; nobody else has spaces within.
        let belongs = |byte: &u8| byte.is_ascii_graphic() || (*byte == b' ' && self == Self::Dotted);
        if !text.as_bytes().iter().all(belongs) {
            return Err("it has a space or a character outside ASCII");
        }
        Ok(match self {
            Self::Dpkg => Key::Dpkg(dpkg::read(text)?),
            Self::Rpm => Key::Rpm(rpm::read(text)?),
            Self::Semver => Key::Semver(semver::read(text)?),
            Self::Pep440 => Key::Pep440(pep440::read(text)?),
            Self::Windows => Key::Windows(windows::read(text)?),
            Self::Dotted => Key::Dotted(dotted::read(text)?),
        })
    }
}

impl Version {
    /// Whose rules it was read by.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self.0 {
            Key::Dpkg(_) => Scheme::Dpkg,
            Key::Rpm(_) => Scheme::Rpm,
            Key::Semver(_) => Scheme::Semver,
            Key::Pep440(_) => Scheme::Pep440,
            Key::Windows(_) => Scheme::Windows,
            Key::Dotted(_) => Scheme::Dotted,
        }
    }
}
