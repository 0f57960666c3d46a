//! Packages of dpkg, from its status file (deb-control(5), dpkg-query(1)).

use std::{
    fs::File,
    io::{BufRead, BufReader},
};

use super::{Root, modified};
use crate::model::{BuiltFrom, Software};

const STATUS: &str = "/var/lib/dpkg/status";

/// The installed packages, sorted, and what could not be read.
pub(super) fn read(root: &Root) -> (Vec<Software>, Option<String>) {
    let Ok(file) = File::open(root.path(STATUS)) else { return (Vec::new(), None) };
    let mut found = Vec::new();
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut stanza = Stanza::default();
    let mut line = Vec::new();
    // Line by line: the file has tens of megabytes on a full desktop, of which a few hundred bytes per package are kept.
    loop {
        line.clear();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() => found.extend(std::mem::take(&mut stanza).installed(root)),
            Ok(_) => stanza.line(&line),
            Err(error) => return (found, Some(format!("cannot read the list of packages: {error}"))),
        }
    }
    found.extend(stanza.installed(root));
    found.sort_unstable();
    (found, None)
}

/// The fields of one package that matter here.
#[derive(Default)]
struct Stanza {
    package: String,
    status: String,
    version: String,
    architecture: String,
    maintainer: String,
    installed_size: Option<u64>,
    multi_arch_same: bool,
    source: String,
}

impl Stanza {
    fn line(&mut self, line: &[u8]) {
        // Continuation lines begin with white space; none of these fields has any.
        let Some(colon) = line.iter().position(|byte| *byte == b':').filter(|_| !line[0].is_ascii_whitespace()) else {
            return;
        };
        let value = || String::from_utf8_lossy(line[colon + 1..].trim_ascii()).into_owned();
        match &line[..colon] {
            b"Package" => self.package = value(),
            b"Status" => self.status = value(),
            b"Version" => self.version = value(),
            b"Architecture" => self.architecture = value(),
            b"Maintainer" => self.maintainer = value(),
            b"Installed-Size" => self.installed_size = value().parse().ok(),
            b"Source" => self.source = value(),
            b"Multi-Arch" => self.multi_arch_same = value() == "same",
            _ => {}
        }
    }

    /// The package, if it is installed: wanted state, error flag, state.
    fn installed(self, root: &Root) -> Option<Software> {
        if self.package.is_empty() || self.status.split(' ').nth(2) != Some("installed") {
            return None;
        }
        let list = if self.multi_arch_same {
            format!("/var/lib/dpkg/info/{}:{}.list", self.package, self.architecture)
        } else {
            format!("/var/lib/dpkg/info/{}.list", self.package)
        };
        let built_from = built_from(&self.source, &self.version);
        let publisher = self.maintainer.split('<').next().unwrap_or_default().trim().trim_matches('"').to_owned();
        Some(Software {
            installed_at: modified(&root.path(&list)),
            name: self.package,
            version: self.version,
            publisher: (!publisher.is_empty()).then_some(publisher),
            source: "dpkg".to_owned(),
            architecture: (!self.architecture.is_empty()).then_some(self.architecture),
            size_bytes: self.installed_size.map(|kib| kib.saturating_mul(1024)),
            built_from,
            ..Software::default()
        })
    }
}

/// `Source:` of a package: `openssl`, or `openssl (3.0.11-1)` where the package has another version. It stands there only where name or version
/// are different.
fn built_from(source: &str, version: &str) -> Option<BuiltFrom> {
    let (name, rest) = source.split_once(' ').unwrap_or((source, ""));
    let own = rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    (!name.is_empty()).then(|| BuiltFrom { name: name.to_owned(), version: own.unwrap_or(version).trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, wanted: Option<(&str, &str)>) {
        let wanted = wanted.map(|(name, version)| BuiltFrom { name: name.to_owned(), version: version.to_owned() });
        assert_eq!(built_from(source, "1.0-1+b1"), wanted, "{source}");
    }

    #[test]
    fn the_source_package_is_told_where_it_is_another_one() {
        check("", None);
        check("openssl", Some(("openssl", "1.0-1+b1")));
        check("linux-signed-amd64 (6.1.76+1)", Some(("linux-signed-amd64", "6.1.76+1")));
        check("grep (1.0-1)", Some(("grep", "1.0-1")));
        check("odd (", Some(("odd", "1.0-1+b1")));
    }
}
