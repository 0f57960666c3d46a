//! Linux: the machine's own package system, and scripts.

mod deb;
mod keep;
mod log;
mod marks;
mod mend;
mod programs;
mod rpm;
mod rpm_back;
mod script;
mod terminals;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use yagura_agent_kit::Desktops;
use yagura_vocabulary::Time;

use self::programs::Programs;
use super::{Found, How, Plan, Ran, System, Task, Unable};
use crate::model::Work;

/// What puts a machine in order again may take so long, however little time the work itself had.
const MENDING: Duration = Duration::from_secs(600);

/// A machine, or a tree that looks like one.
pub struct Linux {
    programs: Programs,
    desktops: Desktops,
}

impl Linux {
    /// The machine whose files lie below `root`; anything but `/` is a tree of a test, in which programs run by `chroot`. Work folders must
    /// lie in it.
    #[must_use]
    pub fn at(root: &Path, desktops: Desktops) -> Self {
        Self { programs: Programs::at(root), desktops }
    }

    fn root(&self, path: &str) -> PathBuf {
        self.programs.root().join(path)
    }

    /// Whether something that was installed asks for a start of the machine: `/run/reboot-required`, as Debian's and Ubuntu's packages write it.
    fn restart_is_asked_for(&self) -> bool {
        ["run/reboot-required", "var/run/reboot-required"].iter().any(|path| self.root(path).exists())
    }

    /// The package system that this machine has.
    fn family(&self) -> Option<Family> {
        if self.root("usr/bin/dpkg").exists() {
            return Some(Family::Deb { apt: self.root("usr/bin/apt-get").exists() });
        }
        self.root("usr/bin/rpm").exists().then(|| Family::Rpm { dnf: self.root("usr/bin/dnf").exists() })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Deb { apt: bool },
    Rpm { dnf: bool },
}

fn no_package_system() -> String {
    "this machine has neither dpkg nor rpm".to_owned()
}

#[async_trait]
impl System for Linux {
    fn people(&self) -> BTreeSet<u32> {
        self.desktops.people()
    }

    fn terminals(&self) -> usize {
        terminals::terminals(self.programs.root()).len()
    }

    fn say(&self, text: &str) {
        let root = self.programs.root();
        terminals::say(root, &terminals::terminals(root), text);
    }

    fn offset_s(&self, at: Time) -> i32 {
        let stamp = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        jiff::tz::TimeZone::system().to_offset(stamp).seconds()
    }

    fn networks(&self) -> Vec<yagura_channel::wire::neighbour::At> {
        super::near::place::places(std::path::Path::new("/"))
    }

    async fn look(&self, task: &Task) -> Result<Plan, Unable> {
        if let Work::Script { .. } = task.work {
            return script::look(self, task);
        }
        match self.family() {
            Some(Family::Deb { apt }) => deb::look(self, task, apt).await,
            Some(Family::Rpm { dnf }) => rpm::look(self, task, dnf).await,
            None => Err(Unable::Refused(no_package_system())),
        }
    }

    async fn keep(&self, task: &Task, plan: &Plan) -> Result<(), String> {
        match (&task.work, self.family()) {
            (Work::Script { .. }, _) => Err("what a script does is not known".to_owned()),
            (_, Some(Family::Deb { .. })) => keep::keep(self, task, plan).await,
            (_, Some(Family::Rpm { dnf })) => rpm_back::keep(self, task, plan, dnf).await,
            (_, None) => Err(no_package_system()),
        }
    }

    async fn work(&self, task: &Task, plan: &Plan) -> Ran {
        if let Work::Script { .. } = task.work {
            return script::work(self, task).await;
        }
        match self.family() {
            Some(Family::Deb { apt }) => deb::work(self, task, plan, apt).await,
            Some(Family::Rpm { dnf }) => rpm::work(self, task, plan, dnf).await,
            None => Ran { how: How::NotStarted(no_package_system()), log: String::new() },
        }
    }

    async fn found(&self, task: &Task, plan: &Plan, ran: &Ran) -> Found {
        match (&task.work, self.family()) {
            (Work::Script { success, .. }, _) => script::found(self, success, ran),
            (_, Some(Family::Rpm { dnf })) => rpm_back::found(self, task, plan, ran, dnf).await,
            _ => mend::found(self, task, plan, ran).await,
        }
    }

    async fn put_back(&self, task: &Task, plan: &Plan) -> Found {
        match self.family() {
            Some(Family::Rpm { .. }) => rpm_back::put_back(self, task, plan).await,
            _ => mend::put_back(self, task, plan).await,
        }
    }
}

pub(super) fn system(desktops: Desktops) -> Arc<dyn System> {
    Arc::new(Linux::at(Path::new("/"), desktops))
}
