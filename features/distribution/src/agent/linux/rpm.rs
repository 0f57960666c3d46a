//! Packages of rpm: by dnf where it is, by rpm alone otherwise. Nothing of before is kept.

use std::{ffi::OsString, fs, path::Path, time::Duration};

use super::{Linux, programs::Call};
use crate::{
    agent::{Found, How, Plan, Ran, Task, Unable},
    model::{Changed, End, Updates, Work},
    packages::{Installed, RPM_FORMAT, wants_restart},
};

const PATIENCE: Duration = Duration::from_secs(600);
const BEFORE: &str = "before.tsv";
/// `dnf check-update` ends so where there are updates.
const THERE_ARE_SOME: i32 = 100;

fn argv(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}

async fn installed(linux: &Linux) -> Result<(Installed, String), String> {
    let answer = linux.programs.ask(&argv(&["rpm", "-qa", "--qf", RPM_FORMAT]), PATIENCE).await?;
    if answer.ok() { Ok((Installed::from_rpm(&answer.out), answer.out)) } else { Err(answer.text()) }
}

pub(super) async fn look(linux: &Linux, task: &Task, dnf: bool) -> Result<Plan, Unable> {
    let (now, text) = installed(linux).await.map_err(Unable::Failed)?;
    let broken = linux.programs.ask(&argv(&["rpm", "--verifydb"]), PATIENCE).await.map_err(Unable::Failed)?;
    if !broken.ok() {
        let said = broken.text();
        return Err(Unable::Failed(format!(
            "the package system of this machine is not in order, so nothing is begun (rpm --verifydb): {}",
            said.trim()
        )));
    }
    fs::write(task.folder.join(BEFORE), text)
        .map_err(|error| Unable::Failed(format!("the versions of now cannot be written down: {error}")))?;
    let changes = match &task.work {
        Work::Install { files } => {
            if files.iter().any(|file| !file.name.ends_with(".rpm")) {
                return Err(Unable::Refused("this machine installs .rpm files only".to_owned()));
            }
            let change = |file: &crate::model::PackageFile| {
                let before = now.version(&file.package).map(str::to_owned);
                let after = Some(file.version.clone());
                (before != after).then(|| Changed { package: file.package.clone(), before, after })
            };
            files.iter().filter_map(change).collect()
        }
        Work::Updates { .. } if !dnf => {
            return Err(Unable::Refused("this machine has no dnf to ask for updates".to_owned()));
        }
        Work::Updates { which } => {
            let answer = linux.programs.ask(&check_update(which), PATIENCE).await.map_err(Unable::Failed)?;
            if answer.code != Some(THERE_ARE_SOME) && !answer.ok() {
                return Err(Unable::Failed(format!("dnf cannot say what waits: {}", answer.text().trim())));
            }
            waiting(&answer.out, &now)
        }
        Work::Script { .. } => Vec::new(),
    };
    let restart = changes.iter().any(|one| wants_restart(&one.package));
    Ok(Plan { changes, bytes: 0, restart, log: String::new() })
}

fn check_update(which: &Updates) -> Vec<OsString> {
    let mut all = argv(&["dnf", "-q", "check-update"]);
    match which {
        Updates::Security => all.push("--security".into()),
        Updates::All => {}
        Updates::Packages { names } => all.extend(names.iter().map(Into::into)),
    }
    all
}

/// Reads `dnf check-update`: `name.architecture  version  repository` on each line, until what it calls obsolete.
fn waiting(text: &str, now: &Installed) -> Vec<Changed> {
    let lines = text.lines().take_while(|line| !line.starts_with("Obsoleting"));
    let change = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version, _repository) = (words.next()?, words.next()?, words.next()?);
        let name = name.rsplit_once('.')?.0;
        let before = now.version(name)?.to_owned();
        Some(Changed { package: name.to_owned(), before: Some(before), after: Some(version.to_owned()) })
    };
    lines.filter_map(change).collect()
}

pub(super) async fn work(linux: &Linux, task: &Task, plan: &Plan, dnf: bool) -> Ran {
    let mut all = match &task.work {
        Work::Install { .. } if dnf => argv(&["dnf", "-y", "install"]),
        Work::Install { .. } => argv(&["rpm", "--upgrade", "--oldpackage", "--verbose"]),
        Work::Updates { which: Updates::Security } => argv(&["dnf", "-y", "upgrade", "--security"]),
        Work::Updates { .. } | Work::Script { .. } => argv(&["dnf", "-y", "upgrade"]),
    };
    match &task.work {
        Work::Install { .. } => all.extend(task.files.iter().map(|file| OsString::from(linux.programs.inside(file)))),
        Work::Updates { .. } | Work::Script { .. } => {
            all.extend(plan.changes.iter().map(|one| one.package.as_str().into()));
        }
    }
    let cwd = Path::new("/").to_owned();
    linux.programs.run(&Call { folder: &task.folder, name: "work", argv: all, cwd, limit: task.limit }).await
}

pub(super) async fn found(linux: &Linux, task: &Task, plan: &Plan, ran: &Ran) -> Found {
    let before = Installed::from_rpm(&fs::read_to_string(task.folder.join(BEFORE)).unwrap_or_default());
    let (changed, error) = match installed(linux).await {
        Ok((now, _)) => (before.changes(&now), None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let all = plan.changes.iter().all(|one| changed.iter().any(|now| now.package == one.package));
    let why = match (&ran.how, error) {
        (_, Some(error)) => format!("rpm does not say what is installed: {}", error.trim()),
        (How::Exited(0), None) if all => String::new(),
        (How::Exited(0), None) => "the package system ended well, and not all is there".to_owned(),
        (How::Exited(code), None) => format!("the package system ended with {code}"),
        (How::TimedOut, None) => "it took longer than it may, and was ended".to_owned(),
        (How::Cut, None) => "it was cut off in the middle: the machine or the agent stopped".to_owned(),
        (How::NotStarted(why), None) => why.clone(),
    };
    let restart = linux.restart_is_asked_for() || changed.iter().any(|one| wants_restart(&one.package));
    let end = if why.is_empty() { End::Done } else { End::Failed };
    Found { end, why, changed, restart, log: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dnf_has_waiting_is_read_for_what_is_installed() {
        let now = Installed::from_rpm("openssl-libs\t1:3.0.7-1.el9\nbash\t0:5.1-1\n");
        let text = "\nopenssl-libs.x86_64    1:3.0.7-27.el9    baseos\nnever.noarch 1-1 appstream\nObsoleting Packages\nbash.x86_64 9-9 x\n";
        let found = waiting(text, &now);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].package.as_str(), found[0].before.as_deref(), found[0].after.as_deref()),
            ("openssl-libs", Some("1:3.0.7-1.el9"), Some("1:3.0.7-27.el9"))
        );
    }
}
