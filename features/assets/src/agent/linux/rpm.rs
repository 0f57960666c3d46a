//! Packages of rpm. Its database has no fixed format, so the `rpm` program is asked.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};
use yagura_vocabulary::Time;

use crate::model::Software;

const PROGRAM: &str = "/usr/bin/rpm";
const FORMAT: &str = "%{NAME}\\t%{EVR}\\t%{VENDOR}\\t%{ARCH}\\t%{INSTALLTIME}\\t%{SIZE}\\n";
/// A healthy database answers within seconds; a locked one never.
const PATIENCE: Duration = Duration::from_secs(60);

/// The packages, none where there is no rpm; or why they are missing.
pub(super) async fn packages() -> Result<Vec<Software>, String> {
    if !Path::new(PROGRAM).exists() {
        return Ok(Vec::new());
    }
    let failed = |why: String| format!("cannot list the packages of rpm: {why}");
    let mut command = Command::new(PROGRAM);
    command.args(["-qa", "--qf", FORMAT]).env_clear().env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| failed("no answer within a minute".to_owned()))?;
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(failed(why.lines().next().unwrap_or("no reason given").to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(parse).collect())
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
    Some(Software {
        name,
        version,
        publisher,
        source: "rpm".to_owned(),
        architecture,
        installed_at: field().and_then(|seconds| seconds.parse().ok()).map(Time::from_seconds),
        size_bytes: field().and_then(|size| size.parse().ok()),
        ..Software::default()
    })
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
    }

    #[test]
    fn keys_and_nonsense_are_no_packages() {
        assert_eq!(parse("gpg-pubkey\tfd431d51\t(none)\t(none)\t1\t0"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("a\tb\t(none)").unwrap().publisher, None);
    }
}
