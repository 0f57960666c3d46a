//! Debian's package systems: apt where it is, dpkg alone otherwise.
//!
//! Work is written as `name=version`, as it was planned: what the archive has newer by then is another rollout's.

use std::{ffi::OsString, fs, path::Path, time::Duration};

use super::{Linux, programs::Call};
use crate::{
    agent::{Plan, Ran, Task, Unable},
    model::{Changed, Updates, Work},
    packages::{DPKG_FORMAT, Installed, Planned, bytes_to_fetch, planned, wants_restart},
};

/// A question to the package system is answered within this time, on a slow disk too.
const PATIENCE: Duration = Duration::from_secs(180);
/// Lists of packages come over the network.
const LISTS: Duration = Duration::from_secs(900);
/// Somebody else may use the package system for so long, as unattended upgrades do.
const LOCK_S: &str = "600";
/// Where the versions of before are written down, as dpkg tells them.
const BEFORE: &str = "before.tsv";

/// Said where the file that names the packages is no such file.
pub(super) const NO_LIST: &str = "the list of packages that are to be updated cannot be read";

/// Options of every apt-get: nobody is asked, settings that somebody changed stay, nothing is removed that was not to be.
fn apt(arguments: &[&str]) -> Vec<OsString> {
    let lock = format!("DPkg::Lock::Timeout={LOCK_S}");
    let fixed = ["apt-get", "-y", "-q", "--no-remove", "-o", "Dpkg::Options::=--force-confold", "-o", &lock];
    let quiet = ["-o", "Dpkg::Use-Pty=0", "-o", "APT::Sandbox::User=root", "-o", "APT::Color=0"];
    fixed.iter().chain(&quiet).chain(arguments).map(Into::into).collect()
}

pub(super) fn argv(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}

impl Linux {
    /// What dpkg has, and how it says it.
    pub(super) async fn dpkg(&self) -> Result<(Installed, String), String> {
        let native = self.programs.ask(&argv(&["dpkg", "--print-architecture"]), PATIENCE).await?;
        let all = self.programs.ask(&argv(&["dpkg-query", "--show", "--showformat", DPKG_FORMAT]), PATIENCE).await?;
        if !native.ok() {
            return Err(format!("dpkg does not say its architecture: {}", native.text().trim()));
        }
        // With no package at all it has nothing to show, and says so by its end.
        Ok((Installed::from_dpkg(&all.out, native.out.trim()), all.out))
    }

    pub(super) async fn before(&self, task: &Task) -> Result<Installed, String> {
        let text = fs::read_to_string(task.folder.join(BEFORE));
        let text = text.map_err(|error| format!("the versions of before cannot be read: {error}"))?;
        let native = self.programs.ask(&argv(&["dpkg", "--print-architecture"]), PATIENCE).await?;
        Ok(Installed::from_dpkg(&text, native.out.trim()))
    }

    fn files(&self, task: &Task) -> Vec<OsString> {
        task.files.iter().map(|file| self.programs.inside(file).into()).collect()
    }
}

pub(super) async fn look(linux: &Linux, task: &Task, has_apt: bool) -> Result<Plan, Unable> {
    let audit = linux.programs.ask(&argv(&["dpkg", "--audit"]), PATIENCE).await.map_err(Unable::Failed)?;
    if !audit.ok() || !audit.out.trim().is_empty() {
        let said = audit.text();
        return Err(Unable::Failed(format!(
            "the package system of this machine is not in order, so nothing is begun (dpkg --audit, then dpkg --configure -a): {}",
            said.trim()
        )));
    }
    let (installed, text) = linux.dpkg().await.map_err(Unable::Failed)?;
    fs::write(task.folder.join(BEFORE), text)
        .map_err(|error| Unable::Failed(format!("the versions of now cannot be written down: {error}")))?;
    let arguments = match &task.work {
        Work::Install { files } if files.iter().any(|file| !file.name.ends_with(".deb")) => {
            return Err(Unable::Refused("this machine installs .deb files only".to_owned()));
        }
        Work::Install { .. } if !has_apt => return Ok(without_apt(task, &installed)),
        Work::Install { .. } => {
            let mut arguments = argv(&["--allow-downgrades", "install"]);
            arguments.extend(linux.files(task));
            arguments
        }
        Work::Updates { .. } if !has_apt => {
            return Err(Unable::Refused("this machine has no apt to ask for updates".to_owned()));
        }
        Work::Updates { which } => match chosen(linux, task, which, &installed).await? {
            names if names.is_empty() => return Ok(Plan::default()),
            names => only_upgrade(&names),
        },
        Work::Script { .. } => return Err(Unable::Failed("a script is no package".to_owned())),
    };
    let simulated = simulate(linux, &arguments).await?;
    let mut uris = asking();
    uris.push("--print-uris".into());
    uris.extend(arguments);
    let uris = linux.programs.ask(&with_apt(&uris), PATIENCE).await.map_err(Unable::Failed)?;
    let changes: Vec<Changed> =
        planned(&simulated).into_iter().map(|one| one.change).filter(|one| one.before != one.after).collect();
    let restart = changes.iter().any(|one| wants_restart(&one.package));
    Ok(Plan { changes, bytes: bytes_to_fetch(&uris.out), restart, log: simulated })
}

/// Apt keeps what it has read as a cache, and writes down how it would go about it; a question leaves nothing behind.
fn asking() -> Vec<OsString> {
    argv(&["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "-o", "Dir::Log::Planner="])
}

fn with_apt(arguments: &[OsString]) -> Vec<OsString> {
    apt(&[]).into_iter().chain(arguments.iter().cloned()).collect()
}

async fn simulate(linux: &Linux, arguments: &[OsString]) -> Result<String, Unable> {
    let mut all = asking();
    all.push("--simulate".into());
    all.extend(arguments.iter().cloned());
    let answer = linux.programs.ask(&with_apt(&all), PATIENCE).await.map_err(Unable::Failed)?;
    if answer.ok() {
        return Ok(answer.text());
    }
    Err(Unable::Failed(format!(
        "the package system cannot do it, and nothing was begun: {}",
        complaint(&answer.text())
    )))
}

/// What the heads of the files say, where there is no apt that would find more.
fn without_apt(task: &Task, installed: &Installed) -> Plan {
    let Work::Install { files } = &task.work else { return Plan::default() };
    let change = |file: &crate::model::PackageFile| {
        let before = installed.version(&file.package).map(str::to_owned);
        let after = Some(file.version.clone());
        (before != after).then(|| Changed { package: file.package.clone(), before, after })
    };
    let changes: Vec<Changed> = files.iter().filter_map(change).collect();
    let restart = changes.iter().any(|one| wants_restart(&one.package));
    Plan { changes, bytes: 0, restart, log: String::new() }
}

/// The updates that are meant, as apt has them now: `name=version`.
async fn chosen(linux: &Linux, task: &Task, which: &Updates, installed: &Installed) -> Result<Vec<String>, Unable> {
    if !task.dry_run {
        // Without a network, what is known already may do.
        match linux.programs.ask(&apt(&["update"]), LISTS).await {
            Ok(answer) if answer.ok() => {}
            Ok(answer) => tracing::warn!(said = complaint(&answer.text()), "the lists of packages are not new"),
            Err(error) => tracing::warn!(error, "the lists of packages are not new"),
        }
    }
    let found = match which {
        Updates::Security | Updates::All => simulate(linux, &argv(&["upgrade", "--with-new-pkgs"])).await?,
        Updates::Packages { names } => {
            let here: Vec<&str> =
                names.iter().map(String::as_str).filter(|name| installed.version(name).is_some()).collect();
            if here.is_empty() {
                return Ok(Vec::new());
            }
            let mut arguments = argv(&["install", "--only-upgrade"]);
            arguments.extend(here.iter().map(Into::into));
            simulate(linux, &arguments).await?
        }
        Updates::Listed { .. } => return Err(Unable::Failed(NO_LIST.to_owned())),
    };
    Ok(pick(planned(&found), which))
}

/// Those that are meant. What they need comes with them.
fn pick(found: Vec<Planned>, which: &Updates) -> Vec<String> {
    let meant = |one: &Planned| match which {
        Updates::Security => one.security,
        Updates::All => true,
        Updates::Packages { names } => names.contains(&one.change.package),
        Updates::Listed { .. } => false,
    };
    let found = found.into_iter().filter(|one| one.change.before.is_some() && meant(one));
    found.filter_map(|one| Some(format!("{}={}", one.change.package, one.change.after?))).collect()
}

fn only_upgrade(names: &[String]) -> Vec<OsString> {
    let mut arguments = argv(&["install", "--only-upgrade"]);
    arguments.extend(names.iter().map(Into::into));
    arguments
}

/// The lines in which apt or dpkg complain, or the last ones.
pub(super) fn complaint(log: &str) -> String {
    let complains = |line: &&str| line.starts_with("E:") || line.starts_with("dpkg: error");
    let mut lines: Vec<&str> = log.lines().map(str::trim).filter(complains).collect();
    if lines.is_empty() {
        lines = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    }
    lines[lines.len().saturating_sub(4)..].join(" / ")
}

pub(super) fn call<'a>(task: &'a Task, name: &'a str, argv: Vec<OsString>, limit: Duration) -> Call<'a> {
    Call { folder: &task.folder, name, argv, cwd: Path::new("/").to_owned(), limit }
}

pub(super) async fn work(linux: &Linux, task: &Task, plan: &Plan, has_apt: bool) -> Ran {
    let argv = match &task.work {
        Work::Install { .. } if has_apt => {
            let mut all = apt(&["--allow-downgrades", "install"]);
            all.extend(linux.files(task));
            all
        }
        Work::Install { .. } => {
            let mut all = argv(&["dpkg", "--force-confold", "--force-downgrade", "--install"]);
            all.extend(linux.files(task));
            all
        }
        Work::Updates { .. } | Work::Script { .. } => {
            let had = plan.changes.iter().filter(|one| one.before.is_some());
            let names: Vec<String> =
                had.filter_map(|one| Some(format!("{}={}", one.package, one.after.as_ref()?))).collect();
            with_apt(&only_upgrade(&names))
        }
    };
    linux.programs.run(&call(task, "work", argv, task.limit)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_updates_only_those_that_are_meant_are_taken() {
        let text = "Inst a [1] (2 Debian-Security:12/stable-security [all])\nInst b [1] (2 Debian:12/stable [all])\nInst new (1 Debian:12/stable [all])\n";
        let names = |which: &Updates| pick(planned(text), which);
        assert_eq!(names(&Updates::Security), ["a=2"]);
        assert_eq!(names(&Updates::All), ["a=2", "b=2"]);
        assert_eq!(names(&Updates::Packages { names: vec!["b".to_owned(), "new".to_owned()] }), ["b=2"]);
    }
}
