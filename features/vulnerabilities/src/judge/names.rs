//! Under which names statements about a package stand.

use yagura_advisories::{Ecosystem, NameOf, Statement};

use super::Installed;
use crate::{cpe, programs, release::Release, remote::remote_product};

/// A name in an ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Whose name.
    pub ecosystem: Ecosystem,
    /// As statements have it.
    pub package: String,
}

/// All names under which something may be said of a package of a release, each once.
#[must_use]
pub fn names(installed: &Installed, release: Option<&Release>) -> Vec<Name> {
    let mut found = Vec::new();
    let mut add = |ecosystem: &Ecosystem, name: &str| {
        let name = Name { ecosystem: ecosystem.clone(), package: ecosystem.fold(name) };
        if !name.package.is_empty() && !found.contains(&name) {
            found.push(name);
        }
    };
    match installed.system.as_str() {
        // Packages of a distribution are known to the distribution alone: what others say of upstream's versions is not true of them.
        "dpkg" | "rpm" => {
            if let Some(release) = release.filter(|it| fits(&installed.system, &it.ecosystem)) {
                add(&release.ecosystem, &installed.name);
                add(&release.ecosystem, &source(installed).0);
            }
        }
        "pip" => add(&Ecosystem::Pypi, &installed.name),
        "npm" => add(&Ecosystem::Npm, &installed.name),
        "cargo" => add(&Ecosystem::Cargo, &installed.name),
        "windows" => add(&Ecosystem::Windows, &installed.name),
        // Extensions are no packages: nothing that is said of their browser is true of them, and their own names are anybody's.
        "firefox" | "chromium" => return found,
        _ => {
            for name in cpe::names(installed) {
                add(&Ecosystem::Cpe, &name);
            }
        }
    }
    if let Some((product, cycles)) = programs::cycles(installed) {
        for cycle in cycles {
            add(&Ecosystem::Other("end".to_owned()), &format!("{product}:{cycle}"));
        }
    }
    if installed.system == "appliance" {
        add(&Ecosystem::Vendor, &installed.name);
    } else if let Some(product) = remote_product(&installed.publisher, &installed.name) {
        add(&Ecosystem::Vendor, product.key);
    }
    found
}

/// Whether packages of this system are those of the distribution: an `rpm` that somebody unpacked on Debian is not.
fn fits(system: &str, ecosystem: &Ecosystem) -> bool {
    match ecosystem {
        Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) => system == "dpkg",
        Ecosystem::Rhel(_) => system == "rpm",
        Ecosystem::Other(name) => name.starts_with("Fedora") && system == "rpm",
        _ => false,
    }
}

/// Source packages of Debian and Ubuntu that only sign what another one built: statements speak of that one, and its version is that of the package.
const SIGNED: [(&str, &str); 5] = [
    ("linux-signed-amd64", "linux"),
    ("linux-signed-arm64", "linux"),
    ("linux-signed-i386", "linux"),
    ("linux-signed", "linux"),
    ("linux-meta", "linux-meta"),
];

/// The source package and its version. A package that names none is built from a source package of its own name and version.
pub(super) fn source(installed: &Installed) -> (String, String) {
    let own = || (installed.name.clone(), installed.version.clone());
    let Some((name, version)) = &installed.built_from else { return own() };
    match SIGNED.iter().find(|(signed, _)| signed == name) {
        Some((_, built)) => ((*built).to_owned(), installed.version.clone()),
        None => (name.clone(), version.clone()),
    }
}

/// What is weak when this package is: what people update together.
pub(super) fn subject(installed: &Installed) -> String {
    match (installed.system.as_str(), &installed.product) {
        ("dpkg" | "rpm", _) => source(installed).0,
        ("registry", Some((_, product))) if !product.is_empty() => product.clone(),
        _ => installed.name.clone(),
    }
}

/// Whether a statement is about this package, which has these names.
pub(super) fn concerns(installed: &Installed, names: &[Name], statement: &Statement) -> bool {
    let is = |name: &Name| name.package == statement.package && name.ecosystem == statement.ecosystem;
    if !names.iter().any(is) {
        return false;
    }
    let of_system = matches!(installed.system.as_str(), "dpkg" | "rpm");
    let is_named = match statement.by {
        // A source package may have the name of a binary package that is built from another one.
        NameOf::SourcePackage if of_system => source(installed).0 == statement.package,
        NameOf::BinaryPackage if of_system => installed.name == statement.package,
        _ => true,
    };
    is_named && (statement.arch.is_empty() || is_for(&statement.arch, &installed.architecture))
}

fn is_for(architectures: &[String], own: &str) -> bool {
    fn one(name: &str) -> &str {
        match name {
            "amd64" | "x64" => "x86_64",
            "arm64" => "aarch64",
            "i386" | "i486" | "i586" => "i686",
            other => other,
        }
    }
    // What does not say what it is for, or is for all, may be meant.
    matches!(own, "" | "noarch" | "all") || architectures.iter().any(|it| one(it) == one(own))
}
