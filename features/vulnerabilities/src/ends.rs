//! Releases of products and the day on which nobody looks after them any more. Pure.
//!
//! Products and cycles have the names of endoflife.date, in small letters, so that what a feed of it says stands under the same ones as what is
//! built in (`data/ends.txt`).

use std::{collections::BTreeMap, sync::LazyLock};

use yagura_vocabulary::Time;

use crate::windows;

/// A release of an operating system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// `debian`, `windows-server`.
    pub product: &'static str,
    /// The cycles that it may stand under, the narrowest first: `11-24h2-e`, then `11-24h2`.
    pub cycles: Vec<String>,
}

/// The days that are known without any feed.
const BUILT_IN: &str = include_str!("../data/ends.txt");

/// A product, its cycle and its last day, counted from 1970.
pub type End = (String, String, i64);

/// What is known of a product as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Product {
    label: &'static str,
    /// Its extended support is free for everybody.
    is_extended: bool,
}

static PRODUCTS: LazyLock<BTreeMap<&str, Product>> = LazyLock::new(|| {
    let product = |line: &'static str| {
        let (name, rest) = line.split_once(" = ")?;
        let (label, mark) = rest.split_once('|').unwrap_or((rest, ""));
        Some((name.trim(), Product { label: label.trim(), is_extended: mark.trim() == "extended" }))
    };
    lines().filter_map(product).collect()
});

fn lines() -> impl Iterator<Item = &'static str> {
    BUILT_IN.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// The days that are known without any feed.
#[must_use]
pub fn built_in() -> Vec<End> {
    lines().filter(|line| !line.contains(" = ")).filter_map(line).collect()
}

fn line(line: &str) -> Option<End> {
    let mut words = line.split('|').map(str::trim);
    let (product, cycle, day) = (words.next()?, words.next()?, words.next()?);
    Some((product.to_owned(), cycle.to_owned(), day_of(day)?))
}

/// The products of which ends are looked at: operating systems and programs.
pub fn products() -> impl Iterator<Item = &'static str> {
    PRODUCTS.keys().copied()
}

/// The operating systems among them.
pub const SYSTEMS: [&str; 11] = [
    "debian",
    "ubuntu",
    "rhel",
    "almalinux",
    "rocky-linux",
    "centos",
    "centos-stream",
    "fedora",
    "windows",
    "windows-server",
    "macos",
];

/// A product's release as people call it: `Debian 10`, `Windows 11 23H2 (Home, Pro)`.
#[must_use]
pub fn title(product: &str, cycle: &str) -> String {
    let label = PRODUCTS.get(product).map_or(product, |it| it.label);
    if cycle == "all" {
        return label.to_owned();
    }
    if !product.starts_with("windows") {
        return format!("{label} {cycle}");
    }
    let (cycle, edition) = [
        ("-iot-lts", " IoT LTSC"),
        ("-e-lts", " LTSC"),
        ("-w", " (Home, Pro)"),
        ("-e", " (Enterprise, Education)"),
        ("-ac", " (Annual Channel)"),
    ]
    .into_iter()
    .find_map(|(end, edition)| Some((cycle.strip_suffix(end)?, edition)))
    .unwrap_or((cycle, ""));
    format!("{label} {}{edition}", cycle.replace('-', " ").to_uppercase())
}

/// What a feed says of the end of a cycle. Times in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Said {
    /// When security updates for everybody end.
    pub security_until: Option<i64>,
    /// When those for whoever pays end, or whoever asks.
    pub extended_until: Option<i64>,
    /// It has ended, whatever days are known.
    pub ended: bool,
}

impl Said {
    /// The last day, counted from 1970; none where it is not known. What has ended on no day that is known ended on the one that is built
    /// in, or at the latest before 1970.
    #[must_use]
    pub fn last_day(self, product: &str, built_in: Option<i64>) -> Option<i64> {
        let is_extended = PRODUCTS.get(product).is_some_and(|it| it.is_extended);
        let extended = self.extended_until.filter(|_| is_extended);
        let day = extended.max(self.security_until).map(|at| at.div_euclid(DAY_US));
        if day.is_none() && self.ended {
            return built_in.or(Some(-1));
        }
        day
    }
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
        ("Rocky Linux", "rocky-linux"),
        ("CentOS Stream", "centos-stream"),
        ("CentOS", "centos"),
        ("Fedora", "fedora"),
        ("macOS", "macos"),
    ];
    let name = name.strip_prefix("Microsoft ").unwrap_or(name);
    if let Some(rest) = name.strip_prefix("Windows Server ") {
        let year = rest.split([' ', ',']).next().filter(|year| year.len() == 4)?;
        let year = if rest.contains(" R2") { format!("{year}-r2") } else { year.to_owned() };
        let cycles =
            if rest.contains("23H2") { vec!["23h2-ac".to_owned()] } else { with(&year, &["", "-sp1", "-sp2"]) };
        return Some(Release { product: "windows-server", cycles });
    }
    if let Some(rest) = name.strip_prefix("Windows ") {
        let number = rest.split(' ').next()?;
        let cycle = windows::client_release(number, version)?;
        let is_enterprise = rest.contains("Enterprise") || rest.contains("Education");
        let edition: &[&str] = match (rest.contains("LTS"), rest.contains("IoT")) {
            (true, true) => &["-iot-lts", "-e-lts"],
            (true, false) => &["-e-lts"],
            _ if is_enterprise => &["-e", ""],
            _ => &["-w", ""],
        };
        return Some(Release { product: "windows", cycles: with(&cycle, edition) });
    }
    let (_, product) = LINUX.into_iter().find(|(beginning, _)| name.starts_with(beginning))?;
    let number = version.split([' ', '(']).find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.split('.');
    let major = parts.next()?;
    let cycle = match (product, parts.next()) {
        ("ubuntu", Some(minor)) => format!("{major}.{minor}"),
        ("ubuntu", None) => return None,
        ("macos", Some(minor)) if major == "10" => format!("{major}.{minor}"),
        _ => major.to_owned(),
    };
    Some(Release { product, cycles: vec![cycle] })
}

fn with(cycle: &str, ends: &[&str]) -> Vec<String> {
    ends.iter().map(|end| format!("{cycle}{end}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programs;

    fn check(name: &str, version: &str, expected: &str) {
        let found = release(name, version).map(|one| format!("{} {}", one.product, one.cycles.join(", ")));
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
        check("Rocky Linux", "8.10 (Green Obsidian)", "rocky-linux 8");
        check("Fedora Linux", "41 (Workstation Edition)", "fedora 41");
        check("macOS", "13.6.1", "macos 13");
        check("macOS", "10.15.7", "macos 10.15");
    }

    #[test]
    fn editions_of_windows_have_ends_of_their_own() {
        check("Windows 11 Pro", "26100", "windows 11-24h2-w, 11-24h2");
        check("Microsoft Windows 11 Enterprise", "10.0.22631.3007", "windows 11-23h2-e, 11-23h2");
        check("Microsoft Windows 10 Education", "22H2", "windows 10-22h2-e, 10-22h2");
        check("Microsoft Windows 10 Enterprise LTSC", "10.0.17763", "windows 10-1809-e-lts");
        check("Windows 11 IoT Enterprise LTSC", "26100", "windows 11-24h2-iot-lts, 11-24h2-e-lts");
        check("Microsoft Windows 7 Professional", "6.1.7601", "windows 7-sp1-w, 7-sp1");
        let r2 = "windows-server 2012-r2, 2012-r2-sp1, 2012-r2-sp2";
        check("Windows Server 2012 R2 Standard", "6.3.9600", r2);
        let year = "windows-server 2019, 2019-sp1, 2019-sp2";
        check("Microsoft Windows Server 2019 Standard", "10.0.17763", year);
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
    fn people_read_of_a_release_and_not_of_its_key() {
        for (product, cycle, wanted) in [
            ("debian", "10", "Debian 10"),
            ("windows", "11-23h2-w", "Windows 11 23H2 (Home, Pro)"),
            ("windows", "10-1809-e-lts", "Windows 10 1809 LTSC"),
            ("windows-server", "2012-r2", "Windows Server 2012 R2"),
            ("flash", "all", "Adobe Flash Player"),
            ("libreoffice", "7.5", "LibreOffice 7.5"),
            ("other", "1", "other 1"),
        ] {
            assert_eq!(title(product, cycle), wanted);
        }
    }

    #[test]
    fn what_a_feed_says_has_a_last_day() {
        let at = |day: &str| day_of(day).map(|day| day * DAY_US);
        let said = Said { security_until: at("2026-06-10"), extended_until: at("2028-06-30"), ended: false };
        assert_eq!(said.last_day("debian", None), day_of("2028-06-30"), "its extended support is free");
        assert_eq!(said.last_day("windows-server", None), day_of("2026-06-10"), "paid extensions do not count");
        assert_eq!(Said::default().last_day("macos", Some(5)), None, "no end is known");
        let ended = Said { ended: true, ..Said::default() };
        assert_eq!((ended.last_day("debian", Some(5)), ended.last_day("debian", None)), (Some(5), Some(-1)));
    }

    #[test]
    fn every_built_in_day_is_read_and_named_once() {
        let all = lines().filter(|line| !line.contains(" = ")).count();
        let mut ends = built_in();
        assert_eq!(ends.len(), all);
        ends.sort_unstable();
        ends.dedup_by_key(|(product, cycle, _)| (product.clone(), cycle.clone()));
        assert_eq!(ends.len(), all);
        for (product, cycle, _) in ends {
            assert!(PRODUCTS.contains_key(product.as_str()), "{product} has no line with its name");
            assert_eq!(cycle, cycle.to_lowercase());
        }
        let of_programs = programs::products();
        for product in products() {
            assert!(SYSTEMS.contains(&product) != of_programs.contains(product), "{product}: a system or a program");
        }
        assert_eq!(day_of("1970-01-02"), Some(1));
        assert_eq!(day_of("1970-02-30"), None);
    }
}
