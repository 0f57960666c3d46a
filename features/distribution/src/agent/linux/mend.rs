//! What dpkg has after work: whether all is there, what was cut off finished, what was before put back.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use super::{
    Linux, MENDING,
    deb::{argv, call, complaint},
    keep::file_of,
};
use crate::{
    agent::{Found, How, Plan, Ran, Task},
    model::End,
    packages::{Installed, wants_restart},
};

/// Has dpkg set up what is unpacked.
async fn configure(linux: &Linux, task: &Task, name: &str, limit: Duration) -> Ran {
    let argv = argv(&["dpkg", "--force-confold", "--configure", "-a"]);
    linux.programs.run_again(&call(task, name, argv, limit)).await
}

/// Why it did not go well; nothing where its end says that it did.
fn why(ran: &Ran) -> String {
    match &ran.how {
        How::Exited(0) => String::new(),
        How::Exited(_)
            if ["Could not get lock", "is locked by another process"].iter().any(|text| ran.log.contains(text)) =>
        {
            "another program used the package system for so long that this was given up".to_owned()
        }
        How::Exited(code) => format!("the package system ended with {code}: {}", complaint(&ran.log)),
        How::TimedOut => "it took longer than it may, and was ended".to_owned(),
        How::Cut => "it was cut off in the middle: the machine or the agent stopped".to_owned(),
        How::NotStarted(why) => why.clone(),
    }
}

fn reached(plan: &Plan, now: &Installed) -> bool {
    now.half().is_empty() && plan.changes.iter().all(|one| now.has(&one.package, one.after.as_deref()))
}

pub(super) async fn found(linux: &Linux, task: &Task, plan: &Plan, ran: &Ran) -> Found {
    let mut why = why(ran);
    let mut log = String::new();
    // What a power cut left is finished; what failed by itself may only have kept others waiting. What never ends is not begun again.
    let mends = matches!(ran.how, How::Cut) || matches!(ran.how, How::Exited(code) if code != 0);
    if mends {
        log = configure(linux, task, "configure", task.limit.clamp(Duration::from_secs(60), MENDING)).await.log;
    }
    let (before, now) = match (linux.before(task).await, linux.dpkg().await) {
        (Ok(before), Ok((now, _))) => (before, now),
        (Err(error), _) | (_, Err(error)) => {
            let why = format!("{why}; {error}");
            return Found { end: End::Failed, why, changed: Vec::new(), restart: false, log };
        }
    };
    let changed = before.changes(&now);
    let restart = linux.restart_is_asked_for() || changed.iter().any(|one| wants_restart(&one.package));
    let end = match (&ran.how, reached(plan, &now)) {
        (How::Exited(0), true) => End::Done,
        (How::Cut, true) => {
            why += ", and was finished after the start that followed";
            End::Done
        }
        (How::Exited(_), true) => {
            why += "; what was left was set up at the second try";
            End::Done
        }
        (_, is_there) => {
            if why.is_empty() {
                why = format!("the package system ended well, and not all is there: {}", missing(plan, &now));
            } else if !is_there && !now.half().is_empty() {
                why = format!("{why}; half installed: {}", now.half().join(", "));
            }
            End::Failed
        }
    };
    Found { end, why, changed, restart, log }
}

fn missing(plan: &Plan, now: &Installed) -> String {
    let not_there = plan.changes.iter().filter(|one| !now.has(&one.package, one.after.as_deref()));
    not_there.map(|one| one.package.as_str()).collect::<Vec<_>>().join(", ")
}

/// Versions of before first, then away with what was not there. What is half there gives way.
pub(super) async fn put_back(linux: &Linux, task: &Task, plan: &Plan) -> Found {
    let failed = |why: String| Found { end: End::Failed, why, changed: Vec::new(), restart: false, log: String::new() };
    let before = match linux.before(task).await {
        Ok(before) => before,
        Err(error) => return failed(error),
    };
    let mut log = String::new();
    let now = match linux.dpkg().await {
        Ok((now, _)) => now,
        Err(error) => return failed(error),
    };
    // What is as it was is left alone.
    let had = plan.changes.iter().filter_map(|one| Some((one.package.as_str(), one.before.as_deref()?)));
    let away = had.filter(|(name, version)| !now.has(name, Some(*version)));
    let kept: Vec<PathBuf> = away.map(|(name, _)| file_of(task, name)).filter(|file| file.exists()).collect();
    if !kept.is_empty() {
        let mut all = argv(&["dpkg", "--force-confold", "--force-downgrade", "--install"]);
        all.extend(kept.iter().map(|file| OsString::from(linux.programs.inside(file))));
        log += &linux.programs.run_again(&call(task, "back", all, MENDING)).await.log;
    }
    let fresh = plan.changes.iter().filter(|one| one.before.is_none()).map(|one| one.package.as_str());
    // Where only settings were left, only settings are left.
    let (had_settings, never): (Vec<&str>, Vec<&str>) = fresh.partition(|name| before.get(name).is_some());
    for (name, verb, packages) in [("remove", "--remove", had_settings), ("purge", "--purge", never)] {
        let there = match linux.dpkg().await {
            Ok((now, _)) => packages.into_iter().filter(|name| now.get(name).is_some()).collect::<Vec<_>>(),
            Err(error) => return failed(error),
        };
        if !there.is_empty() {
            let mut all = argv(&["dpkg", "--force-remove-reinstreq", verb]);
            all.extend(there.iter().map(Into::into));
            log += &linux.programs.run_again(&call(task, name, all, MENDING)).await.log;
        }
    }
    let mut now = match linux.dpkg().await {
        Ok((now, _)) => now,
        Err(error) => return failed(error),
    };
    if !now.half().is_empty() {
        log += &configure(linux, task, "configure-back", MENDING).await.log;
        now = match linux.dpkg().await {
            Ok((now, _)) => now,
            Err(error) => return failed(error),
        };
    }
    let (changed, half) = (before.changes(&now), now.half());
    let restart = linux.restart_is_asked_for();
    if changed.is_empty() && half.is_empty() {
        return Found { end: End::RolledBack, why: String::new(), changed, restart, log };
    }
    let mut why = "not all that was before could be put back".to_owned();
    if !half.is_empty() {
        why = format!("{why}; half installed: {}", half.join(", "));
    }
    Found { end: End::Failed, why, changed, restart, log }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(how: How, log: &str) -> Ran {
        Ran { how, log: log.to_owned() }
    }

    #[test]
    fn a_lock_of_somebody_else_is_told_as_that() {
        let log = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (unattended-upgr)";
        assert!(why(&ran(How::Exited(100), log)).starts_with("another program used the package system"));
    }

    #[test]
    fn the_complaint_is_what_apt_complains_of() {
        let log = "Reading...\ndpkg: error processing package bad (--configure):\nSetting up\nE: Sub-process /usr/bin/dpkg returned an error code (1)\n";
        assert_eq!(
            why(&ran(How::Exited(100), log)),
            "the package system ended with 100: dpkg: error processing package bad (--configure): / E: Sub-process /usr/bin/dpkg returned an error code (1)"
        );
        assert_eq!(complaint("one\n\ntwo\n"), "one / two");
    }
}
