//! The process connector as a source: the kernel tells that something happened, `/proc` what, if it is still there.

use std::{
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use yagura_platform::{Error, ProcessConnector, ProcessNews, Stamped, since_boot, since_boot_awake};

use super::{Sink, Watch, hasher::executable, proc};
use crate::process::observed::{Exec, Exit, Fork, Identity, Observed};

pub(super) struct Connector(ProcessConnector);

impl Connector {
    pub(super) fn open() -> Result<Self, Error> {
        ProcessConnector::open().map(Self)
    }
}

impl Watch for Connector {
    fn readable(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }

    fn gather(&self) -> Duration {
        // Every millisecond another process is gone from /proc.
        Duration::ZERO
    }

    fn drain(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        // The connector's clock stands still while the machine sleeps.
        let asleep = since_boot().saturating_sub(since_boot_awake());
        let asleep = u64::try_from(asleep.as_nanos()).unwrap_or(0);
        let overflowed = self.0.drain(|Stamped { monotonic_ns, news }| {
            let at_ns = monotonic_ns + asleep;
            let seen = match news {
                ProcessNews::Executed { pid } => Observed::Exec(Box::new(exec(at_ns, pid, sink))),
                ProcessNews::Forked { pid, parent } => match sink.tracker().start_of(parent) {
                    Some(start_ns) => Observed::Fork(Fork {
                        at_ns,
                        who: Identity { pid, start_ns: proc::stat(pid).map_or(at_ns, |stat| stat.start_ns) },
                        parent: Identity { pid: parent, start_ns },
                        owner: proc::owner(pid),
                    }),
                    None => return,
                },
                ProcessNews::Exited { pid, status } => {
                    Observed::Exit(Exit { at_ns, pid, start_ns: None, owner: None, status: Some(status) })
                }
            };
            sink.put(seen);
        })?;
        if overflowed {
            let at_ns = u64::try_from(since_boot().as_nanos()).unwrap_or(u64::MAX);
            sink.put(Observed::Lost { at_ns, count: None, reason: "the kernel's process connector queue was full" });
        }
        Ok(())
    }
}

fn exec(at_ns: u64, pid: u32, sink: &dyn Sink) -> Exec {
    let stat = proc::stat(pid);
    let known = sink.tracker().start_of(pid);
    let parent = stat.map(|stat| stat.parent).or_else(|| sink.tracker().parent_of(pid));
    let parent_start =
        |parent| sink.tracker().start_of(parent).or_else(|| proc::stat(parent).map(|stat| stat.start_ns));
    look(at_ns, Identity { pid, start_ns: stat.map(|stat| stat.start_ns).or(known).unwrap_or(at_ns) }, false, {
        parent.and_then(|pid| parent_start(pid).map(|start_ns| Identity { pid, start_ns }))
    })
    .inferred(stat.is_none())
}

/// A process as `/proc` shows it now.
pub(super) fn look(at_ns: u64, who: Identity, polled: bool, parent: Option<Identity>) -> Exec {
    let (image, image_deleted) = proc::image(who.pid).map_or((None, false), |(image, deleted)| (Some(image), deleted));
    let (arguments, arguments_cut) =
        proc::arguments(who.pid).map_or((None, false), |(arguments, cut)| (Some(arguments), cut));
    Exec {
        at_ns,
        who,
        start_inferred: false,
        parent,
        owner: proc::owner(who.pid),
        image,
        image_deleted,
        path_cut: false,
        arguments,
        arguments_cut,
        cwd: proc::cwd(who.pid),
        file: executable(who.pid),
        polled,
    }
}

impl Exec {
    fn inferred(mut self, inferred: bool) -> Self {
        self.start_inferred = inferred;
        self
    }
}
