//! Whose packages a statement is about.

use std::fmt::{self, Display};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use yagura_versions::Scheme;

/// Whose packages or products, and for distributions of which release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// A release of Debian by its number, `12`; `sid` for unstable.
    Debian(String),
    /// A release of Ubuntu by its number, `22.04`.
    Ubuntu(String),
    /// A release of Red Hat Enterprise Linux by its number, `9`.
    Rhel(String),
    /// Python packages.
    Pypi,
    /// npm packages.
    Npm,
    /// Crates.
    Cargo,
    /// Maven's packages, `group:artifact`.
    Maven,
    /// Go modules.
    Go,
    /// Windows and Microsoft's other products.
    Windows,
    /// Products of other vendors by their own names.
    Vendor,
    /// Products by the names of the CPE dictionary, `vendor:product`.
    Cpe,
    /// Another one, in the feed's words.
    Other(String),
}

impl Ecosystem {
    /// The ecosystem of a stored name. Whatever is not known is [`Ecosystem::Other`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let (head, rest) = name.split_once(':').unwrap_or((name, ""));
        match (head, rest) {
            ("debian", release) if !release.is_empty() => Self::Debian(release.to_owned()),
            ("ubuntu", release) if !release.is_empty() => Self::Ubuntu(release.to_owned()),
            ("rhel", release) if !release.is_empty() => Self::Rhel(release.to_owned()),
            ("pypi", "") => Self::Pypi,
            ("npm", "") => Self::Npm,
            ("cargo", "") => Self::Cargo,
            ("maven", "") => Self::Maven,
            ("go", "") => Self::Go,
            ("windows", "") => Self::Windows,
            ("vendor", "") => Self::Vendor,
            ("cpe", "") => Self::Cpe,
            ("other", rest) => Self::Other(rest.to_owned()),
            _ => Self::Other(name.to_owned()),
        }
    }

    /// The order of its versions.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match self {
            Self::Debian(_) | Self::Ubuntu(_) => Scheme::Dpkg,
            Self::Rhel(_) => Scheme::Rpm,
            Self::Pypi => Scheme::Pep440,
            Self::Npm | Self::Cargo | Self::Go => Scheme::Semver,
            Self::Windows => Scheme::Windows,
            Self::Other(name) => match name.split(':').next().unwrap_or_default() {
                "Debian" | "Ubuntu" => Scheme::Dpkg,
                "AlmaLinux" | "Mageia" | "Photon OS" | "Red Hat" | "Rocky Linux" | "SUSE" | "openEuler"
                | "openSUSE" => Scheme::Rpm,
                _ => Scheme::Dotted,
            },
            Self::Maven | Self::Vendor | Self::Cpe => Scheme::Dotted,
        }
    }

    /// A package's name as statements have it, so that two spellings of one name meet: PyPI's names as PEP 503
    /// normalises them, npm's and those of products in small letters; all others as they are.
    #[must_use]
    pub fn fold(&self, name: &str) -> String {
        let name = name.trim();
        match self {
            Self::Pypi => {
                let mut folded = String::with_capacity(name.len());
                for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
                    if !folded.is_empty() {
                        folded.push('-');
                    }
                    folded.push_str(&part.to_lowercase());
                }
                folded
            }
            Self::Npm | Self::Cpe | Self::Vendor | Self::Windows => name.to_lowercase(),
            _ => name.to_owned(),
        }
    }
}

/// The stored name: `debian:12`, `pypi`, `other:Alpine:v3.19`.
impl Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Debian(release) => write!(f, "debian:{release}"),
            Self::Ubuntu(release) => write!(f, "ubuntu:{release}"),
            Self::Rhel(release) => write!(f, "rhel:{release}"),
            Self::Pypi => f.write_str("pypi"),
            Self::Npm => f.write_str("npm"),
            Self::Cargo => f.write_str("cargo"),
            Self::Maven => f.write_str("maven"),
            Self::Go => f.write_str("go"),
            Self::Windows => f.write_str("windows"),
            Self::Vendor => f.write_str("vendor"),
            Self::Cpe => f.write_str("cpe"),
            Self::Other(name) => write!(f, "other:{name}"),
        }
    }
}

impl Serialize for Ecosystem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ecosystem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ecosystem_is_found_again_by_its_stored_name() {
        let named = |release: &str| release.to_owned();
        for (ecosystem, name, scheme) in [
            (Ecosystem::Debian(named("12")), "debian:12", Scheme::Dpkg),
            (Ecosystem::Ubuntu(named("22.04")), "ubuntu:22.04", Scheme::Dpkg),
            (Ecosystem::Rhel(named("9")), "rhel:9", Scheme::Rpm),
            (Ecosystem::Pypi, "pypi", Scheme::Pep440),
            (Ecosystem::Npm, "npm", Scheme::Semver),
            (Ecosystem::Cargo, "cargo", Scheme::Semver),
            (Ecosystem::Go, "go", Scheme::Semver),
            (Ecosystem::Maven, "maven", Scheme::Dotted),
            (Ecosystem::Windows, "windows", Scheme::Windows),
            (Ecosystem::Vendor, "vendor", Scheme::Dotted),
            (Ecosystem::Cpe, "cpe", Scheme::Dotted),
            (Ecosystem::Other(named("Rocky Linux:9")), "other:Rocky Linux:9", Scheme::Rpm),
            (Ecosystem::Other(named("Ubuntu:Pro:18.04:LTS")), "other:Ubuntu:Pro:18.04:LTS", Scheme::Dpkg),
            (Ecosystem::Other(named("npm")), "other:npm", Scheme::Dotted),
        ] {
            assert_eq!(ecosystem.to_string(), name);
            assert_eq!(Ecosystem::parse(name), ecosystem);
            assert_eq!(ecosystem.scheme(), scheme, "{name}");
        }
        assert_eq!(Ecosystem::parse("debian:"), Ecosystem::Other(named("debian:")));
    }

    #[test]
    fn two_spellings_of_one_name_meet() {
        assert_eq!(Ecosystem::Pypi.fold("Ruamel.Yaml__clib"), "ruamel-yaml-clib");
        assert_eq!(Ecosystem::Npm.fold("@Scope/Left-Pad"), "@scope/left-pad");
        assert_eq!(Ecosystem::Vendor.fold(" FortiOS "), "fortios");
        assert_eq!(Ecosystem::Go.fold("github.com/BurntSushi/toml"), "github.com/BurntSushi/toml");
        assert_eq!(Ecosystem::Cargo.fold("serde_json"), "serde_json");
    }
}
