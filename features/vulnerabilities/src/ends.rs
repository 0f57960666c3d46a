//! Releases of operating systems and the day on which nobody looks after them any more.

use yagura_vocabulary::Time;

/// A release: its product and cycle, as [`BUILT_IN`] names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// `debian`, `windows-server`.
    pub product: &'static str,
    /// `12`, `2019`.
    pub cycle: String,
}

/// The days that are known without any feed.
const BUILT_IN: &str = include_str!("../data/ends.txt");

/// A product, its cycle and its last day, counted from 1970.
pub type End = (String, String, i64);

/// The days that are known without any feed.
#[must_use]
pub fn built_in() -> Vec<End> {
    BUILT_IN.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<End> {
    let line = line.split('#').next().unwrap_or_default();
    let mut words = line.split('|').map(str::trim);
    let (product, cycle, day) = (words.next()?, words.next()?, words.next()?);
    Some((product.to_owned(), cycle.to_owned(), day_of(day)?))
}

/// The day of `2026-11-30`, counted from 1970.
#[must_use]
pub fn day_of(text: &str) -> Option<i64> {
    let time: Time = format!("{text}T00:00:00Z").parse().ok()?;
    Some(time.micros().div_euclid(DAY_US))
}

/// Microseconds of a day.
pub const DAY_US: i64 = 86_400_000_000;

/// The release that a machine runs, by what its inventory calls it; `None` where that says too little.
#[must_use]
pub fn release(name: &str, version: &str) -> Option<Release> {
    const LINUX: [(&str, &str); 9] = [
        ("Debian", "debian"),
        ("Ubuntu", "ubuntu"),
        ("Red Hat Enterprise Linux", "rhel"),
        ("AlmaLinux", "almalinux"),
        ("Rocky Linux", "rocky"),
        ("CentOS Stream", "centos-stream"),
        ("CentOS", "centos"),
        ("Fedora", "fedora"),
        ("macOS", "macos"),
    ];
    let name = name.strip_prefix("Microsoft ").unwrap_or(name);
    if let Some(rest) = name.strip_prefix("Windows Server ") {
        let year = rest.split(' ').next().filter(|year| year.len() == 4)?;
        let second = rest.contains(" R2");
        return Some(Release {
            product: "windows-server",
            cycle: if second { format!("{year}-r2") } else { year.to_owned() },
        });
    }
    if let Some(rest) = name.strip_prefix("Windows ") {
        let product = "windows";
        let number = rest.split(' ').next()?;
        return match number {
            "10" | "11" => Some(Release { product, cycle: format!("{number}-{}", windows(version)?) }),
            "7" | "8.1" => Some(Release { product, cycle: number.to_owned() }),
            _ => None,
        };
    }
    let (_, product) = LINUX.into_iter().find(|(beginning, _)| name.starts_with(beginning))?;
    let number = version.split([' ', '(']).find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.split('.');
    let major = parts.next()?;
    let cycle = match (product, parts.next()) {
        ("ubuntu", Some(minor)) => format!("{major}.{minor}"),
        ("ubuntu", None) => return None,
        _ => major.to_owned(),
    };
    Some(Release { product, cycle })
}

/// The name of a build of Windows 10 and 11.
fn windows(version: &str) -> Option<&'static str> {
    const BUILDS: [(&str, &str); 11] = [
        ("14393", "1607"),
        ("17763", "1809"),
        ("19042", "20H2"),
        ("19043", "21H1"),
        ("19044", "21H2"),
        ("19045", "22H2"),
        ("22000", "21H2"),
        ("22621", "22H2"),
        ("22631", "23H2"),
        ("26100", "24H2"),
        ("26200", "25H2"),
    ];
    // `26100`, `10.0.26100.4652`, `23H2`
    let mut words = version.split(['.', ' ', '(', ')']);
    words
        .find_map(|word| BUILDS.into_iter().find(|(build, name)| *build == word || *name == word))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, version: &str, expected: &str) {
        let found = release(name, version).map(|one| format!("{} {}", one.product, one.cycle));
        assert_eq!(found.unwrap_or_default(), expected, "{name} {version}");
    }

    #[test]
    fn a_release_is_known_by_what_inventories_call_it() {
        check("Debian GNU/Linux", "12 (bookworm)", "debian 12");
        check("Debian GNU/Linux", "10.13", "debian 10");
        check("Ubuntu", "22.04.3 LTS (Jammy Jellyfish)", "ubuntu 22.04");
        check("Red Hat Enterprise Linux", "9.4 (Plow)", "rhel 9");
        check("CentOS Stream", "9", "centos-stream 9");
        check("CentOS Linux", "7 (Core)", "centos 7");
        check("Fedora Linux", "41 (Workstation Edition)", "fedora 41");
        check("Windows 11 Pro", "26100", "windows 11-24H2");
        check("Microsoft Windows 10 Enterprise", "10.0.19045.5011", "windows 10-22H2");
        check("Windows Server 2012 R2 Standard", "6.3.9600", "windows-server 2012-r2");
        check("Microsoft Windows Server 2019 Standard", "10.0.17763", "windows-server 2019");
        check("macOS", "13.6.1", "macos 13");
    }

    #[test]
    fn what_says_too_little_is_no_release() {
        for (name, version) in
            [("", ""), ("Debian GNU/Linux", ""), ("Ubuntu", "22"), ("Windows 11", "99999"), ("Haiku", "1")]
        {
            check(name, version, "");
        }
    }

    #[test]
    fn every_built_in_day_is_read_and_named_once() {
        let lines = BUILT_IN.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        let mut ends = built_in();
        assert_eq!(ends.len(), lines);
        ends.sort_unstable();
        ends.dedup_by_key(|(product, cycle, _)| (product.clone(), cycle.clone()));
        assert_eq!(ends.len(), lines);
        assert_eq!(day_of("1970-01-02"), Some(1));
        assert_eq!(day_of("1970-02-30"), None);
    }
}
