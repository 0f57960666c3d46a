//! Which processes there are and were a moment ago, for sensors whose kernel interface names only a pid.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    logon::{Within, within},
    proc,
};
use crate::{
    Logons,
    file::observed::Who,
    process::observed::{Existing, Observed},
};

/// Ended processes that are still remembered: some seconds of a storm.
const ENDED: usize = 8192;

/// Living processes that are kept.
const LIVING: usize = 64 << 10;

/// How far up a family is looked for.
const GENERATIONS: usize = 8;

/// What is kept of one process.
#[derive(Debug, Clone, Default)]
struct One {
    start_ns: u64,
    image: Option<Arc<str>>,
    uid: Option<u32>,
    parent: Option<u32>,
    /// The number that the kernel's audit gave to its logon session.
    audit: Option<u32>,
    /// Where it belongs, once somebody asked, or its parent knew.
    within: Option<Within>,
}

impl One {
    /// Where it belongs for good, and what it starts. Only root's programs let people in: one of these that is nowhere now may be in a
    /// session in a moment.
    fn settled(&self) -> Option<Within> {
        let root = self.uid.is_none_or(|uid| uid == 0);
        self.within.clone().filter(|within| !root || *within != Within::Nowhere)
    }
}

#[derive(Debug, Default)]
struct Table {
    living: HashMap<u32, One>,
    ended: HashMap<u32, One>,
    /// The ended ones, oldest first.
    order: VecDeque<u32>,
}

/// Which processes there are and were a moment ago, as the process sensor sees them.
#[derive(Debug, Default)]
pub struct Known {
    table: Mutex<Table>,
    logons: Logons,
}

impl Known {
    /// Asks `logons` for the sessions of accounts.
    #[must_use]
    pub fn asking(logons: Logons) -> Self {
        Self { table: Mutex::default(), logons }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns of the processes that exist now.
    pub(super) fn learn(&self, existing: &[Existing]) {
        let mut table = self.table();
        let mut known = std::mem::take(&mut table.living);
        for Existing { who, image, .. } in existing {
            let image = image.as_ref().map(|image| Arc::from(image.as_str()));
            let before = known.remove(&who.pid).filter(|one| one.start_ns == who.start_ns);
            let fresh = One { start_ns: who.start_ns, ..One::default() };
            table.living.insert(who.pid, One { image, ..before.unwrap_or(fresh) });
        }
    }

    pub(super) fn observe(&self, seen: &Observed) {
        let mut table = self.table();
        match seen {
            Observed::Exec(exec) => {
                let parent = exec.parent.and_then(|parent| table.living.get(&parent.pid));
                let one = One {
                    start_ns: exec.who.start_ns,
                    image: exec.image.as_ref().map(|image| Arc::from(image.as_str())),
                    uid: exec.owner.map(|owner| owner.uid),
                    parent: exec.parent.map(|parent| parent.pid),
                    audit: exec.owner.and_then(|owner| owner.session),
                    within: parent.and_then(One::settled),
                };
                table.living.insert(exec.who.pid, one);
            }
            Observed::Fork(fork) => {
                let parent = table.living.get(&fork.parent.pid);
                let one = One {
                    start_ns: fork.who.start_ns,
                    image: parent.and_then(|parent| parent.image.clone()),
                    uid: fork.owner.map(|owner| owner.uid).or_else(|| parent?.uid),
                    parent: Some(fork.parent.pid),
                    audit: fork.owner.and_then(|owner| owner.session),
                    within: parent.and_then(One::settled),
                };
                table.living.insert(fork.who.pid, one);
            }
            Observed::Exit(exit) => {
                let Some(one) = table.living.remove(&exit.pid) else { return };
                if table.ended.insert(exit.pid, one).is_none() {
                    table.order.push_back(exit.pid);
                }
                if table.order.len() > ENDED
                    && let Some(oldest) = table.order.pop_front()
                {
                    table.ended.remove(&oldest);
                }
            }
            Observed::Lost { .. } => {}
        }
    }

    /// The logon session of the process that has this pid, or had it a moment ago: logind's name for it, else the audit's number.
    pub(super) fn session(&self, pid: u32) -> Option<String> {
        let mut table = self.table();
        table.read_if_unknown(pid)?;
        self.session_of(&mut table, pid)
    }

    fn session_of(&self, table: &mut Table, pid: u32) -> Option<String> {
        match table.within(pid) {
            Some(Within::Session(id)) => Some(id.to_string()),
            // The audit's number would be that of the account's own systemd, in which nobody logged on.
            Some(Within::Account(uid)) => self.logons.of(uid),
            Some(Within::Nowhere) | None => table.find(pid)?.audit.map(|number| number.to_string()),
        }
    }

    /// The process that has this pid, or had it a moment ago.
    pub(super) fn who(&self, pid: u32) -> Option<Who> {
        let mut table = self.table();
        table.read_if_unknown(pid)?;
        let missing = table.living.get(&pid).is_some_and(|one| one.uid.is_none() || one.parent.is_none());
        if missing
            && let Some(read) = read(pid)
            && let Some(one) = table.living.get_mut(&pid)
            && read.start_ns / 10_000_000 == one.start_ns / 10_000_000
        {
            one.uid = one.uid.or(read.uid);
            one.parent = one.parent.or(read.parent);
            one.audit = one.audit.or(read.audit);
        }
        let session = self.session_of(&mut table, pid);
        let one = table.find(pid)?.clone();
        let (mut leader, mut builder) = (pid, None);
        let mut same = true;
        let mut at = (pid, one.clone());
        for _ in 0..GENERATIONS {
            if at.1.image.as_deref().is_some_and(crate::file::programs::builds) {
                // What runs as somebody else is no part of the build.
                let uid = at.1.uid.or_else(|| proc::owner(at.0).map(|owner| owner.uid));
                if uid.is_none() || one.uid.is_none() || uid == one.uid {
                    builder = Some(at.clone());
                }
            }
            let Some(parent) = at.1.parent.filter(|parent| *parent > 1) else { break };
            let Some(above) = table.find(parent) else { break };
            same &= above.image.is_some() && above.image == one.image;
            if same {
                leader = parent;
            }
            at = (parent, above.clone());
        }
        let parent = one.parent.and_then(|parent| table.find(parent));
        Some(Who {
            pid,
            start_ns: one.start_ns,
            uid: one.uid,
            session,
            leader: builder.as_ref().map_or(leader, |(pid, _)| *pid),
            tree: builder.as_ref().map(|(pid, _)| *pid).or(one.parent.filter(|parent| *parent > 1)).unwrap_or(leader),
            builds: builder.is_some(),
            parent_image: parent.and_then(|parent| parent.image.as_deref()).map(str::to_owned),
            image: one.image.as_deref().map(str::to_owned),
        })
    }
}

impl Table {
    /// Without the kernel's word, or of a process that came before it: what can still be read. `None` where it is gone.
    fn read_if_unknown(&mut self, pid: u32) -> Option<()> {
        if !self.living.contains_key(&pid) && !self.ended.contains_key(&pid) {
            let one = read(pid)?;
            if self.living.len() >= LIVING {
                // Nobody tells of ends here, or this is a very large machine: what is asked for is read again.
                self.living.clear();
            }
            self.living.insert(pid, one);
        }
        Some(())
    }

    /// Where a process belongs. It is asked once; of one that is gone its parents are asked.
    fn within(&mut self, pid: u32) -> Option<Within> {
        let mut at = pid;
        let mut found = None;
        for _ in 0..GENERATIONS {
            let Some(one) = self.find(at) else { break };
            let lives = self.living.contains_key(&at);
            // Of one that is gone counts where it was when it was asked about last.
            let (known, parent) = (if lives { one.settled() } else { one.within.clone() }, one.parent);
            found = known.or_else(|| lives.then(|| within(at)).flatten());
            match parent.filter(|parent| found.is_none() && *parent > 1) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        if let Some(one) = self.living.get_mut(&pid).or_else(|| self.ended.get_mut(&pid)) {
            one.within.clone_from(&found);
        }
        found
    }

    fn find(&self, pid: u32) -> Option<&One> {
        self.living.get(&pid).or_else(|| self.ended.get(&pid))
    }
}

fn read(pid: u32) -> Option<One> {
    let stat = proc::stat(pid)?;
    let owner = proc::owner(pid);
    Some(One {
        start_ns: stat.start_ns,
        image: proc::image(pid).map(|(image, _)| Arc::from(image.as_str())),
        uid: owner.map(|owner| owner.uid),
        parent: Some(stat.parent),
        audit: owner.and_then(|owner| owner.session),
        within: None,
    })
}
