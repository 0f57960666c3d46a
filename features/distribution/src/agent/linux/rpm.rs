//! Packages of rpm: by dnf where it is, by rpm alone otherwise.
//!
//! Updates are written as `name-version`, as they were planned: what the archive has newer by then is another rollout's.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Linux,
    deb::{NO_LIST, argv, call},
};
use crate::{
    agent::{Plan, Ran, Task, Unable},
    dnf::{answered, bytes_to_fetch, complaint, planned},
    model::{Changed, PackageFile, Updates, Work},
    packages::{Installed, RPM_FORMAT, wants_restart},
};

/// A question to the package system is answered within this time, lists of packages fetched over the network included.
pub(super) const PATIENCE: Duration = Duration::from_secs(900);
/// Where the versions of before are written down, as rpm tells them.
const BEFORE: &str = "before.tsv";
/// Where it is written down how dnf came by its lists, for the work that follows.
const LISTS: &str = "dnf.lists";

/// How dnf may come by its lists of packages: the next one where the one before has failed.
const FRESH: &[&str] = &["--refresh"];
const AS_THEY_ARE: &[&str] = &["--setopt=metadata_expire=never"];
const WITHOUT: &[&str] = &["--disablerepo=*"];
/// Of a dry run: what is there, else nothing.
const ONLY_THERE: &[&str] = &["--cacheonly"];

impl Linux {
    /// What rpm has, and how it says it.
    pub(super) async fn rpm(&self) -> Result<(Installed, String), String> {
        let answer = self.programs.ask(&argv(&["rpm", "-qa", "--qf", RPM_FORMAT]), PATIENCE).await?;
        if answer.ok() { Ok((Installed::from_rpm(&answer.out), answer.out)) } else { Err(answer.text()) }
    }

    fn rpm_files(&self, task: &Task) -> Vec<OsString> {
        task.files.iter().map(|file| self.programs.inside(file).into()).collect()
    }

    /// A question to dnf. Its logs go to the folder of the work: a question leaves nothing behind.
    pub(super) fn ask_dnf(&self, task: &Task, words: &[&str]) -> Vec<OsString> {
        let mut logs = OsString::from("--setopt=logdir=");
        logs.push(self.programs.inside(&task.folder.join("log")));
        let mut all = argv(&["dnf", "--color=never"]);
        all.push(logs);
        all.extend(words.iter().map(Into::into));
        all
    }
}

pub(super) fn before(task: &Task) -> Result<Installed, String> {
    let text = fs::read_to_string(task.folder.join(BEFORE));
    text.map(|text| Installed::from_rpm(&text))
        .map_err(|error| format!("the versions of before cannot be read: {error}"))
}

pub(super) async fn look(linux: &Linux, task: &Task, dnf: bool) -> Result<Plan, Unable> {
    let books = linux.programs.ask(&argv(&["rpm", "--verifydb"]), PATIENCE).await.map_err(Unable::Failed)?;
    if !books.ok() {
        let said = books.text();
        return Err(Unable::Failed(format!(
            "the package system of this machine is not in order, so nothing is begun (rpm --verifydb, then rpm --rebuilddb): {}",
            said.trim()
        )));
    }
    let (now, text) = linux.rpm().await.map_err(Unable::Failed)?;
    fs::write(task.folder.join(BEFORE), text)
        .map_err(|error| Unable::Failed(format!("the versions of now cannot be written down: {error}")))?;
    match &task.work {
        Work::Install { files } if files.iter().any(|file| !file.name.ends_with(".rpm")) => {
            Err(Unable::Refused("this machine installs .rpm files only".to_owned()))
        }
        Work::Install { files } if dnf => {
            let mut words = argv(&["install"]);
            words.extend(linux.rpm_files(task));
            let plan = ask(linux, task, &words, &now).await?;
            not_half_there(linux, task, files, &now, &plan).await?;
            Ok(plan)
        }
        Work::Install { files } => without_dnf(linux, task, files, &now).await,
        Work::Updates { .. } if !dnf => Err(Unable::Refused("this machine has no dnf to ask for updates".to_owned())),
        Work::Updates { which } => {
            let mut words = argv(&["upgrade"]);
            match which {
                Updates::Security => words.push("--security".into()),
                Updates::All => {}
                Updates::Listed { .. } => return Err(Unable::Failed(NO_LIST.to_owned())),
                Updates::Packages { names } => {
                    let here = names.iter().filter(|name| now.version(name).is_some());
                    words.extend(here.map(Into::into));
                    if words.len() == 1 {
                        return Ok(Plan::default());
                    }
                }
            }
            ask(linux, task, &words, &now).await
        }
        Work::Script { .. } => Err(Unable::Failed("a script is no package".to_owned())),
    }
}

/// What dnf would do, with the newest lists that it can have.
async fn ask(linux: &Linux, task: &Task, words: &[OsString], now: &Installed) -> Result<Plan, Unable> {
    let ways: &[&[&str]] = match (task.dry_run, &task.work) {
        (true, Work::Install { .. }) => &[ONLY_THERE, WITHOUT],
        (true, _) => &[ONLY_THERE],
        // Without a network, what is known already may do, and for files from the shelf nothing may.
        (false, Work::Install { .. }) => &[FRESH, AS_THEY_ARE, WITHOUT],
        (false, _) => &[FRESH, AS_THEY_ARE],
    };
    let mut said = String::new();
    for way in ways {
        let mut all = linux.ask_dnf(task, &["--assumeno"]);
        all.extend(way.iter().map(Into::into));
        all.extend(words.iter().cloned());
        let answer = linux.programs.ask(&all, PATIENCE).await.map_err(Unable::Failed)?;
        let text = answer.text();
        if answered(answer.code, &text) {
            fs::write(task.folder.join(LISTS), way.join("\n"))
                .map_err(|error| Unable::Failed(format!("what was found cannot be written down: {error}")))?;
            let changes = planned(&answer.out, now);
            let restart = changes.iter().any(|one| wants_restart(&one.package));
            return Ok(Plan { changes, bytes: bytes_to_fetch(&answer.out), restart, log: text });
        }
        // The first complaint is about the lists that there should be; the others follow from it.
        if said.is_empty() {
            said = complaint(&text);
        }
        tracing::warn!(said = complaint(&text), ?way, "dnf could not be asked in this way");
    }
    Err(Unable::Failed(format!("the package system cannot do it, and nothing was begun: {said}")))
}

/// Where work was cut off once, the old and the new version may both be in rpm's books; dnf takes the new one for installed.
async fn not_half_there(
    linux: &Linux,
    task: &Task,
    files: &[PackageFile],
    now: &Installed,
    plan: &Plan,
) -> Result<(), Unable> {
    let several = |name: &str| now.version(name).is_some_and(|all| all.contains(", "));
    let left_alone = |name: &str| !plan.changes.iter().any(|one| one.package == name);
    let suspects: Vec<&str> =
        files.iter().map(|file| file.package.as_str()).filter(|name| several(name) && left_alone(name)).collect();
    if suspects.is_empty() {
        return Ok(());
    }
    // Of kernels there may be several; dnf knows of what else.
    let check = linux.ask_dnf(task, &["--quiet", "--cacheonly", "--disablerepo=*", "check", "--duplicates"]);
    let answer = linux.programs.ask(&check, PATIENCE).await.map_err(Unable::Failed)?;
    let twice = suspects.iter().find(|name| {
        let begin = format!("{name}-");
        answer.out.lines().any(|line| line.starts_with(&begin) && line.contains(" is a duplicate with "))
    });
    match twice {
        None => Ok(()),
        Some(name) => Err(Unable::Failed(format!(
            "`{name}` is half installed on this machine ({}), so nothing is begun; put it in order by dnf remove --duplicates",
            now.version(name).unwrap_or_default()
        ))),
    }
}

/// What the heads of the files say, where there is no dnf that would find more; rpm says whether it can.
async fn without_dnf(linux: &Linux, task: &Task, files: &[PackageFile], now: &Installed) -> Result<Plan, Unable> {
    let change = |file: &PackageFile| {
        let before = now.version(&file.package).map(str::to_owned);
        let after = Some(file.version.clone());
        (before != after).then(|| Changed { package: file.package.clone(), before, after })
    };
    let changes: Vec<Changed> = files.iter().filter_map(change).collect();
    if changes.is_empty() {
        return Ok(Plan::default());
    }
    let mut test = argv(RPM_ALONE);
    test.push("--test".into());
    test.extend(linux.rpm_files(task));
    let answer = linux.programs.ask(&test, PATIENCE).await.map_err(Unable::Failed)?;
    let text = answer.text();
    if !answer.ok() {
        let said = complaint(&text);
        return Err(Unable::Failed(format!("the package system cannot do it, and nothing was begun: {said}")));
    }
    let restart = changes.iter().any(|one| wants_restart(&one.package));
    Ok(Plan { changes, bytes: 0, restart, log: text })
}

const RPM_ALONE: &[&str] = &["rpm", "--upgrade", "--oldpackage", "--replacepkgs"];

/// Packages as they were planned, as dnf takes them.
pub(super) fn exactly<'a>(changes: impl Iterator<Item = &'a Changed>) -> Vec<OsString> {
    let exact = |one: &Changed| {
        // Of several versions, the one that comes is meant.
        let had: Vec<&str> = one.before.as_deref().unwrap_or_default().split(", ").collect();
        let new = one.after.as_deref()?.split(", ").find(|version| !had.contains(version))?;
        Some(format!("{}-{new}", one.package).into())
    };
    changes.filter_map(exact).collect()
}

/// How dnf comes by the lists that the plan was made of.
pub(super) fn lists(task: &Task) -> Vec<String> {
    let way = fs::read_to_string(task.folder.join(LISTS)).unwrap_or_default();
    // They are new already.
    let way = if way == FRESH.join("\n") { AS_THEY_ARE.join("\n") } else { way };
    way.lines().map(str::to_owned).collect()
}

/// dnf without questions, with the lists that the plan was made of.
pub(super) fn dnf(task: &Task, words: &[&str]) -> Vec<OsString> {
    let mut all = argv(&["dnf", "-y", "--color=never"]);
    all.extend(lists(task).into_iter().map(OsString::from));
    all.extend(words.iter().map(Into::into));
    all
}

/// What carries the plan out.
pub(super) fn command(linux: &Linux, task: &Task, plan: &Plan, has_dnf: bool) -> Vec<OsString> {
    match &task.work {
        Work::Install { .. } if has_dnf => {
            let mut all = dnf(task, &["install"]);
            all.extend(linux.rpm_files(task));
            all
        }
        Work::Install { .. } => {
            let mut all = argv(RPM_ALONE);
            all.push("--verbose".into());
            all.extend(linux.rpm_files(task));
            all
        }
        Work::Updates { .. } | Work::Script { .. } => {
            let mut all = dnf(task, &["upgrade"]);
            all.extend(exactly(plan.changes.iter().filter(|one| one.before.is_some())));
            all
        }
    }
}

pub(super) async fn work(linux: &Linux, task: &Task, plan: &Plan, has_dnf: bool) -> Ran {
    linux.programs.run(&call(task, "work", command(linux, task, plan, has_dnf), task.limit)).await
}

/// The package files in a folder: name, version, file.
pub(super) async fn files_in(linux: &Linux, folder: &Path) -> Result<Vec<(String, String, PathBuf)>, String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "rpm")).collect();
    files.sort_unstable();
    let mut found = Vec::new();
    for file in files {
        let mut words = argv(&["rpm", "--query", "--package", "--nosignature", "--qf", RPM_FORMAT]);
        words.push(linux.programs.inside(&file).into());
        let answer = linux.programs.ask(&words, PATIENCE).await?;
        if let Some((name, version)) = answer.out.trim_end().split_once('\t').filter(|_| answer.ok()) {
            let version = version.strip_prefix("0:").unwrap_or(version).to_owned();
            found.push((name.to_owned(), version, file));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_are_named_with_the_version_that_comes() {
        let change = |package: &str, before: Option<&str>, after: &str| Changed {
            package: package.to_owned(),
            before: before.map(str::to_owned),
            after: Some(after.to_owned()),
        };
        let all = [
            change("bash", Some("5.1-1"), "5.1-2"),
            change("openssl", Some("1:3.0-1"), "1:3.0-2"),
            change("kernel-core", Some("6.1-1, 6.2-1"), "6.2-1, 6.3-1"),
        ];
        assert_eq!(exactly(all.iter()), ["bash-5.1-2", "openssl-1:3.0-2", "kernel-core-6.3-1"]);
    }
}
