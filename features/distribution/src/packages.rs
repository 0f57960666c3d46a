//! What package systems say, read: what is installed, and what apt would do. Pure.

use std::collections::BTreeMap;

use crate::model::Changed;

/// The format in which `dpkg-query --show` is asked for what [`Installed::from_dpkg`] reads.
pub const DPKG_FORMAT: &str = "${Package}\t${Architecture}\t${Version}\t${db:Status-Status}\t${db:Status-Eflag}\n";
/// The same of `rpm -qa --qf`; several versions of one package may be installed at once.
pub const RPM_FORMAT: &str = "%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n";

/// Between versions of one package that are there at once.
const SEVERAL: &str = ", ";

/// A package as the package system has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its version.
    pub version: String,
    /// It is unpacked and set up, and nothing about it waits or went wrong.
    pub whole: bool,
    /// Its files are there, whole or not; false where only its settings are left.
    pub there: bool,
}

/// What is installed, by name. A package of another architecture than the machine's has it in its name, as dpkg writes it: `libc6:i386`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed(BTreeMap<String, Package>);

impl Installed {
    /// Reads the answer of `dpkg-query` to [`DPKG_FORMAT`]; `native` is the machine's architecture.
    #[must_use]
    pub fn from_dpkg(text: &str, native: &str) -> Self {
        let line = |line: &str| {
            let mut fields = line.split('\t');
            let (name, architecture, version) = (fields.next()?, fields.next()?, fields.next()?);
            let (status, flag) = (fields.next()?, fields.next()?);
            if status == "not-installed" || version.is_empty() {
                return None;
            }
            let own = [native, "all", ""].contains(&architecture);
            let name = if own { name.to_owned() } else { format!("{name}:{architecture}") };
            // What waits for a trigger is set up; dpkg comes back to it by itself.
            let whole = ["installed", "triggers-pending", "triggers-awaited"].contains(&status) && flag == "ok";
            Some((name, Package { version: version.to_owned(), whole, there: status != "config-files" }))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// Reads the answer of `rpm` to [`RPM_FORMAT`]. Of several versions of one package, all are told, as one.
    #[must_use]
    pub fn from_rpm(text: &str) -> Self {
        let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, version) in text.lines().filter_map(|line| line.split_once('\t')) {
            found.entry(name.to_owned()).or_default().push(version.strip_prefix("0:").unwrap_or(version));
        }
        let whole = |mut versions: Vec<&str>| {
            versions.sort_unstable();
            // One for each architecture.
            versions.dedup();
            Package { version: versions.join(SEVERAL), whole: true, there: true }
        };
        Self(found.into_iter().map(|(name, versions)| (name, whole(versions))).collect())
    }

    fn versions(&self, name: &str) -> Vec<String> {
        self.version(name).into_iter().flat_map(|all| all.split(SEVERAL)).map(str::to_owned).collect()
    }

    fn put(&mut self, name: &str, mut versions: Vec<String>) {
        versions.sort_unstable();
        versions.dedup();
        if versions.is_empty() {
            self.0.remove(name);
        } else {
            let version = versions.join(SEVERAL);
            self.0.insert(name.to_owned(), Package { version, whole: true, there: true });
        }
    }

    /// A version comes, beside those that are there.
    pub(crate) fn add(&mut self, name: &str, version: &str) {
        let mut all = self.versions(name);
        all.push(version.to_owned());
        self.put(name, all);
    }

    /// A version takes the place of those that are there.
    pub(crate) fn replace(&mut self, name: &str, version: &str) {
        self.put(name, vec![version.to_owned()]);
    }

    /// A version goes.
    pub(crate) fn remove(&mut self, name: &str, version: &str) {
        let mut all = self.versions(name);
        all.retain(|one| one != version);
        self.put(name, all);
    }

    /// The package goes, whatever its version.
    pub(crate) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// A package by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Package> {
        self.0.get(name)
    }

    /// The version of a package whose files are there.
    #[must_use]
    pub fn version(&self, name: &str) -> Option<&str> {
        self.0.get(name).filter(|package| package.there).map(|package| package.version.as_str())
    }

    /// Those that are there and not whole.
    #[must_use]
    pub fn half(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, package)| package.there && !package.whole).map(|(name, _)| name.as_str()).collect()
    }

    /// Whether this package has this version, or is not there where there is none, and is whole.
    #[must_use]
    pub fn has(&self, name: &str, version: Option<&str>) -> bool {
        let whole = self.0.get(name).is_none_or(|package| !package.there || package.whole);
        whole && self.version(name) == version
    }

    /// What is different in `after`.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<Changed> {
        let mut names: Vec<&String> = self.0.keys().chain(after.0.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let change = |name: &String| {
            let (before, after) = (self.version(name), after.version(name));
            let owned = |version: Option<&str>| version.map(str::to_owned);
            (before != after).then(|| Changed { package: name.clone(), before: owned(before), after: owned(after) })
        };
        names.into_iter().filter_map(change).collect()
    }
}

/// A package that apt would install or remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What would be different.
    pub change: Changed,
    /// It comes from where the distribution puts what closes holes in security.
    pub security: bool,
}

/// Reads what `apt-get --simulate` says it would do: `Inst name [before] (after origin [architecture]) […]` and `Remv name [before]`.
#[must_use]
pub fn planned(text: &str) -> Vec<Planned> {
    text.lines().filter_map(planned_line).collect()
}

fn planned_line(line: &str) -> Option<Planned> {
    let (act, rest) = line.split_once(' ')?;
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let rest = rest.trim_start();
    let (before, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (version, rest) = rest.split_once(']')?;
            (Some(version.to_owned()), rest.trim_start())
        }
        None => (None, rest),
    };
    match act {
        "Inst" => {
            let (inner, _) = rest.strip_prefix('(')?.split_once(')')?;
            let (version, origins) = inner.split_once(' ').unwrap_or((inner, ""));
            // Debian: `Debian-Security:12/stable-security`; Ubuntu: `Ubuntu:24.04/noble-security`.
            let of_security = |origin: &str| {
                origin.starts_with("Debian-Security:") || origin.trim_end_matches(',').ends_with("-security")
            };
            let security = origins.split(' ').any(of_security);
            let change = Changed { package: name.to_owned(), before, after: Some(version.to_owned()) };
            (!name.is_empty() && !version.is_empty()).then_some(Planned { change, security })
        }
        "Remv" => {
            let change = Changed { package: name.to_owned(), before, after: None };
            (!name.is_empty()).then_some(Planned { change, security: false })
        }
        _ => None,
    }
}

/// How many bytes apt would fetch: the sum over the lines of `apt-get --print-uris`, `'address' file size hash`. What lies on this
/// machine is not fetched.
#[must_use]
pub fn bytes_to_fetch(text: &str) -> u64 {
    let size = |line: &str| line.strip_prefix('\'')?.rsplit_once("' ")?.1.split(' ').nth(1)?.parse::<u64>().ok();
    let far = text.lines().filter(|line| !line.starts_with("'file:") && !line.starts_with("'copy:"));
    far.filter_map(size).fold(0, u64::saturating_add)
}

/// Whether the machine must be started anew for a new version of this package: kernels, and what everything has open.
#[must_use]
pub fn wants_restart(package: &str) -> bool {
    let name = package.split(':').next().unwrap_or(package);
    let kernel = ["linux-image-", "kernel-core", "kernel-rt-core"].iter().any(|begin| name.starts_with(begin));
    kernel || ["libc6", "glibc", "systemd", "dbus", "dbus-daemon", "kernel"].contains(&name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, Option<&str>, Option<&str>, bool)>) {
        let found = planned(line);
        let found = found.first().map(|one| {
            (one.change.package.as_str(), one.change.before.as_deref(), one.change.after.as_deref(), one.security)
        });
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn what_apt_would_do_is_read() {
        check(
            "Inst libssl3 [3.0.15-1~deb12u1] (3.0.16-1~deb12u1 Debian-Security:12/stable-security [amd64]) []",
            Some(("libssl3", Some("3.0.15-1~deb12u1"), Some("3.0.16-1~deb12u1"), true)),
        );
        check(
            "Inst tzdata [2024a-1] (2025b-0+deb12u1 Debian:12.11/stable, Debian:12-updates/stable-updates [all])",
            Some(("tzdata", Some("2024a-1"), Some("2025b-0+deb12u1"), false)),
        );
        check("Inst good (1.0 local-deb [all])", Some(("good", None, Some("1.0"), false)));
        check(
            "Inst vim [1] (2 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])",
            Some(("vim", Some("1"), Some("2"), true)),
        );
        check(
            "Inst libc6:i386 [2.36] (2.36-9 Debian:12/stable [i386])",
            Some(("libc6:i386", Some("2.36"), Some("2.36-9"), false)),
        );
        check("Remv old [1:2.3~rc1-0+deb12u1]", Some(("old", Some("1:2.3~rc1-0+deb12u1"), None, false)));
        for line in ["Conf good (1.0 local-deb [all])", "NOTE: This is only a simulation!", "Inst", "Inst x (", ""] {
            check(line, None);
        }
    }

    fn dpkg(text: &str) -> Installed {
        Installed::from_dpkg(text, "amd64")
    }

    #[test]
    fn what_is_there_and_not_whole_is_named() {
        let found = dpkg(
            "good\tall\t1.0\tinstalled\tok\nhalf\tamd64\t2.0\thalf-configured\tok\nworse\tamd64\t1\tinstalled\treinstreq\n\
             gone\tamd64\t1\tconfig-files\tok\nlibc6\ti386\t2.36\tinstalled\tok\nnever\tamd64\t\tnot-installed\tok\n",
        );
        assert_eq!(found.half(), ["half", "worse"]);
        assert_eq!((found.version("gone"), found.version("libc6:i386")), (None, Some("2.36")));
        assert!(found.has("good", Some("1.0")) && found.has("gone", None) && found.has("never", None));
        assert!(!found.has("half", Some("2.0")) && !found.has("good", None));
    }

    #[test]
    fn changes_are_what_differs() {
        let (before, after) = (
            dpkg("a\tall\t1\tinstalled\tok\nb\tall\t1\tinstalled\tok\n"),
            dpkg("a\tall\t2\tinstalled\tok\nc\tall\t1\tinstalled\tok\n"),
        );
        let all: Vec<_> = before.changes(&after).into_iter().map(|one| (one.package, one.before, one.after)).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            all,
            [
                ("a".to_owned(), text("1"), text("2")),
                ("b".to_owned(), text("1"), None),
                ("c".to_owned(), None, text("1"))
            ]
        );
        assert!(before.changes(&before).is_empty());
    }

    #[test]
    fn rpm_may_have_several_versions_of_one_package() {
        let found = Installed::from_rpm("kernel-core\t0:6.2-1\nkernel-core\t0:6.1-1\nbash\t2:5.1-1\n");
        assert_eq!((found.version("kernel-core"), found.version("bash")), (Some("6.1-1, 6.2-1"), Some("2:5.1-1")));
    }

    #[test]
    fn bytes_are_summed_over_what_would_be_fetched() {
        let text = "Reading package lists...\n'http://deb.example/a%20b.deb' a_1_all.deb 1000 SHA256:00\n'http://x/y' y.deb 24 \n'file:/x.deb' x.deb 5 \n";
        assert_eq!(bytes_to_fetch(text), 1024);
    }

    #[test]
    fn a_kernel_wants_a_restart_and_an_editor_does_not() {
        assert!(wants_restart("linux-image-6.1.0-18-amd64") && wants_restart("libc6:i386"));
        assert!(!wants_restart("vim") && !wants_restart("libc6-dev"));
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_without_a_panic(text in "(Inst|Remv|Conf)? ?[a-z:]{0,4} ?\\[?[0-9.]{0,3}\\]? ?\\(?[^\\n]{0,20}\\)?") {
            for one in planned(&text) {
                prop_assert!(!one.change.package.is_empty());
            }
            let _ = bytes_to_fetch(&text);
            let _ = Installed::from_dpkg(&text, "amd64");
        }

        #[test]
        fn what_apt_writes_comes_back(name in "[a-z][a-z0-9+.-]{1,10}", before in prop::option::of("[0-9][0-9.~+-]{0,8}"), after in "[0-9][0-9.:~+-]{0,8}") {
            let had = before.as_ref().map(|version| format!("[{version}] ")).unwrap_or_default();
            let found = planned(&format!("Inst {name} {had}({after} Debian:12/stable [all])"));
            prop_assert_eq!(&found[0].change, &Changed { package: name, before, after: Some(after) });
        }
    }
}
