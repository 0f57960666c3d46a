//! Looking at `/proc` every second: for containers and users without the rights for anything better.

use std::{os::fd::BorrowedFd, time::Duration};

use yagura_platform::{Error, since_boot};

use super::{Sink, Watch, connector::look, proc};
use crate::process::observed::{Exit, Identity, Observed};

const EVERY: Duration = Duration::from_secs(1);

pub(super) struct Poll;

impl Poll {
    pub(super) fn open() -> Result<Self, Error> {
        proc::stat(std::process::id()).map(|_| Self).ok_or_else(|| Error::Unexpected {
            action: "read /proc".to_owned(),
            answer: "this process is not in it".to_owned(),
        })
    }
}

impl Watch for Poll {
    fn readable(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn look_every(&self) -> Option<Duration> {
        Some(EVERY)
    }

    fn drain(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let now = u64::try_from(since_boot().as_nanos()).unwrap_or(u64::MAX);
        let mut gone: std::collections::HashSet<u32> = sink.tracker().pids().collect();
        for pid in proc::pids() {
            gone.remove(&pid);
            let Some(stat) = proc::stat(pid).filter(|stat| !stat.kernel) else { continue };
            let who = Identity { pid, start_ns: stat.start_ns };
            if sink.tracker().knows(who) {
                continue;
            }
            let parent = proc::stat(stat.parent).map(|it| Identity { pid: stat.parent, start_ns: it.start_ns });
            sink.put(Observed::Exec(Box::new(look(stat.start_ns, who, true, parent))));
        }
        for pid in gone {
            sink.put(Observed::Exit(Exit { at_ns: now, pid, start_ns: None, owner: None, status: None }));
        }
        Ok(())
    }
}
