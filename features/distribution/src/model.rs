//! What server and endpoint tell each other about a job.

use serde::{Deserialize, Serialize};
use yagura_channel::wire::blob::BlobHash;
use yagura_vocabulary::{Id, Time};

/// The kind of ids of rollouts.
#[derive(Debug)]
pub enum Rollout {}

/// The arguments of `distribution.run`: one endpoint's part of a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The rollout.
    pub rollout_id: Id<Rollout>,
    /// How often the server has given this part to this endpoint, from 1. An endpoint carries each out once, ever.
    pub attempt: u32,
    /// What is done.
    pub work: Work,
    /// When it may be done.
    #[serde(default)]
    pub when: When,
    /// What people are told, and how often they may put it off.
    #[serde(default)]
    pub notice: Notice,
    /// Bytes per second that the content may be fetched with; 0 for no limit.
    #[serde(default)]
    pub bytes_per_second: u64,
    /// Only find out what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Whether the versions of before come back when it fails, where the package system can.
    #[serde(default)]
    pub roll_back: bool,
    /// Seconds that the work itself may take; then it is ended, and has failed.
    pub timeout_s: u32,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Package files are installed, in one go.
    Install {
        /// The files.
        files: Vec<PackageFile>,
    },
    /// A script is run as the system's administrator, in an empty folder of its own.
    Script {
        /// The script.
        blob: BlobHash,
        /// Its name, for people.
        name: String,
        /// With what it is run: an absolute path such as `/bin/sh`.
        interpreter: String,
        /// Its arguments.
        #[serde(default)]
        args: Vec<String>,
        /// Exit codes that mean success.
        success: Vec<i32>,
    },
    /// Updates that the endpoint's own package system has waiting.
    Updates {
        /// Which.
        which: Updates,
    },
}

/// A package file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageFile {
    /// Its content.
    pub blob: BlobHash,
    /// The file's name, which says its kind: `.deb`, `.rpm`.
    pub name: String,
    /// Its package, as its head says.
    pub package: String,
    /// Its version.
    pub version: String,
}

/// Which of the waiting updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Updates {
    /// Those that close holes in security.
    Security,
    /// All.
    All,
    /// Those of these packages.
    Packages {
        /// By name.
        names: Vec<String>,
    },
    /// Those of so many packages that their names would not fit into a command.
    Listed {
        /// The names, one on each line.
        blob: BlobHash,
        /// How many there are.
        count: u32,
    },
}

/// When it may be done, by the endpoint's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Time>,
    /// Not begun after; it has expired then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// Only within these hours of the endpoint's local day; empty for any hour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
}

/// A maintenance window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The days on which it opens: 1 is Monday, 7 is Sunday. Empty for each.
    #[serde(default)]
    pub days: Vec<u8>,
    /// Opens at this minute of the day, 0 to 1439.
    pub from: u16,
    /// Is open for so many minutes, past midnight too; at most a day.
    pub minutes: u16,
}

/// What people who are there are told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Seconds between the notice and the work; 0 for none.
    #[serde(default)]
    pub seconds: u32,
    /// How often a person may put it off.
    #[serde(default)]
    pub postpone_times: u32,
    /// For how many seconds each time.
    #[serde(default)]
    pub postpone_s: u32,
    /// What they are told, besides what is done.
    #[serde(default)]
    pub text: String,
}

/// The arguments of `distribution.recall`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// The rollout that is taken back.
    pub rollout_id: Id<Rollout>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionEnd))]
pub enum End {
    /// Done.
    Done,
    /// There was nothing to do: it was so already.
    Already,
    /// It failed; what is there now is what was there before.
    RolledBack,
    /// It failed, and what is there now is told in `changed`.
    Failed,
    /// It did not begin before its deadline.
    Expired,
    /// It was taken back before it began.
    Recalled,
    /// The endpoint's policy or system does not have it: `why` says which.
    Refused,
}

/// The result of `distribution.run`. The command itself fails only when its arguments do not fit or the agent cannot keep its books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionOutcome))]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Why, for people; empty where it is done.
    #[serde(default)]
    pub why: String,
    /// When the work itself began; `None` where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Time>,
    /// When it ended.
    pub ended_at: Time,
    /// The exit code of the package system or script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// What is different now; of a dry run, what would be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Changed>,
    /// How often people put it off.
    #[serde(default)]
    pub postponed: u32,
    /// Whether the machine must be started anew for it.
    #[serde(default)]
    pub restart: bool,
    /// The end of what was written to the terminal: at most 16 KiB, secrets masked.
    #[serde(default)]
    pub log: String,
    /// From where its content came, as far as it is known; absent where it needed none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Fetched>,
}

/// How many bytes of content came from where. What was asked for twice, after a loss, counts twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionFetched))]
pub struct Fetched {
    /// From the server.
    pub server: u64,
    /// From neighbours on the same segment.
    pub neighbours: u64,
}

/// A package whose version is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionChange))]
pub struct Changed {
    /// Its name.
    pub package: String,
    /// The version of before; `None` where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The version now; `None` where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Where a job of this endpoint is: one entry of the section `distribution` of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The rollout.
    pub rollout_id: Id<Rollout>,
    /// Which attempt.
    pub attempt: u32,
    /// Where it is.
    pub stage: Stage,
    /// Since when.
    pub since: Time,
    /// Until when it waits, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Of what it fetches, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionStage))]
pub enum Stage {
    /// Waits for its time or its window.
    Waiting,
    /// Fetches what it needs.
    Fetching,
    /// People were told; it counts down.
    Notice,
    /// Somebody put it off.
    Postponed,
    /// The work itself.
    Working,
    /// Puts back what was before.
    RollingBack,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: serde::de::DeserializeOwned + Serialize>(golden: &str) -> T {
        let value: T = serde_json::from_str(golden).unwrap();
        assert_eq!(serde_json::to_string_pretty(&value).unwrap() + "\n", golden, "a change needs a new golden file");
        value
    }

    #[test]
    fn released_shapes_are_still_read() {
        let install: Job = check(include_str!("../golden/job-install-v1.json"));
        assert!(matches!(install.work, Work::Install { ref files } if files[0].package == "good"));
        let script: Job = check(include_str!("../golden/job-script-v1.json"));
        assert!(matches!(script.work, Work::Script { ref success, .. } if *success == [0, 3]));
        let updates: Job = check(include_str!("../golden/job-updates-v1.json"));
        assert!(matches!(updates.work, Work::Updates { which: Updates::Packages { .. } }));
        let listed: Job = check(include_str!("../golden/job-listed-v1.json"));
        assert!(matches!(listed.work, Work::Updates { which: Updates::Listed { count: 812, .. } }));
        check::<Recall>(include_str!("../golden/recall-v1.json"));
        assert_eq!(check::<Outcome>(include_str!("../golden/outcome-v1.json")).end, End::RolledBack);
        assert_eq!(check::<Vec<Told>>(include_str!("../golden/state-v1.json"))[1].stage, Stage::Postponed);
    }

    #[test]
    fn what_a_job_does_not_say_is_the_careful_way() {
        let json = r#"{"rollout_id": "0192f0c1-2345-7abc-8def-0123456789ab", "attempt": 1, "timeout_s": 60,
                       "work": {"kind": "updates", "which": {"of": "security"}}}"#;
        let job: Job = serde_json::from_str(json).unwrap();
        assert_eq!((job.dry_run, job.roll_back, job.when), (false, false, When::default()));
    }
}
