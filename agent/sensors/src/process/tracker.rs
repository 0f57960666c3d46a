//! Turns observations into records: names the processes, resolves parents, masks secrets. No IO and no clock.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;
use yagura_records::{Hash, Lost, Moment, Note, Origin, ProcessExited, ProcessRecord, ProcessStarted, Text};
use yagura_vocabulary::{Account, Time, event::MAX_COMMAND_LINE};

use super::observed::{Exec, Existing, Exit, FileIdentity, Fork, Identity, Observed, Owner};
use crate::{
    guid::{TICK_NS, process_guid},
    mask,
};

/// Names an account.
pub(crate) trait Names {
    /// The account with this uid, by its number if it has no name.
    fn account(&mut self, uid: u32) -> Account;

    /// The logon session of the process with this pid; by default the number that the kernel's audit gave it.
    fn session(&mut self, _pid: u32, owner: Option<Owner>) -> Option<String> {
        owner.and_then(|owner| owner.session).map(|number| number.to_string())
    }
}

/// A record, and the file to hash for it.
#[derive(Debug)]
pub(crate) struct Tracked {
    pub(crate) record: ProcessRecord,
    pub(crate) file: Option<FileIdentity>,
}

/// What is kept of a living process.
struct Live {
    start_ns: u64,
    image: Option<Arc<str>>,
    /// The executable's identity, for processes that split off with it.
    file: Option<FileIdentity>,
    /// Set for a process that split off and was not told of yet.
    untold: Option<Box<Fork>>,
}

/// The living processes.
pub(crate) struct Tracker {
    boot_id: Uuid,
    live: HashMap<u32, Live>,
}

fn same_start(one: u64, other: u64) -> bool {
    one / TICK_NS == other / TICK_NS
}

impl Tracker {
    pub(crate) fn new(boot_id: Uuid) -> Self {
        Self { boot_id, live: HashMap::new() }
    }

    /// Learns of the processes that exist now and forgets all others; at the start and after a loss.
    pub(crate) fn learn(&mut self, existing: impl IntoIterator<Item = Existing>) {
        let mut known = std::mem::take(&mut self.live);
        for Existing { who, image, file } in existing {
            let image: Option<Arc<str>> = image.map(|image| image.as_str().into());
            let live = match known.remove(&who.pid) {
                // What split off and was not told of is still that, unless word of its program was lost.
                Some(live) if same_start(live.start_ns, who.start_ns) && live.image == image => live,
                _ => Live { start_ns: who.start_ns, image, file, untold: None },
            };
            self.live.insert(who.pid, live);
        }
    }

    /// How many processes are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether this process is known.
    pub(crate) fn knows(&self, who: Identity) -> bool {
        self.find(Some(who)).is_some()
    }

    /// The start time of the known process with this pid.
    pub(crate) fn start_of(&self, pid: u32) -> Option<u64> {
        self.live.get(&pid).map(|live| live.start_ns)
    }

    /// The parent of the known process with this pid, if it split off while it was watched and ran nothing since.
    pub(crate) fn parent_of(&self, pid: u32) -> Option<u32> {
        self.live.get(&pid)?.untold.as_ref().map(|fork| fork.parent.pid)
    }

    /// Known pids.
    pub(crate) fn pids(&self) -> impl Iterator<Item = u32> {
        self.live.keys().copied()
    }

    fn find(&self, who: Option<Identity>) -> Option<&Live> {
        let who = who?;
        self.live.get(&who.pid).filter(|live| same_start(live.start_ns, who.start_ns))
    }

    /// Takes one observation and hands over the records that come of it. `boot` is the wall-clock time of the start of
    /// the machine.
    pub(crate) fn observe(&mut self, seen: Observed, boot: Time, names: &mut dyn Names, out: &mut dyn FnMut(Tracked)) {
        match seen {
            Observed::Exec(exec) => self.exec(*exec, boot, names, out),
            Observed::Fork(fork) => self.fork(fork),
            Observed::Exit(exit) => self.exit(exit, boot, names, out),
            Observed::Lost { at_ns, count, reason } => {
                let record =
                    ProcessRecord::Lost(Lost { at: self.moment(boot, at_ns), count, reason: reason.to_owned() });
                out(Tracked { record, file: None });
            }
        }
    }

    pub(crate) fn moment(&self, boot: Time, at_ns: u64) -> Moment {
        Moment { occurred_at: boot + std::time::Duration::from_nanos(at_ns), boot_id: self.boot_id, mono_ns: at_ns }
    }

    fn guid(&self, who: Identity) -> Uuid {
        process_guid(self.boot_id, who.pid, who.start_ns)
    }

    fn fork(&mut self, fork: Fork) {
        let parent = self.find(Some(fork.parent));
        let (image, file) = parent.map_or((None, None), |parent| (parent.image.clone(), parent.file));
        let start_ns = fork.who.start_ns;
        self.live.insert(fork.who.pid, Live { start_ns, image, file, untold: Some(Box::new(fork)) });
    }

    fn exec(&mut self, exec: Exec, boot: Time, names: &mut dyn Names, out: &mut dyn FnMut(Tracked)) {
        self.tell_forked(exec.parent, boot, names, out);
        let parent_image = self.find(exec.parent).and_then(|parent| parent.image.as_deref()).map(str::to_owned);
        let image = exec.image.as_ref().map(|image| image.as_str().into());
        self.live.insert(exec.who.pid, Live { start_ns: exec.who.start_ns, image, file: exec.file, untold: None });

        let mut notes = Vec::new();
        let mut note = |wanted: bool, note: Note| {
            if wanted {
                notes.push(note);
            }
        };
        note(exec.arguments.is_none(), Note::CommandLineMissing);
        note(exec.image.is_none(), Note::ImageMissing);
        note(exec.cwd.is_none(), Note::CwdMissing);
        note(exec.path_cut, Note::PathCut);
        note(exec.polled, Note::Polled);
        note(exec.image_deleted, Note::ImageDeleted);
        note(exec.start_inferred, Note::StartTimeInferred);
        let line = exec.arguments.map(command_line);
        note(line.as_ref().is_some_and(|line| line.masked), Note::Masked);
        let (command_line, truncated) = line.map_or((None, false), |line| (Some(line.text), line.cut));
        let accounts = Accounts::of(exec.owner, names);
        let start = ProcessStarted {
            at: self.moment(boot, exec.at_ns),
            guid: self.guid(exec.who),
            pid: exec.who.pid,
            ppid: exec.parent.map_or(0, |parent| parent.pid),
            parent_guid: exec.parent.filter(|parent| parent.pid != 0).map(|parent| self.guid(parent)),
            parent_image,
            origin: Origin::Exec,
            image: exec.image,
            command_line,
            truncated: truncated || exec.arguments_cut,
            cwd: exec.cwd,
            account: accounts.real,
            effective_account: accounts.effective,
            login_account: accounts.login,
            logon_session: names.session(exec.who.pid, exec.owner),
            hash: Hash::Off,
            notes,
        };
        out(Tracked { record: ProcessRecord::Started(Box::new(start)), file: exec.file });
    }

    /// Tells of a process that only split off, now that something depends on it; its parents first.
    fn tell_forked(&mut self, who: Option<Identity>, boot: Time, names: &mut dyn Names, out: &mut dyn FnMut(Tracked)) {
        let mut chain = Vec::new();
        let mut next = who;
        while let Some(who) = next {
            let Some(live) = self.live.get_mut(&who.pid).filter(|live| same_start(live.start_ns, who.start_ns)) else {
                break;
            };
            let Some(fork) = live.untold.take() else { break };
            next = Some(fork.parent);
            chain.push((fork, live.image.clone(), live.file));
        }
        for (fork, image, file) in chain.into_iter().rev() {
            let accounts = Accounts::of(fork.owner, names);
            let parent_image = self.find(Some(fork.parent)).and_then(|parent| parent.image.as_deref());
            let start = ProcessStarted {
                at: self.moment(boot, fork.at_ns),
                guid: self.guid(fork.who),
                pid: fork.who.pid,
                ppid: fork.parent.pid,
                parent_guid: Some(self.guid(fork.parent)),
                parent_image: parent_image.map(str::to_owned),
                origin: Origin::Fork,
                image: image.map(|image| Text::from(&*image)),
                command_line: None,
                truncated: false,
                cwd: None,
                account: accounts.real,
                effective_account: accounts.effective,
                login_account: accounts.login,
                logon_session: names.session(fork.who.pid, fork.owner),
                hash: Hash::Off,
                notes: Vec::new(),
            };
            out(Tracked { record: ProcessRecord::Started(Box::new(start)), file });
        }
    }

    fn exit(&mut self, exit: Exit, boot: Time, names: &mut dyn Names, out: &mut dyn FnMut(Tracked)) {
        let Some(live) = self.live.remove(&exit.pid) else { return };
        let start_ns = exit.start_ns.unwrap_or(live.start_ns);
        if !same_start(start_ns, live.start_ns) {
            self.live.insert(exit.pid, live);
            return;
        }
        if live.untold.is_some() {
            return;
        }
        let who = Identity { pid: exit.pid, start_ns };
        let record = ProcessRecord::Exited(ProcessExited {
            at: self.moment(boot, exit.at_ns),
            guid: self.guid(who),
            pid: exit.pid,
            image: live.image.as_deref().map(str::to_owned),
            account: exit.owner.map(|owner| names.account(owner.uid)),
            logon_session: names.session(exit.pid, exit.owner),
            exit_code: exit.status.filter(|status| status & 0x7f == 0).map(|status| status >> 8 & 0xff),
            signal: exit.status.map(|status| status & 0x7f).filter(|signal| *signal != 0),
            lived_us: exit.at_ns.checked_sub(start_ns).map(|ns| ns / 1000),
        });
        out(Tracked { record, file: None });
    }
}

struct Accounts {
    real: Option<Account>,
    effective: Option<Account>,
    login: Option<Account>,
}

impl Accounts {
    fn of(owner: Option<Owner>, names: &mut dyn Names) -> Self {
        Self {
            real: owner.map(|owner| names.account(owner.uid)),
            effective: owner.filter(|it| it.effective_uid != it.uid).map(|owner| names.account(owner.effective_uid)),
            login: owner.and_then(|owner| owner.login_uid).map(|uid| names.account(uid)),
        }
    }
}

struct Line {
    text: Text,
    masked: bool,
    cut: bool,
}

fn command_line(arguments: Vec<Vec<u8>>) -> Line {
    let not_text = arguments.iter().any(|argument| std::str::from_utf8(argument).is_err());
    let raw = not_text.then(|| arguments.join(&b' '));
    let mut words: Vec<String> = arguments
        .into_iter()
        .map(|bytes| {
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
        })
        .collect();
    let masked = mask::arguments(&mut words);
    let mut line = words.join(" ");
    let cut = line.len() > MAX_COMMAND_LINE;
    line.truncate(line.floor_char_boundary(MAX_COMMAND_LINE));
    // The raw bytes of a masked line would hold what was masked.
    let text = match raw {
        Some(raw) if !masked && raw.len() <= MAX_COMMAND_LINE => Text::from_bytes(raw),
        _ => line.into(),
    };
    Line { text, masked, cut }
}

#[cfg(test)]
#[path = "tracker_tests.rs"]
mod tests;
