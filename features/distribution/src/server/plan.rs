//! What somebody asks for, checked, and how it is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_channel::wire::blob::BlobHash;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{
    Id, Time,
    id::{EndpointId, GroupId},
};

use super::shelf::{self, ShelfItem};
use crate::model::{self, Job, Notice, PackageFile, When, Window};

/// Most endpoints of one rollout.
pub(super) const MOST_ENDPOINTS: usize = 100_000;
/// Most rings.
const MOST_RINGS: usize = 20;
/// Most package files of one rollout.
const MOST_ITEMS: usize = 50;
/// Most names of packages: a distribution has some ten thousand.
const MOST_PACKAGES: usize = 20_000;
/// More names than this go to endpoints as a list that they fetch: a command is stored for each endpoint, and its arguments are short.
const IN_A_COMMAND: usize = 100;
const DAY_S: i64 = 86_400;
/// How long endpoints that are off are waited for when nobody says, in seconds: two weeks.
const USUAL_S: i64 = 14 * DAY_S;
/// A command waits no longer than this.
const LONGEST_S: i64 = 90 * DAY_S;

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RolloutWork {
    /// Packages from the shelf are installed, in one go.
    Install {
        #[schema(value_type = Vec<String>)]
        items: Vec<Id<ShelfItem>>,
    },
    /// A script from the shelf is run.
    Script {
        #[schema(value_type = String)]
        item: Id<ShelfItem>,
        #[serde(default)]
        args: Vec<String>,
        /// Exit codes that mean success: 0 when none is said.
        #[serde(default)]
        success: Vec<i32>,
    },
    /// Updates that endpoints' own package systems have waiting: those that close holes in security.
    SecurityUpdates,
    /// All of them.
    AllUpdates,
    /// Those of these packages.
    PackageUpdates { packages: Vec<String> },
}

impl RolloutWork {
    /// How many packages it names.
    pub(super) fn packages(&self) -> usize {
        if let Self::PackageUpdates { packages } = self { packages.len() } else { 0 }
    }

    /// Leaves the first so many names.
    pub(super) fn name_at_most(&mut self, many: usize) {
        if let Self::PackageUpdates { packages } = self {
            packages.truncate(many);
        }
    }
}

/// A maintenance window, by the endpoint's own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RolloutWindow {
    /// The days on which it opens: 1 is Monday, 7 is Sunday. Empty for each.
    #[serde(default)]
    days: Vec<u8>,
    /// Opens at this minute of the day, 0 to 1439.
    from: u16,
    /// Is open for so many minutes, past midnight too; at most a day.
    minutes: u16,
}

/// What people who are there are told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RolloutNotice {
    /// Seconds between the notice and the work; 0 for none.
    #[serde(default)]
    pub(super) seconds: u32,
    /// How often a person may put it off.
    #[serde(default)]
    pub(super) postpone_times: u32,
    /// For how many seconds each time.
    #[serde(default)]
    pub(super) postpone_s: u32,
    /// What they are told besides what is done.
    #[serde(default)]
    pub(super) text: String,
}

/// Some endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RolloutTargets {
    /// All that belong to these groups and their subgroups now.
    pub(super) groups: Vec<GroupId>,
    /// And these.
    pub(super) endpoints: Vec<EndpointId>,
}

/// A ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRing {
    pub(super) name: String,
    /// Who is in it, unless a ring before has them.
    #[serde(default)]
    pub(super) targets: RolloutTargets,
    /// Besides, so many in a hundred of the rollout's own targets that no ring names; the last ring with a share has the rest.
    pub(super) share: Option<u8>,
    /// Begins so many seconds after the ring before was good.
    #[serde(default)]
    pub(super) wait_s: u32,
    /// Stops the rollout when more endpoints than this have failed: 0 when nothing is said.
    #[serde(default)]
    pub(super) most_failures: u32,
    /// Whether that is in percent of the ring.
    #[serde(default)]
    pub(super) in_percent: bool,
    /// Is good when so many in a hundred went well and nothing is under way; the others are endpoints that are off. 80 when nothing is said.
    #[serde(default = "enough")]
    pub(super) enough_percent: u8,
    /// Begins only when a person gives the word.
    #[serde(default)]
    pub(super) needs_go: bool,
}

const fn enough() -> u8 {
    80
}

const fn yes() -> bool {
    true
}

const fn hour() -> u32 {
    3600
}

/// A rollout, as it is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRollout {
    pub(super) name: String,
    pub(super) work: RolloutWork,
    /// Who is shared out among rings with a share.
    #[serde(default)]
    pub(super) targets: RolloutTargets,
    pub(super) rings: Vec<NewRing>,
    /// When the first ring begins; at once when absent.
    pub(super) starts_at: Option<Time>,
    /// Until when endpoints that are off are waited for: two weeks after the beginning when absent, at most 90 days.
    pub(super) deadline: Option<Time>,
    /// Only within these hours; empty for any hour. The endpoint's policy may narrow them.
    #[serde(default)]
    pub(super) windows: Vec<RolloutWindow>,
    #[serde(default)]
    pub(super) notice: RolloutNotice,
    /// Bytes per second that an endpoint fetches with; 0 for no limit.
    #[serde(default)]
    pub(super) bytes_per_second: u64,
    /// Only find out what would be done.
    #[serde(default)]
    pub(super) dry_run: bool,
    /// Whether the versions of before come back when it fails, where the package system can.
    #[serde(default = "yes")]
    pub(super) roll_back: bool,
    /// Seconds that the work itself may take.
    #[serde(default = "hour")]
    pub(super) timeout_s: u32,
    /// How often a failure is tried again.
    #[serde(default)]
    pub(super) retries: u32,
    /// Why, for the audit log.
    #[serde(default)]
    pub(super) reason: String,
}

/// What an item was when the rollout was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct RolloutItem {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    /// For which machines, as its head says; empty of a script.
    #[serde(default)]
    pub(super) architecture: String,
}

/// A rollout, as it is kept: what endpoints are given, and what people asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    /// What endpoints are told to do.
    pub(super) job: model::Work,
    /// What was asked for.
    pub(super) work: RolloutWork,
    pub(super) items: Vec<RolloutItem>,
    pub(super) windows: Vec<RolloutWindow>,
    pub(super) notice: RolloutNotice,
    pub(super) bytes_per_second: u64,
    pub(super) dry_run: bool,
    pub(super) roll_back: bool,
    pub(super) timeout_s: u32,
    pub(super) retries: u32,
    pub(super) reason: String,
}

impl NewRollout {
    /// When it begins and ends, asked for at `now`.
    pub(super) fn times(&self, now: Time) -> (Time, Time) {
        let starts_at = self.starts_at.map_or(now, |at| at.max(now));
        (starts_at, self.deadline.unwrap_or_else(|| Time::from_micros(starts_at.micros() + USUAL_S * 1_000_000)))
    }

    /// Refuses what makes no sense, with its place.
    pub(super) fn check(&self, now: Time) -> Result<(), ApiError> {
        let refuse = |pointer: &str, code: &str, what: String| Err(ApiError::invalid(pointer, code, what));
        if self.name.trim().is_empty() {
            return refuse("/name", "required", "give the rollout a name".into());
        }
        for (pointer, text, most) in
            [("/name", &self.name, 200), ("/reason", &self.reason, 1000), ("/notice/text", &self.notice.text, 500)]
        {
            if text.chars().count() > most {
                return refuse(pointer, "too_long", format!("at most {most} characters"));
            }
        }
        if self.rings.is_empty() || self.rings.len() > MOST_RINGS {
            return refuse("/rings", "out_of_range", format!("a rollout has 1 to {MOST_RINGS} rings"));
        }
        for (at, ring) in self.rings.iter().enumerate() {
            let place = |field: &str| format!("/rings/{at}/{field}");
            if ring.name.trim().is_empty() || ring.name.chars().count() > 100 {
                return refuse(&place("name"), "required", "a ring has a name of at most 100 characters".into());
            }
            if ring.share.is_some_and(|share| share > 100) {
                return refuse(&place("share"), "out_of_range", "a share is 0 to 100 percent".into());
            }
            if i64::from(ring.wait_s) > LONGEST_S {
                return refuse(&place("wait_s"), "out_of_range", "a ring waits at most 90 days".into());
            }
            if ring.in_percent && ring.most_failures > 100 {
                return refuse(&place("most_failures"), "out_of_range", "0 to 100 percent".into());
            }
            if !(1..=100).contains(&ring.enough_percent) {
                return refuse(&place("enough_percent"), "out_of_range", "1 to 100 percent".into());
            }
        }
        let (starts_at, deadline) = self.times(now);
        let length = deadline.micros().saturating_sub(now.micros()) / 1_000_000;
        if deadline <= starts_at || !(60..=LONGEST_S).contains(&length) {
            let what = "it ends a minute to 90 days from now, and after it begins".to_owned();
            return refuse("/deadline", "out_of_range", what);
        }
        for (at, window) in self.windows.iter().enumerate() {
            let fits = window.from < 1440
                && (1..=1440).contains(&window.minutes)
                && window.days.iter().all(|day| (1..=7).contains(day));
            if !fits || at >= 50 {
                let what = "at most 50 windows, with days from 1 (Monday) to 7, from 0 to 1439 and 1 to 1440 minutes";
                return refuse(&format!("/windows/{at}"), "out_of_range", what.into());
            }
        }
        for (pointer, number, most) in [
            ("/notice/seconds", self.notice.seconds, 86_400),
            ("/notice/postpone_times", self.notice.postpone_times, 10),
            ("/notice/postpone_s", self.notice.postpone_s, 86_400),
            ("/retries", self.retries, 5),
        ] {
            if number > most {
                return refuse(pointer, "out_of_range", format!("at most {most}"));
            }
        }
        if !(10..=86_400).contains(&self.timeout_s) {
            return refuse("/timeout_s", "out_of_range", "the work takes 10 seconds to a day".into());
        }
        self.check_work()
    }

    fn check_work(&self) -> Result<(), ApiError> {
        let refuse = |pointer: &str, code: &str, what: &str| Err(ApiError::invalid(pointer, code, what.to_owned()));
        match &self.work {
            RolloutWork::Install { items } if items.is_empty() || items.len() > MOST_ITEMS => {
                refuse("/work/items", "out_of_range", "choose 1 to 50 packages from the shelf")
            }
            RolloutWork::Script { args, success, .. } => {
                if args.len() > 100
                    || args.iter().map(String::len).sum::<usize>() > 16_384
                    || args.iter().any(|arg| arg.contains('\0'))
                {
                    return refuse("/work/args", "too_long", "at most 100 arguments of 16 kilobytes together");
                }
                if success.len() > 50 {
                    return refuse("/work/success", "too_many", "at most 50 exit codes");
                }
                Ok(())
            }
            RolloutWork::PackageUpdates { packages } => {
                if packages.is_empty() || packages.len() > MOST_PACKAGES {
                    return refuse("/work/packages", "out_of_range", "name 1 to 20000 packages");
                }
                let fits = |c: char| c.is_ascii_alphanumeric() || "+-._:~".contains(c);
                let wrong = packages.iter().position(|name| {
                    name.is_empty() || name.len() > 100 || name.starts_with('-') || !name.chars().all(fits)
                });
                match wrong {
                    Some(at) => refuse(&format!("/work/packages/{at}"), "invalid", "this is not the name of a package"),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// The plan, with what the shelf says of its items.
    ///
    /// # Errors
    /// `/work` where an item is not there or is no such thing; or the database is away.
    pub(super) async fn plan(&self, ctx: &Context) -> Result<Plan, ApiError> {
        let mut items = Vec::new();
        let job = match &self.work {
            RolloutWork::Install { items: wanted } => {
                let mut files = Vec::with_capacity(wanted.len());
                let mut kinds = Vec::new();
                for (at, id) in wanted.iter().enumerate() {
                    let row = item(ctx, *id, &format!("/work/items/{at}")).await?;
                    if row.kind == "script" {
                        return Err(ApiError::invalid(
                            &format!("/work/items/{at}"),
                            "no_package",
                            "this is a script, not a package",
                        ));
                    }
                    items.push(RolloutItem {
                        id: row.id,
                        name: row.name.clone(),
                        version: row.version.clone(),
                        architecture: row.architecture,
                    });
                    kinds.push(row.kind);
                    let blob = row.hash.parse().map_err(|error| ApiError::unavailable(&error))?;
                    files.push(PackageFile { blob, name: row.file_name, package: row.name, version: row.version });
                }
                if kinds.iter().any(|kind| *kind != kinds[0]) {
                    return Err(ApiError::invalid(
                        "/work/items",
                        "mixed",
                        ".deb and .rpm files cannot be installed in one go",
                    ));
                }
                model::Work::Install { files }
            }
            RolloutWork::Script { item: id, args, success } => {
                let row = item(ctx, *id, "/work/item").await?;
                if row.kind != "script" {
                    return Err(ApiError::invalid("/work/item", "no_script", "this is a package, not a script"));
                }
                let architecture = String::new();
                items.push(RolloutItem { id: row.id, name: row.name.clone(), version: row.version, architecture });
                model::Work::Script {
                    blob: row.hash.parse().map_err(|error| ApiError::unavailable(&error))?,
                    name: row.name,
                    interpreter: row.interpreter,
                    args: args.clone(),
                    success: if success.is_empty() { vec![0] } else { success.clone() },
                }
            }
            RolloutWork::SecurityUpdates => model::Work::Updates { which: model::Updates::Security },
            RolloutWork::AllUpdates => model::Work::Updates { which: model::Updates::All },
            RolloutWork::PackageUpdates { packages } => {
                let mut names = packages.clone();
                names.sort();
                names.dedup();
                let which = if names.len() > IN_A_COMMAND {
                    let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
                    model::Updates::Listed { blob: BlobHash::of(list_of(&names).as_bytes()), count }
                } else {
                    model::Updates::Packages { names }
                };
                model::Work::Updates { which }
            }
        };
        Ok(Plan {
            job,
            work: self.work.clone(),
            items,
            windows: self.windows.clone(),
            notice: self.notice.clone(),
            bytes_per_second: self.bytes_per_second,
            dry_run: self.dry_run,
            roll_back: self.roll_back,
            timeout_s: self.timeout_s,
            retries: self.retries,
            reason: self.reason.clone(),
        })
    }
}

/// The content of a list of packages.
fn list_of(names: &[String]) -> String {
    names.iter().map(|name| format!("{name}\n")).collect()
}

async fn item(ctx: &Context, id: Id<ShelfItem>, pointer: &str) -> Result<shelf::Row, ApiError> {
    let sql = format!("{} WHERE i.id = $1", shelf::SELECT);
    let row = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(ctx.db().read()).await?;
    row.ok_or_else(|| ApiError::invalid(pointer, "unknown", "there is no such package or script on the shelf"))
}

impl Plan {
    /// How the kind of package file ends, where files are installed.
    pub(super) fn package_system(&self) -> Option<&str> {
        match &self.job {
            model::Work::Install { files } => files.first().and_then(|file| file.name.rsplit('.').next()),
            _ => None,
        }
    }

    /// The list that endpoints fetch, where there is one.
    pub(super) fn list(&self) -> Option<String> {
        let (model::Work::Updates { which: model::Updates::Listed { .. } }, RolloutWork::PackageUpdates { packages }) =
            (&self.job, &self.work)
        else {
            return None;
        };
        let mut names = packages.clone();
        names.sort();
        names.dedup();
        Some(list_of(&names))
    }

    /// What an endpoint is given.
    pub(super) fn job(&self, rollout_id: Id<model::Rollout>, attempt: u32, deadline: Time) -> Job {
        let windows = self.windows.iter();
        let windows = windows.map(|one| Window { days: one.days.clone(), from: one.from, minutes: one.minutes });
        let RolloutNotice { seconds, postpone_times, postpone_s, text } = self.notice.clone();
        Job {
            rollout_id,
            attempt,
            work: self.job.clone(),
            when: When { not_before: None, deadline: Some(deadline), windows: windows.collect() },
            notice: Notice { seconds, postpone_times, postpone_s, text },
            bytes_per_second: self.bytes_per_second,
            dry_run: self.dry_run,
            roll_back: self.roll_back,
            timeout_s: self.timeout_s,
        }
    }
}
