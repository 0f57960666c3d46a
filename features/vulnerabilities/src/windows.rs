//! Windows as a product that is looked after by itself: the name that Microsoft publishes under, and its build. Pure.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::Deserialize;

/// Builds and the names under which Microsoft publishes about them.
const TEXT: &str = include_str!("../data/windows.txt");

struct Build {
    number: u32,
    /// What stands before the number in versions, `10.0`.
    before: &'static str,
    client: &'static str,
    server: &'static str,
    /// `11-24h2`; empty for builds that are a server's only.
    release: &'static str,
}

static BUILDS: LazyLock<Vec<Build>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let [number, before, client, server, release] =
            line.split('|').map(str::trim).collect::<Vec<_>>().try_into().ok()?;
        Some(Build { number: number.parse().ok()?, before, client, server, release })
    };
    TEXT.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')).filter_map(line).collect()
});

/// The release of a client by its number (`10`, `11`, `8.1`) and what the ledger has as its version: a build, or a name like `23H2`.
pub(crate) fn client_release(number: &str, version: &str) -> Option<String> {
    let of_number = |build: &&Build| build.release.split('-').next() == Some(number);
    let mut words = version.split(['.', ' ', '(', ')']);
    let known = words.find_map(|word| {
        BUILDS.iter().filter(of_number).find(|build| {
            build.number.to_string() == word
                || build.release.split_once('-').is_some_and(|(_, name)| name.eq_ignore_ascii_case(word))
        })
    });
    // Of Windows 7 and 8.1 there is one.
    let only = || BUILDS.iter().filter(of_number).find(|build| build.number < FIRST_CUMULATIVE);
    known.or_else(only).map(|build| build.release.to_owned())
}

/// The first build whose updates each have all that came before in them, so that the build alone says what is mended.
const FIRST_CUMULATIVE: u32 = 10240;

/// What an inventory says of the system, as `yagura_assets::model::OperatingSystem` has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Os {
    /// `Microsoft Windows 11 Pro`.
    pub name: String,
    /// `10.0.22631`, `22631`, `23H2`.
    pub version: String,
    /// `22631.3007`, `3007`.
    pub build: Option<String>,
    /// `10.0.22631.3007`, as some agents have it.
    pub kernel: String,
    /// `x86_64`, `aarch64`.
    pub architecture: String,
    /// Updates that are installed, `KB5034123`.
    pub hotfixes: Vec<String>,
}

/// Windows as something that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// As Microsoft names it: `Windows 11 Version 23H2 for x64-based Systems`.
    pub product: String,
    /// `10.0.22631.3007`; without its last part where that is not told.
    pub version: String,
    /// The updates that are installed, in order; empty where the build says it all.
    pub updates: Vec<String>,
}

/// Windows by what an inventory says; none for another system, and for builds that Microsoft publishes nothing about.
#[must_use]
pub fn installed(os: &Os) -> Option<Windows> {
    if !os.name.to_lowercase().contains("windows") {
        return None;
    }
    let texts = [os.build.as_deref().unwrap_or_default(), &os.version, &os.kernel];
    let (build, with) = texts.iter().find_map(|text| Some((build(text)?, *text)))?;
    // The part behind the build: in the same words, or alone.
    let behind = |text: &str| {
        let rest = text.split_once(&build.number.to_string())?.1.strip_prefix('.')?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    };
    let alone = || {
        let text = os.build.as_deref()?;
        (text != with && !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.to_owned())
    };
    let revision = texts.iter().find_map(|text| behind(text)).or_else(alone);
    let is_server = os.name.to_lowercase().contains("server");
    let template = if is_server { build.server } else { build.client };
    if template.is_empty() {
        return None;
    }
    let architecture = match os.architecture.to_lowercase().as_str() {
        "aarch64" | "arm64" => "ARM64-based Systems",
        "x86" | "i686" | "i386" | "32-bit" => "32-bit Systems",
        _ => "x64-based Systems",
    };
    let is_enough = revision.is_some() && build.number >= FIRST_CUMULATIVE;
    let updates: BTreeSet<String> =
        if is_enough { BTreeSet::new() } else { os.hotfixes.iter().map(|kb| kb.to_uppercase()).collect() };
    let revision = revision.map(|it| format!(".{it}")).unwrap_or_default();
    Some(Windows {
        product: template.replace("{}", architecture),
        version: format!("{}.{}{revision}", build.before, build.number),
        updates: updates.into_iter().collect(),
    })
}

/// The build that a text names.
fn build(text: &str) -> Option<&'static Build> {
    let mut numbers = text.split(['.', ' ', '(', ')']).filter_map(|word| word.parse::<u32>().ok());
    numbers.find_map(|number| BUILDS.iter().find(|build| build.number == number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(name: &str, version: &str, build: &str, kernel: &str, architecture: &str) -> Os {
        Os {
            name: name.to_owned(),
            version: version.to_owned(),
            build: (!build.is_empty()).then(|| build.to_owned()),
            kernel: kernel.to_owned(),
            architecture: architecture.to_owned(),
            hotfixes: vec!["kb5034123".to_owned()],
        }
    }

    fn check(os: &Os, wanted: &str) {
        let found = installed(os).map(|it| format!("{} {} {}", it.product, it.version, it.updates.join(",")));
        assert_eq!(found.as_deref().map(str::trim).unwrap_or_default(), wanted, "{os:?}");
    }

    #[test]
    fn windows_is_named_as_its_maker_names_it() {
        let x64 = "Windows 10 Version 22H2 for x64-based Systems 10.0.19045.4046";
        check(&os("Windows 10 Pro", "10.0.19045", "4046", "", "x86_64"), x64);
        check(&os("Microsoft Windows 10 Pro", "22H2", "19045.4046", "", "64-bit"), x64);
        check(&os("Windows 10 Pro", "22H2", "", "10.0.19045.4046", "x86_64"), x64);
        check(&os("Windows 10 Pro", "10.0.19045.4046", "", "", "x86_64"), x64);
        let server = "Windows Server 2025 10.0.26100.3476";
        check(&os("Windows Server 2025 Standard", "10.0.26100", "26100.3476", "", "x86_64"), server);
    }

    #[test]
    fn where_the_build_says_it_all_updates_make_no_difference_and_else_they_do() {
        let arm = "Windows 11 Version 24H2 for ARM64-based Systems 10.0.26100 KB5034123";
        check(&os("Windows 11 Pro", "26100", "", "", "aarch64"), arm);
        // The kernel's own file has the number of the release that it was built for: its last part is another build's.
        let base = "Windows 11 Version 23H2 for x64-based Systems 10.0.22631 KB5034123";
        check(&os("Windows 11 Pro", "10.0.22631", "22631", "10.0.22621.2506", "x86_64"), base);
        let old = "Windows Server 2012 R2 6.3.9600.21765 KB5034123";
        check(&os("Windows Server 2012 R2 Standard", "6.3.9600", "9600.21765", "", "x86_64"), old);
    }

    #[test]
    fn what_microsoft_publishes_nothing_about_is_none() {
        check(&os("Windows 11 Pro", "99999", "", "", "x86_64"), "");
        check(&os("Windows Server 2019", "10.0.22631", "", "", "x86_64"), "");
        check(&os("Debian GNU/Linux", "12", "", "10.0.22631.1", "x86_64"), "");
        check(&os("Windows 11 Pro", "", "", "", ""), "");
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let count = TEXT.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')).count();
        assert_eq!(BUILDS.len(), count);
        for build in BUILDS.iter() {
            assert!(!build.client.is_empty() || !build.server.is_empty(), "{}", build.number);
        }
    }
}
