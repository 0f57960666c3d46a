//! What an endpoint does about a job now. Pure, so that the server can say it beforehand.

use std::time::Duration;

use yagura_vocabulary::Time;

use crate::{
    countdown::Countdown,
    model::{Job, Updates, Work},
    policy::DistributionPolicy,
    window::next_open,
};

/// A notice that ended so long ago, while the agent did not run, was forgotten by whoever saw it: it is given anew.
const FORGOTTEN: Duration = Duration::from_secs(900);

/// The moment at which it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The endpoint's clock.
    pub now: Time,
    /// How many seconds its local time is before UTC now.
    pub offset_s: i32,
    /// Whether somebody is there who can be told.
    pub people: bool,
}

/// Why it is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The policy does not allow this kind of work.
    #[error("the policy of this endpoint does not allow it (distribution: allowed)")]
    NotAllowed,
    /// Nor this interpreter.
    #[error("the policy of this endpoint does not allow scripts with this interpreter (distribution: interpreters)")]
    Interpreter,
    /// There is no time at which both the rollout and the policy let it begin.
    #[error("the rollout's windows and those of this endpoint's policy are never open at the same time")]
    NoWindow,
    /// The job makes no sense.
    #[error("the job cannot be understood: {0}")]
    Senseless(&'static str),
}

/// What is done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing, ever.
    Refused(Refusal),
    /// Nothing: it did not begin before its deadline, or cannot any more.
    Expired,
    /// Nothing before this time.
    Wait(Time),
    /// The people there are told that it begins at this time, unless they put it off.
    Notice(Time),
    /// It begins.
    GoOn,
}

/// Decides about a job. `told` is the notice that was given already.
#[must_use]
pub fn decide(policy: &DistributionPolicy, job: &Job, told: Option<&Countdown>, moment: Moment) -> Decision {
    if let Some(refusal) = refusal(policy, job) {
        return Decision::Refused(refusal);
    }
    let Moment { now, offset_s, people } = moment;
    let told = told.map(|countdown| countdown.act_at).filter(|at| now.since(*at) <= FORGOTTEN);
    let Some(deadline) = job.when.deadline else { return in_time(policy, job, told, (now, offset_s, people), None) };
    // A notice that ends at the deadline ends a moment after it.
    let late = now > deadline && told.is_none_or(|at| at > deadline);
    if late { Decision::Expired } else { in_time(policy, job, told, (now, offset_s, people), Some(deadline)) }
}

fn in_time(
    policy: &DistributionPolicy,
    job: &Job,
    told: Option<Time>,
    (now, offset_s, people): (Time, i32, bool),
    deadline: Option<Time>,
) -> Decision {
    // What changes nothing disturbs nobody.
    if job.dry_run {
        return Decision::GoOn;
    }
    let from = job.when.not_before.map_or(now, |not_before| not_before.max(now));
    let Some(open) = next_open(&[&job.when.windows, &policy.windows], from, offset_s) else {
        return Decision::Refused(Refusal::NoWindow);
    };
    if open > now {
        return if deadline.is_some_and(|deadline| open > deadline) { Decision::Expired } else { Decision::Wait(open) };
    }
    if job.notice.seconds == 0 || !people {
        return Decision::GoOn;
    }
    match told {
        Some(at) if at <= now => Decision::GoOn,
        Some(at) => Decision::Notice(at),
        None => {
            let at = now + Duration::from_secs(job.notice.seconds.into());
            Decision::Notice(deadline.map_or(at, |deadline| at.min(deadline)))
        }
    }
}

/// Why it is never done here, as things are.
#[must_use]
pub fn refusal(policy: &DistributionPolicy, job: &Job) -> Option<Refusal> {
    if let Some(fault) = fault(job) {
        return Some(Refusal::Senseless(fault));
    }
    if !policy.allows(job.work.kind()) {
        return Some(Refusal::NotAllowed);
    }
    match &job.work {
        Work::Script { interpreter, .. } if !policy.interpreters.contains(interpreter) => Some(Refusal::Interpreter),
        _ => None,
    }
}

/// How long the work itself may take.
#[must_use]
pub fn time_limit(policy: &DistributionPolicy, job: &Job) -> Duration {
    let seconds = match job.work {
        Work::Script { .. } => job.timeout_s.min(policy.script_s),
        Work::Install { .. } | Work::Updates { .. } => job.timeout_s,
    };
    Duration::from_secs(seconds.into())
}

/// What is wrong with a job although it has the right shape.
fn fault(job: &Job) -> Option<&'static str> {
    if job.when.windows.iter().any(|window| window.fault().is_some()) {
        return Some("a window cannot be");
    }
    if job.timeout_s == 0 {
        return Some("it has no time to work");
    }
    match &job.work {
        Work::Install { files } if files.is_empty() => Some("it installs no file"),
        Work::Install { files } if !files.iter().all(|file| is_file_name(&file.name)) => {
            Some("a file's name must be a plain name that ends in .deb or .rpm")
        }
        Work::Updates { which: Updates::Packages { names } } if names.is_empty() => Some("it names no package"),
        Work::Updates { which: Updates::Packages { names } } if !names.iter().all(|name| is_package_name(name)) => {
            Some("a package's name has letters, digits and . + - _ : only")
        }
        Work::Updates { which: Updates::Listed { count: 0, .. } } => Some("it names no package"),
        Work::Script { interpreter, .. } if !interpreter.starts_with('/') => {
            Some("the interpreter is no absolute path")
        }
        _ => None,
    }
}

/// Names go on command lines and into a folder: nothing in them may be taken for an option or another folder.
fn is_file_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._+-~:%".contains(letter);
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(plain)
        && name.len() <= 200
        && (name.ends_with(".deb") || name.ends_with(".rpm"))
}

/// Whether this may be a package's name: it goes on a command line.
pub(crate) fn is_package_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || ".+-_:".contains(letter))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        model::{Notice, PackageFile, When, Window},
        policy::Kind,
    };
    use yagura_channel::wire::blob::BlobHash;
    use yagura_vocabulary::Id;

    /// 2026-11-30 is a Monday.
    const NOW: &str = "2026-11-30T03:00:00Z";

    pub(crate) fn job() -> Job {
        let file = PackageFile {
            blob: BlobHash::of(b"deb"),
            name: "good_2.0_all.deb".to_owned(),
            package: "good".to_owned(),
            version: "2.0".to_owned(),
        };
        Job {
            rollout_id: Id::new(),
            attempt: 1,
            work: Work::Install { files: vec![file] },
            when: When::default(),
            notice: Notice { seconds: 300, postpone_times: 1, postpone_s: 1800, text: String::new() },
            bytes_per_second: 0,
            dry_run: false,
            roll_back: true,
            timeout_s: 600,
        }
    }

    fn script(interpreter: &str) -> Job {
        let work = Work::Script {
            blob: BlobHash::of(b"sh"),
            name: "clean up".to_owned(),
            interpreter: interpreter.to_owned(),
            args: Vec::new(),
            success: vec![0],
        };
        Job { work, ..job() }
    }

    fn policy() -> DistributionPolicy {
        DistributionPolicy { allowed: vec![Kind::Install, Kind::Script], ..DistributionPolicy::default() }
    }

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(policy: &DistributionPolicy, job: &Job, people: bool, expected: Decision) {
        let moment = Moment { now: time(NOW), offset_s: 9 * 3600, people };
        assert_eq!(decide(policy, job, None, moment), expected);
    }

    fn night() -> Vec<Window> {
        vec![Window { days: Vec::new(), from: 22 * 60, minutes: 480 }]
    }

    #[test]
    fn what_the_policy_does_not_name_is_refused() {
        check(&DistributionPolicy::default(), &job(), false, Decision::Refused(Refusal::NotAllowed));
        check(&policy(), &script("/bin/bash"), false, Decision::Refused(Refusal::Interpreter));
        check(&policy(), &script("/bin/sh"), false, Decision::GoOn);
    }

    #[test]
    fn with_nobody_there_it_begins_and_with_somebody_after_notice() {
        check(&policy(), &job(), false, Decision::GoOn);
        check(&policy(), &job(), true, Decision::Notice(time("2026-11-30T03:05:00Z")));
        let quiet = Job { notice: Notice::default(), ..job() };
        check(&policy(), &quiet, true, Decision::GoOn);
    }

    #[test]
    fn it_waits_for_its_time_and_for_the_windows_of_both() {
        let mut one = job();
        one.when.not_before = Some(time("2026-11-30T04:00:00Z"));
        check(&policy(), &one, true, Decision::Wait(time("2026-11-30T04:00:00Z")));
        one.when.windows = night();
        check(&policy(), &one, true, Decision::Wait(time("2026-11-30T13:00:00Z")));
        let own = DistributionPolicy { windows: vec![Window { days: vec![3], from: 0, minutes: 60 }], ..policy() };
        check(&own, &one, true, Decision::Wait(time("2026-12-01T15:00:00Z")));
        let noon = DistributionPolicy { windows: vec![Window { days: vec![], from: 720, minutes: 60 }], ..policy() };
        check(&noon, &one, true, Decision::Refused(Refusal::NoWindow));
    }

    #[test]
    fn it_expires_at_its_deadline_or_when_no_window_opens_before() {
        let mut one = job();
        one.when.deadline = Some(time("2026-11-30T02:59:59Z"));
        check(&policy(), &one, false, Decision::Expired);
        one.when = When { deadline: Some(time("2026-11-30T12:00:00Z")), windows: night(), ..When::default() };
        check(&policy(), &one, false, Decision::Expired);
    }

    #[test]
    fn a_notice_ends_at_the_deadline_and_the_work_begins_then() {
        let mut one = job();
        one.when.deadline = Some(time("2026-11-30T03:02:00Z"));
        let act_at = time("2026-11-30T03:02:00Z");
        check(&policy(), &one, true, Decision::Notice(act_at));
        let told = Countdown { act_at, postponed: 0, agreed: std::collections::BTreeSet::new() };
        let after = |seconds| Moment { now: act_at + Duration::from_secs(seconds), offset_s: 0, people: true };
        assert_eq!(decide(&policy(), &one, Some(&told), after(1)), Decision::GoOn);
        assert_eq!(decide(&policy(), &one, Some(&told), after(3600)), Decision::Expired);
    }

    #[test]
    fn a_notice_that_everybody_forgot_is_given_anew() {
        let told =
            Countdown { act_at: time("2026-11-30T01:00:00Z"), postponed: 1, agreed: std::collections::BTreeSet::new() };
        let moment = Moment { now: time(NOW), offset_s: 0, people: true };
        assert_eq!(decide(&policy(), &job(), Some(&told), moment), Decision::Notice(time("2026-11-30T03:05:00Z")));
    }

    #[test]
    fn a_dry_run_waits_for_nothing_and_tells_nobody() {
        let dry = Job { dry_run: true, when: When { windows: night(), ..When::default() }, ..job() };
        check(&policy(), &dry, true, Decision::GoOn);
    }

    #[test]
    fn names_that_could_be_options_or_other_folders_are_refused() {
        for name in ["../x.deb", "-x.deb", "a/b.deb", "x.txt", "", "a b.deb"] {
            let mut one = job();
            let Work::Install { files } = &mut one.work else { unreachable!() };
            files[0].name = name.to_owned();
            assert!(matches!(refusal(&policy(), &one), Some(Refusal::Senseless(_))), "{name}");
        }
        let names = |names: &[&str]| Work::Updates {
            which: Updates::Packages { names: names.iter().map(|name| (*name).to_owned()).collect() },
        };
        let all = DistributionPolicy { allowed: vec![Kind::Updates], ..policy() };
        assert_eq!(refusal(&all, &Job { work: names(&["libssl3:amd64"]), ..job() }), None);
        assert!(refusal(&all, &Job { work: names(&["-o"]), ..job() }).is_some());
        assert!(refusal(&all, &Job { work: names(&[]), ..job() }).is_some());
    }

    #[test]
    fn a_script_has_no_more_time_than_the_policy_gives() {
        let short = DistributionPolicy { script_s: 60, ..policy() };
        assert_eq!(time_limit(&short, &script("/bin/sh")), Duration::from_secs(60));
        assert_eq!(time_limit(&short, &job()), Duration::from_secs(600));
    }
}
