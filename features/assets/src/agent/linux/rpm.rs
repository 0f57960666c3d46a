//! Packages of rpm. Its database has no fixed format, so the `rpm` program is asked.

use std::path::Path;

use yagura_vocabulary::Time;

use super::{Root, ask::ask};
use crate::model::{BuiltFrom, Software};

const PROGRAM: &str = "/usr/bin/rpm";
const FORMAT: &str = "%{NAME}\\t%{EVR}\\t%{VENDOR}\\t%{ARCH}\\t%{INSTALLTIME}\\t%{SIZE}\\t%{SOURCERPM}\\n";

/// The packages, none where there is no rpm; or why they are missing.
pub(super) async fn packages(root: &Path) -> Result<Vec<Software>, String> {
    if !Root::new(root).exists(PROGRAM) {
        return Ok(Vec::new());
    }
    let failed = |why: &str| format!("cannot list the packages of rpm: {why}");
    let answer = ask(root, &[PROGRAM, "-qa", "--qf", FORMAT]).await.map_err(|why| failed(&why))?;
    if answer.code != Some(0) {
        return Err(failed(answer.err.lines().next().unwrap_or("no reason given")));
    }
    Ok(answer.out.lines().filter_map(parse).collect())
}

fn parse(line: &str) -> Option<Software> {
    let mut fields = line.split('\t');
    let mut field = || fields.next().map(str::to_owned);
    let known = |text: String| (!text.is_empty() && text != "(none)").then_some(text);
    let (name, version) = (field()?, field()?);
    let (publisher, architecture) = (field().and_then(known), field().and_then(known));
    // Keys of repositories are kept in the database like packages.
    if name == "gpg-pubkey" {
        return None;
    }
    let installed_at = field().and_then(|seconds| seconds.parse().ok()).map(Time::from_seconds);
    let size_bytes = field().and_then(|size| size.parse().ok());
    let built_from = field().and_then(known).and_then(|file| built_from(&file, &version));
    let source = "rpm".to_owned();
    Some(Software {
        name,
        version,
        publisher,
        source,
        architecture,
        installed_at,
        size_bytes,
        built_from,
        ..Software::default()
    })
}

/// The source package of `openssl-3.0.7-24.el9.src.rpm`. Files' names have no epoch: that of the package is taken.
fn built_from(file: &str, version: &str) -> Option<BuiltFrom> {
    let file = file.trim().strip_suffix(".rpm")?;
    // `.src`, `.nosrc`.
    let (file, _) = file.rsplit_once('.')?;
    let (rest, release) = file.rsplit_once('-')?;
    let (name, upstream) = rest.rsplit_once('-')?;
    let epoch = version.split_once(':').map_or(String::new(), |(epoch, _)| format!("{epoch}:"));
    Some(BuiltFrom { name: name.to_owned(), version: format!("{epoch}{upstream}-{release}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_query_is_a_package() {
        let package = parse("bash\t0:5.1.8-6.el9\tRed Hat, Inc.\tx86_64\t1700000000\t7738634").unwrap();
        assert_eq!((package.name.as_str(), package.version.as_str()), ("bash", "0:5.1.8-6.el9"));
        assert_eq!(package.installed_at, Some(Time::from_seconds(1_700_000_000)));
        assert_eq!(package.size_bytes, Some(7_738_634));
        assert_eq!(package.built_from, None);
    }

    #[test]
    fn the_source_package_has_the_epoch_of_the_package() {
        let line = "openssl-libs\t1:3.0.7-24.el9\tRed Hat, Inc.\tx86_64\t1\t2\topenssl-3.0.7-24.el9.src.rpm";
        let built_from = parse(line).unwrap().built_from.unwrap();
        assert_eq!((built_from.name.as_str(), built_from.version.as_str()), ("openssl", "1:3.0.7-24.el9"));
        let old = "a\t1-1\tb\tnoarch\t1\t2\tpython-a-b-1-1.nosrc.rpm";
        assert_eq!(parse(old).unwrap().built_from.unwrap().name, "python-a-b");
        assert_eq!(parse("a\t1-1\tb\tnoarch\t1\t2\t(none)").unwrap().built_from, None);
    }

    #[test]
    fn keys_and_nonsense_are_no_packages() {
        assert_eq!(parse("gpg-pubkey\tfd431d51\t(none)\t(none)\t1\t0"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("a\tb\t(none)").unwrap().publisher, None);
    }
}
