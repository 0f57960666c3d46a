//! Updates that wait, as dnf says: from the lists that it fetched last. It alone knows its modules, exclusions and priorities, so it is
//! asked, without leave to fetch anything (dnf 4 and the options that dnf 5 shares with it).

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use yagura_versions::Scheme;

use super::{
    ask::ask,
    root::{Root, modified},
};
use crate::model::{PendingUpdate, Software, Updates};

const PROGRAM: &str = "/usr/bin/dnf";
const LISTS: &str = "/var/cache/dnf";
/// `dnf check-update` ends so where there are updates.
const THERE_ARE_SOME: i32 = 100;
/// As many as apt's are told.
const MOST: usize = 500;

/// The updates, none where there is no dnf; or why they are missing.
pub(super) async fn updates(root: &Path, software: &[Software]) -> Result<Option<Updates>, String> {
    let files = Root::new(root);
    if !files.exists(PROGRAM) {
        return Ok(None);
    }
    let all = check(root, false).await?;
    let security: HashSet<(String, String)> = check(root, true).await?.into_iter().collect();
    let mut packages: Vec<PendingUpdate> = all
        .into_iter()
        .filter_map(|offer| {
            let security = security.contains(&offer);
            let (name, available) = offer;
            let (name, architecture) = name.rsplit_once('.')?;
            Some(PendingUpdate {
                installed: installed(software, name, architecture)?.to_owned(),
                name: name.to_owned(),
                available,
                security,
            })
        })
        .collect();
    packages.sort_unstable();
    packages.dedup();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (all, closing) = (packages.len(), packages.iter().filter(|update| update.security).count());
    if all > MOST {
        // What closes a hole is told of in any case.
        packages.sort_by_key(|update| !update.security);
        packages.truncate(MOST);
        packages.sort_unstable();
    }
    let fetched = files
        .names(LISTS)
        .into_iter()
        .filter_map(|repository| modified(&files.path(&format!("{LISTS}/{repository}/repodata/repomd.xml"))));
    Ok(Some(Updates {
        source: "dnf".to_owned(),
        lists_at: fetched.max(),
        count: count(all),
        security: count(closing),
        restart: None,
        packages,
    }))
}

/// The newest version of a package that is installed. Of kernels there are several.
fn installed<'a>(software: &'a [Software], name: &str, architecture: &str) -> Option<&'a str> {
    let own = software.iter().filter(|one| one.source == "rpm" && one.name == name);
    let mut versions: HashMap<bool, &str> = HashMap::new();
    for one in own {
        let same = one.architecture.as_deref() == Some(architecture);
        let newest = versions.entry(same).or_insert(&one.version);
        if Scheme::Rpm.compare(&one.version, newest).is_ok_and(std::cmp::Ordering::is_gt) {
            *newest = &one.version;
        }
    }
    // A package may become one for every architecture.
    versions.get(&true).or_else(|| versions.get(&false)).copied()
}

async fn check(root: &Path, security: bool) -> Result<Vec<(String, String)>, String> {
    // Its logs are of no use to anybody here, and its own are for people's work with it.
    let mut words = vec![PROGRAM, "--quiet", "--cacheonly", "--setopt=logdir=/run/yagura-agent-dnf", "check-update"];
    if security {
        words.push("--security");
    }
    let answer = ask(root, &words).await.map_err(|why| format!("the updates that wait are unknown: {why}"))?;
    match answer.code {
        Some(0 | THERE_ARE_SOME) => Ok(offers(&answer.out)),
        _ if answer.err.contains("no cache for") => {
            Err("dnf has no lists, so the updates that wait are unknown".to_owned())
        }
        _ => {
            let why = answer.err.lines().next().unwrap_or("no reason given").to_owned();
            Err(format!("the updates that wait are unknown: dnf says: {why}"))
        }
    }
}

/// Reads `dnf check-update`: `name.architecture  version  repository`, and what takes the place of something else behind a heading. What
/// is too long for its column goes on in the next line, behind blanks.
fn offers(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut row: Vec<&str> = Vec::new();
    for line in text.lines().take_while(|line| !line.starts_with("Obsoleting")).chain(["end"]) {
        if !line.starts_with(' ') {
            if let [name, version, _repository] = row.as_slice() {
                found.push(((*name).to_owned(), (*version).to_owned()));
            }
            row.clear();
        }
        row.extend(line.split_whitespace());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_read_and_what_takes_the_place_of_another_is_not() {
        let text = "\nopenssl-libs.x86_64   1:3.0.7-27.el9   baseos\na-name-that-is-far-too-long-for-its-column.noarch\n                      2-1              appstream\n\
                    Obsoleting Packages\nbash.x86_64 9-9 x\n    old.x86_64 1-1 y\n";
        let found = offers(text);
        let pair = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        assert_eq!(
            found,
            [
                pair("openssl-libs.x86_64", "1:3.0.7-27.el9"),
                pair("a-name-that-is-far-too-long-for-its-column.noarch", "2-1")
            ]
        );
        assert!(offers("").is_empty());
    }

    #[test]
    fn the_newest_of_several_installed_versions_is_the_one_that_is_updated() {
        let one = |version: &str, architecture: &str| Software {
            name: "kernel-core".to_owned(),
            version: version.to_owned(),
            source: "rpm".to_owned(),
            architecture: Some(architecture.to_owned()),
            ..Software::default()
        };
        let all = [one("6.10-1", "x86_64"), one("6.9-1", "x86_64"), one("7-1", "i686")];
        assert_eq!(installed(&all, "kernel-core", "x86_64"), Some("6.10-1"));
        assert_eq!((installed(&all, "kernel-core", "i686"), installed(&all, "bash", "x86_64")), (Some("7-1"), None));
    }
}
