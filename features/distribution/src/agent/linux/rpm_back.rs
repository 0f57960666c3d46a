//! What rpm has after work: whether all is there, what was cut off finished, what was before put back.
//!
//! rpm keeps no package file, and cannot pack one anew. What was before is fetched from the repositories before the work begins, or taken
//! from the files that this feature installed itself and keeps, the last one of each package.

use std::{ffi::OsString, fs, io, path::PathBuf};

use super::{
    Linux, MENDING,
    deb::{argv, call},
    rpm::{PATIENCE, before, command, dnf, exactly, files_in, lists},
};
use crate::{
    agent::{Found, How, Plan, Ran, Task, gather::closed_folder},
    dnf::{answered, complaint, failed_scripts, planned},
    model::{Changed, End, Work},
    packages::{Installed, wants_restart},
};

/// Bytes of package files that are kept at most; the oldest go first.
const MOST_KEPT: u64 = 1 << 30;

fn folder(task: &Task) -> PathBuf {
    task.folder.join("before")
}

/// Beside the folders of work, for all jobs: `…/distribution/kept`. A folder of work is `…/distribution/work/NAME`.
fn kept(task: &Task) -> Option<PathBuf> {
    Some(task.folder.parent()?.parent()?.join("kept"))
}

/// Has the files of the versions that would go.
pub(super) async fn keep(linux: &Linux, task: &Task, plan: &Plan, has_dnf: bool) -> Result<(), String> {
    let place = folder(task);
    closed_folder(&place).map_err(|error| format!("there is no folder for the versions of before: {error}"))?;
    // Of what may be there several times, a version that goes cannot come back beside the others; what comes can go.
    let going = |one: &&Changed| one.before.as_deref().is_some_and(|version| !version.contains(", "));
    let mut wanted: Vec<&Changed> = plan.changes.iter().filter(going).collect();
    if let Some(kept) = kept(task) {
        for (name, version, file) in files_in(linux, &kept).await? {
            let is_it = |one: &&Changed| one.package == name && one.before.as_ref() == Some(&version);
            if wanted.iter().any(is_it) {
                let copied = fs::copy(&file, place.join(format!("kept-{name}.rpm")));
                copied.map_err(|error| format!("{} cannot be copied: {error}", file.display()))?;
                wanted.retain(|one| !is_it(one));
            }
        }
    }
    if !wanted.is_empty() && has_dnf {
        wanted = fetch(linux, task, wanted).await?;
    }
    match wanted.as_slice() {
        [] => Ok(()),
        [one, others @ ..] => {
            let version = one.before.as_deref().unwrap_or_default();
            let more = if others.is_empty() { String::new() } else { format!(" (and {} more)", others.len()) };
            Err(format!("the file of {} {version}{more} is in no repository any more and was not kept", one.package))
        }
    }
}

/// Fetches the packages of before from the repositories. Gives those that are not there.
async fn fetch<'a>(linux: &Linux, task: &Task, wanted: Vec<&'a Changed>) -> Result<Vec<&'a Changed>, String> {
    let installed = |one: &&Changed| Some(format!("{}-{}", one.package, one.before.as_deref()?));
    let names: Vec<String> = wanted.iter().filter_map(installed).collect();
    let lists = lists(task);
    let mut words = vec![if task.dry_run { "--assumeno" } else { "-y" }];
    words.extend(lists.iter().map(String::as_str));
    let place = format!("--destdir={}", linux.programs.inside(&folder(task)).display());
    words.extend(["reinstall", "--downloadonly", place.as_str()]);
    words.extend(names.iter().map(String::as_str));
    let answer = linux.programs.ask(&linux.ask_dnf(task, &words), PATIENCE).await?;
    let there: Vec<(String, String)> = if task.dry_run {
        // To be put there anew, each would have to be fetched: what dnf would do to a machine without any names them.
        let would = if answered(answer.code, &answer.text()) { answer.out.as_str() } else { "" };
        let found = planned(would, &Installed::default()).into_iter();
        found.filter_map(|one| Some((one.package, one.after?))).collect()
    } else {
        files_in(linux, &folder(task)).await?.into_iter().map(|(name, version, _)| (name, version)).collect()
    };
    let is_there = |one: &&&Changed| {
        there.iter().any(|(name, version)| *name == one.package && Some(version) == one.before.as_ref())
    };
    Ok(wanted.iter().filter(|one| !is_there(one)).copied().collect())
}

/// Keeps the files of what was just installed, in the place of those of before.
fn keep_files(task: &Task) -> io::Result<()> {
    let (Work::Install { files }, Some(place)) = (&task.work, kept(task)) else { return Ok(()) };
    closed_folder(&place)?;
    for (file, package) in task.files.iter().zip(files).filter(|(_, package)| !package.package.contains('/')) {
        let beside = place.join(format!("{}.new", package.package));
        fs::copy(file, &beside)?;
        fs::rename(&beside, place.join(format!("{}.rpm", package.package)))?;
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(&place)? {
        let entry = entry?;
        let about = entry.metadata()?;
        all.push((about.modified()?, about.len(), entry.path()));
    }
    all.sort_unstable();
    let mut bytes: u64 = all.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in all {
        if bytes <= MOST_KEPT {
            break;
        }
        fs::remove_file(path)?;
        bytes -= length;
    }
    Ok(())
}

/// Why it did not go well; nothing where its end says that it did.
fn why(ran: &Ran) -> String {
    match &ran.how {
        How::Exited(0) => {
            let failed = failed_scripts(&ran.log);
            if failed.is_empty() {
                String::new()
            } else {
                format!("a script of a package failed: {}", failed.join(" / "))
            }
        }
        How::Exited(_) if ran.log.contains("can't create transaction lock") => {
            "another program used the package system".to_owned()
        }
        How::Exited(code) => format!("the package system ended with {code}: {}", complaint(&ran.log)),
        How::TimedOut => "it took longer than it may, and was ended".to_owned(),
        How::Cut => "it was cut off in the middle: the machine or the agent stopped".to_owned(),
        How::NotStarted(why) => why.clone(),
    }
}

/// Finishes what was cut off. What is in rpm's books may lack its last scripts, and the old version may be there too: it is installed anew.
/// The others follow as if nothing had been.
async fn finish(linux: &Linux, task: &Task, plan: &Plan, has_dnf: bool, now: &Installed) -> String {
    if !has_dnf {
        let all = command(linux, task, plan, has_dnf);
        return linux.programs.run_again(&call(task, "again", all, MENDING)).await.log;
    }
    let comes = |one: &&Changed| {
        now.version(&one.package).is_some_and(|there| {
            let new = one.after.as_deref().unwrap_or_default();
            there.split(", ").any(|version| new.split(", ").any(|wanted| wanted == version))
        })
    };
    let (began, others): (Vec<&Changed>, Vec<&Changed>) = plan.changes.iter().partition(comes);
    let mut log = String::new();
    if !began.is_empty() {
        let mut all = dnf(task, &["reinstall"]);
        match &task.work {
            Work::Install { files } => {
                let own = |name: &str| began.iter().any(|one| one.package == name);
                let mine = task.files.iter().zip(files).filter(|(_, file)| own(&file.package));
                all.extend(mine.map(|(file, _)| OsString::from(linux.programs.inside(file))));
                // What came with them is in a repository.
                let came = began.iter().filter(|one| !files.iter().any(|file| file.package == one.package));
                all.extend(exactly(came.copied()));
            }
            _ => all.extend(exactly(began.iter().copied())),
        }
        log += &linux.programs.run_again(&call(task, "reinstall", all, MENDING)).await.log;
    }
    if !others.is_empty() {
        let all = command(linux, task, plan, has_dnf);
        log += &linux.programs.run_again(&call(task, "again", all, MENDING)).await.log;
    }
    log
}

fn missing<'a>(plan: &'a Plan, now: &Installed) -> Vec<&'a str> {
    let not_there = |one: &&Changed| !now.has(&one.package, one.after.as_deref());
    plan.changes.iter().filter(not_there).map(|one| one.package.as_str()).collect()
}

/// Those of which the old version and the new one are both in the books.
fn half<'a>(plan: &'a Plan, now: &Installed) -> Vec<&'a str> {
    let one = |version: Option<&str>| version.is_none_or(|version| !version.contains(", "));
    let twice = |change: &&Changed| {
        one(change.before.as_deref()) && one(change.after.as_deref()) && !one(now.version(&change.package))
    };
    plan.changes.iter().filter(twice).map(|change| change.package.as_str()).collect()
}

pub(super) async fn found(linux: &Linux, task: &Task, plan: &Plan, ran: &Ran, has_dnf: bool) -> Found {
    let failed = |why: String| Found { end: End::Failed, why, changed: Vec::new(), restart: false, log: String::new() };
    let mut why = why(ran);
    let mut log = String::new();
    let before = match before(task) {
        Ok(before) => before,
        Err(error) => return failed(format!("{why}; {error}")),
    };
    let mut now = match linux.rpm().await {
        Ok((now, _)) => now,
        Err(error) => return failed(format!("{why}; rpm does not say what is installed: {}", error.trim())),
    };
    if ran.how == How::Cut {
        log = finish(linux, task, plan, has_dnf, &now).await;
        now = match linux.rpm().await {
            Ok((now, _)) => now,
            Err(error) => return failed(format!("{why}; rpm does not say what is installed: {}", error.trim())),
        };
    }
    let changed = before.changes(&now);
    let restart = linux.restart_is_asked_for() || changed.iter().any(|one| wants_restart(&one.package));
    let (missing, half) = (missing(plan, &now), half(plan, &now));
    let end = match &ran.how {
        How::Exited(0) if missing.is_empty() && why.is_empty() => End::Done,
        How::Cut if missing.is_empty() && failed_scripts(&log).is_empty() => {
            why += ", and was finished after the start that followed";
            End::Done
        }
        _ => {
            if why.is_empty() {
                why = format!("the package system ended well, and not all is there: {}", missing.join(", "));
            } else if !half.is_empty() {
                why = format!("{why}; half installed: {}", half.join(", "));
            }
            End::Failed
        }
    };
    if end == End::Done
        && let Err(error) = keep_files(task)
    {
        tracing::warn!(%error, "the files that were installed are not kept, so the next version cannot be put back to them");
    }
    Found { end, why, changed, restart, log }
}

/// What is not as it was: by its file where it had one version, and the versions that came.
struct Back {
    install: Vec<OsString>,
    erase: Vec<OsString>,
}

async fn what_differs(
    linux: &Linux,
    task: &Task,
    plan: &Plan,
    before: &Installed,
    now: &Installed,
) -> Result<Back, String> {
    let files = files_in(linux, &folder(task)).await?;
    let mut back = Back { install: Vec::new(), erase: Vec::new() };
    for change in &plan.changes {
        let (name, had, has) = (&change.package, before.version(&change.package), now.version(&change.package));
        match had {
            _ if had == has => {}
            Some(version) if !version.contains(", ") => {
                let own = files.iter().filter(|(of, is, _)| of == name && is == version);
                back.install.extend(own.map(|(_, _, file)| OsString::from(linux.programs.inside(file))));
            }
            _ => {
                let old: Vec<&str> = had.unwrap_or_default().split(", ").collect();
                let came = has.into_iter().flat_map(|all| all.split(", ")).filter(|version| !old.contains(version));
                back.erase.extend(came.map(|version| OsString::from(format!("{name}-{version}"))));
            }
        }
    }
    Ok(back)
}

/// Versions of before first, then away with what was not there. Where scripts of the packages hinder it, it is tried without them.
pub(super) async fn put_back(linux: &Linux, task: &Task, plan: &Plan) -> Found {
    let failed = |why: String| Found { end: End::Failed, why, changed: Vec::new(), restart: false, log: String::new() };
    let before = match before(task) {
        Ok(before) => before,
        Err(error) => return failed(error),
    };
    let mut log = String::new();
    for (names, scripts) in [(["back", "erase"], &[][..]), (["back-quiet", "erase-quiet"], &["--noscripts"][..])] {
        let back = match linux.rpm().await {
            Ok((now, _)) => what_differs(linux, task, plan, &before, &now).await,
            Err(error) => Err(error),
        };
        let back = match back {
            Ok(back) => back,
            Err(error) => return failed(error),
        };
        let install = (names[0], argv(&["rpm", "--upgrade", "--oldpackage", "--replacepkgs"]), back.install);
        let erase = (names[1], argv(&["rpm", "--erase"]), back.erase);
        for (name, mut all, packages) in [install, erase] {
            if !packages.is_empty() {
                all.extend(scripts.iter().map(Into::into));
                all.extend(packages);
                log += &linux.programs.run_again(&call(task, name, all, MENDING)).await.log;
            }
        }
    }
    let now = match linux.rpm().await {
        Ok((now, _)) => now,
        Err(error) => return failed(error),
    };
    let (changed, restart) = (before.changes(&now), linux.restart_is_asked_for());
    if changed.is_empty() {
        return Found { end: End::RolledBack, why: String::new(), changed, restart, log };
    }
    let mut why = "not all that was before could be put back".to_owned();
    let half = half(plan, &now);
    if !half.is_empty() {
        why = format!("{why}; half installed: {}", half.join(", "));
    }
    Found { end: End::Failed, why, changed, restart, log }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use yagura_channel::wire::blob::BlobHash;

    use super::*;
    use crate::model::PackageFile;

    #[test]
    fn of_each_package_the_last_file_that_was_installed_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let work = dir.path().join("work/one");
        fs::create_dir_all(&work).unwrap();
        for content in ["old", "new"] {
            let file = work.join("good.rpm");
            fs::write(&file, content).unwrap();
            let package = PackageFile {
                blob: BlobHash::of(content.as_bytes()),
                name: "good.rpm".to_owned(),
                package: "good".to_owned(),
                version: "1".to_owned(),
            };
            let task = Task {
                folder: work.clone(),
                work: Work::Install { files: vec![package] },
                files: vec![file],
                limit: Duration::from_secs(1),
                dry_run: false,
            };
            keep_files(&task).unwrap();
            assert_eq!(fs::read_to_string(dir.path().join("kept/good.rpm")).unwrap(), content);
        }
        assert_eq!(fs::read_dir(dir.path().join("kept")).unwrap().count(), 1);
    }
}
