//! Which release of which system a machine runs, in the words of those who publish about it. Pure.

use std::fmt::{self, Display};

use yagura_advisories::Ecosystem;

/// A release, as claims are made for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Release {
    /// Whose statements hold for its packages.
    pub ecosystem: Ecosystem,
    /// Built anew by somebody else from the same sources: what is said of the original is very likely right, and is not this vendor's own word.
    pub rebuilt: bool,
}

/// What stands behind the name of a release that was rebuilt.
const REBUILT: &str = "+rebuilt";

impl Release {
    const fn of(ecosystem: Ecosystem) -> Self {
        Self { ecosystem, rebuilt: false }
    }

    /// The release of a stored name; none for the empty one, where the release makes no difference.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if name.is_empty() {
            return None;
        }
        let (ecosystem, rebuilt) = name.strip_suffix(REBUILT).map_or((name, false), |it| (it, true));
        Some(Self { ecosystem: Ecosystem::parse(ecosystem), rebuilt })
    }
}

/// The stored name: `debian:12`, `rhel:9+rebuilt`.
impl Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ecosystem, if self.rebuilt { REBUILT } else { "" })
    }
}

/// Systems that are Red Hat Enterprise Linux, built anew from its sources.
const REBUILDS: [&str; 5] = ["almalinux", "rocky linux", "centos linux", "oracle linux", "scientific linux"];

/// The release that a system calls itself by: `Debian GNU/Linux` and `12 (bookworm)`. Foreign agents write both into the name; where
/// `version` has no number, the first one of the name counts.
#[must_use]
pub fn release_of(os_name: &str, os_version: &str) -> Option<Release> {
    let name = os_name.to_lowercase();
    let number = || number(os_version).or_else(|| number(os_name));
    let major = || number().and_then(|it| it.split('.').next().map(str::to_owned));
    // What stands on Ubuntu has releases of its own under other numbers, so only Ubuntu itself is.
    if name.contains("ubuntu") {
        let number = number()?;
        let mut parts = number.split('.');
        return Some(Release::of(Ecosystem::Ubuntu(format!("{}.{}", parts.next()?, parts.next()?))));
    }
    if name.contains("debian") {
        // Unstable has no number; testing has none until it is frozen.
        let number = major().or_else(|| os_version.contains("sid").then(|| "sid".to_owned()))?;
        return Some(Release::of(Ecosystem::Debian(number)));
    }
    if name.contains("centos stream") {
        return None;
    }
    if name.contains("red hat enterprise linux") || name.trim() == "rhel" {
        return Some(Release::of(Ecosystem::Rhel(major()?)));
    }
    if REBUILDS.iter().any(|it| name.starts_with(it)) {
        return Some(Release { ecosystem: Ecosystem::Rhel(major()?), rebuilt: true });
    }
    if name.contains("fedora") {
        return Some(Release::of(Ecosystem::Other(format!("Fedora:{}", major()?))));
    }
    if name.contains("windows") {
        return Some(Release::of(Ecosystem::Windows));
    }
    if name.contains("macos") || name.contains("mac os x") {
        return Some(Release::of(Ecosystem::Other(format!("macOS:{}", major()?))));
    }
    None
}

/// The first dotted number of a text.
fn number(text: &str) -> Option<String> {
    let from = text.find(|letter: char| letter.is_ascii_digit())?;
    let rest = &text[from..];
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, version: &str, wanted: &str) {
        let release = release_of(name, version).map(|it| it.to_string()).unwrap_or_default();
        assert_eq!(release, wanted, "{name} {version}");
        assert_eq!(Release::parse(wanted).map(|it| it.to_string()).unwrap_or_default(), wanted);
    }

    #[test]
    fn releases_are_known_by_what_systems_call_themselves() {
        check("Debian GNU/Linux", "12 (bookworm)", "debian:12");
        check("Debian GNU/Linux", "11.9", "debian:11");
        check("Debian GNU/Linux", "trixie/sid", "debian:sid");
        check("Ubuntu", "22.04.3 LTS (Jammy Jellyfish)", "ubuntu:22.04");
        check("Red Hat Enterprise Linux", "9.3 (Plow)", "rhel:9");
        check("Fedora Linux", "41 (Workstation Edition)", "other:Fedora:41");
        check("Windows 11 Pro", "26100", "windows");
        check("Microsoft Windows Server 2019 Standard", "10.0.17763", "windows");
        check("macOS", "15.3", "other:macOS:15");
    }

    #[test]
    fn a_name_that_has_the_number_is_enough() {
        check("Debian GNU/Linux 12 (bookworm)", "", "debian:12");
        check("Ubuntu 24.04.1 LTS", "", "ubuntu:24.04");
    }

    #[test]
    fn rebuilds_are_marked_as_such() {
        check("AlmaLinux", "9.4 (Seafoam Ocelot)", "rhel:9+rebuilt");
        check("Rocky Linux", "8.10 (Green Obsidian)", "rhel:8+rebuilt");
        check("Oracle Linux Server", "8.9", "rhel:8+rebuilt");
    }

    #[test]
    fn what_is_not_known_has_none() {
        check("CentOS Stream", "9", "");
        check("Arch Linux", "", "");
        check("Debian GNU/Linux", "", "");
        check("Ubuntu", "rolling", "");
        check("", "12", "");
    }
}
