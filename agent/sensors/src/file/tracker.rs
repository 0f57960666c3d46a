//! Turns observations into records. No IO and no clock.

use std::{collections::HashMap, sync::Arc, time::Duration};

use uuid::Uuid;
use yagura_records::{Doer, FileAct, FileActed, FileNote, FileRecord, Lost, Moment, Place, Text};
use yagura_vocabulary::{Account, Time};

use super::{
    fold::Folds,
    observed::{Seen, Who},
    programs::is_shell,
    session::{Draft, MOST, Session},
};
use crate::guid::process_guid;

/// Observations that are held over all works.
const HELD: usize = 32 << 10;
/// Works that are remembered, and for how long without news.
const SESSIONS: usize = 4096;
const FORGOTTEN_NS: u64 = 300 * 1_000_000_000;

/// What the tracker asks of the world.
pub(crate) trait Surroundings {
    /// The process that has this pid, or had it a moment ago.
    fn who(&mut self, pid: u32) -> Option<Arc<Who>>;
    /// The account with this uid, by its number if it has no name.
    fn account(&mut self, uid: u32) -> Account;
    /// On what a path lies.
    fn place(&self, path: &Text) -> Place;
    /// Whether an opened file is told of.
    fn opens_wanted(&self, path: &str) -> bool;
    /// Whether an act is told of.
    fn wanted(&self, act: &FileActed) -> bool;
    /// Whether many acts may be told of in sum.
    fn folds(&self) -> bool;
    /// Whether somebody looks at acts before they are over.
    fn looks_early(&self) -> bool;
    /// What an act would come to if nothing followed.
    fn see_early(&self, act: &FileActed);
}

/// A drive that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DriveNews {
    pub(crate) act: FileAct,
    pub(crate) path: Text,
    pub(crate) target: Option<Text>,
    pub(crate) place: Place,
    pub(crate) serial: Option<String>,
    pub(crate) file_system: Option<String>,
}

/// The works that go on.
pub(crate) struct Tracker {
    boot_id: Uuid,
    sessions: HashMap<u32, Session>,
    held: usize,
    folds: Folds,
}

impl Tracker {
    pub(crate) fn new(boot_id: Uuid) -> Self {
        Self { boot_id, sessions: HashMap::new(), held: 0, folds: Folds::default() }
    }

    /// Whether something waits to be told.
    pub(crate) fn waits(&self) -> bool {
        self.held > 0 || !self.folds.is_empty()
    }

    /// Takes one observation. `boot` is the wall-clock time of the start of the machine.
    pub(crate) fn observe(
        &mut self,
        seen: Seen,
        boot: Time,
        around: &mut dyn Surroundings,
        out: &mut dyn FnMut(FileRecord),
    ) {
        let now_ns = seen.at_ns;
        let leader = seen.who.as_ref().map_or(seen.pid, |who| who.leader);
        if self.sessions.len() >= SESSIONS && !self.sessions.contains_key(&leader) {
            self.make_room(now_ns, boot, around, out);
        }
        let session = self.sessions.entry(leader).or_default();
        session.add(seen);
        self.held += 1;
        if session.len() >= MOST {
            self.conclude(leader, now_ns, false, boot, around, out);
        }
        if self.held > HELD
            && let Some(largest) = self.sessions.iter().max_by_key(|(_, one)| one.len()).map(|(leader, _)| *leader)
        {
            self.conclude(largest, now_ns, true, boot, around, out);
        }
    }

    /// Tells what has come to an end by now.
    pub(crate) fn tick(
        &mut self,
        now_ns: u64,
        boot: Time,
        around: &mut dyn Surroundings,
        out: &mut dyn FnMut(FileRecord),
    ) {
        self.foresee(now_ns, boot, around);
        let due = self.sessions.iter().filter(|(_, session)| session.is_due(now_ns));
        let mut due: Vec<_> = due.map(|(leader, session)| (session.touched_ns, *leader)).collect();
        due.sort_unstable();
        for (_, leader) in due {
            self.conclude(leader, now_ns, false, boot, around, out);
        }
        self.sessions.retain(|_, one| one.len() > 0 || now_ns.saturating_sub(one.touched_ns) < FORGOTTEN_NS);
        self.folds.flush(now_ns, false, &mut |row| out(FileRecord::Acted(Box::new(row))));
    }

    /// Tells everything: at the end, and before word of a loss.
    pub(crate) fn finish(
        &mut self,
        now_ns: u64,
        boot: Time,
        around: &mut dyn Surroundings,
        out: &mut dyn FnMut(FileRecord),
    ) {
        let mut all: Vec<_> = self.sessions.iter().map(|(leader, one)| (one.touched_ns, *leader)).collect();
        all.sort_unstable();
        for (_, leader) in all {
            self.conclude(leader, now_ns, true, boot, around, out);
        }
        self.sessions.clear();
        self.folds.flush(now_ns, true, &mut |row| out(FileRecord::Acted(Box::new(row))));
    }

    /// Observations are missing here, this many if known.
    pub(crate) fn lost(
        &mut self,
        lost: (u64, Option<u64>, &str),
        boot: Time,
        around: &mut dyn Surroundings,
        out: &mut dyn FnMut(FileRecord),
    ) {
        let (at_ns, count, reason) = lost;
        self.finish(at_ns, boot, around, out);
        out(FileRecord::Lost(Lost { at: self.moment(boot, at_ns), count, reason: reason.to_owned() }));
    }

    /// A drive came or went.
    pub(crate) fn drive(&mut self, news: DriveNews, at_ns: u64, boot: Time, out: &mut dyn FnMut(FileRecord)) {
        let DriveNews { act, path, target, place, serial, file_system } = news;
        let at = self.moment(boot, at_ns);
        out(FileRecord::Acted(Box::new(FileActed { target, place, serial, file_system, ..plain(at, act, path) })));
    }

    fn moment(&self, boot: Time, at_ns: u64) -> Moment {
        Moment { occurred_at: boot + Duration::from_nanos(at_ns), boot_id: self.boot_id, mono_ns: at_ns }
    }

    /// Shows works that are not over to whoever does not want to wait.
    fn foresee(&mut self, now_ns: u64, boot: Time, around: &mut dyn Surroundings) {
        if self.held == 0 || !around.looks_early() {
            return;
        }
        let mut drafts = Vec::new();
        for session in self.sessions.values_mut().filter(|session| session.may_be_foreseen(now_ns)) {
            drafts.extend(session.foresee(now_ns, &|path| around.opens_wanted(path)));
        }
        for mut draft in drafts {
            draft.who = draft.who.take().or_else(|| around.who(draft.pid));
            if draft.who.as_ref().is_some_and(|who| who.builds) {
                continue;
            }
            let row = self.row(draft, boot, around);
            if around.wanted(&row) {
                around.see_early(&row);
            }
        }
    }

    fn make_room(&mut self, now_ns: u64, boot: Time, around: &mut dyn Surroundings, out: &mut dyn FnMut(FileRecord)) {
        let mut all: Vec<_> = self.sessions.iter().map(|(leader, one)| (one.touched_ns, *leader)).collect();
        all.sort_unstable();
        for (_, leader) in all.into_iter().take(SESSIONS / 8) {
            self.conclude(leader, now_ns, true, boot, around, out);
            self.sessions.remove(&leader);
        }
    }

    fn conclude(
        &mut self,
        leader: u32,
        now_ns: u64,
        all: bool,
        boot: Time,
        around: &mut dyn Surroundings,
        out: &mut dyn FnMut(FileRecord),
    ) {
        let Some(session) = self.sessions.get_mut(&leader) else { return };
        let before = session.len();
        let drafts = session.conclude(now_ns, all, &|path| around.opens_wanted(path));
        self.held = self.held.saturating_sub(before - session.len());
        let may_fold = around.folds();
        let mut late: HashMap<u32, Option<Arc<Who>>> = HashMap::new();
        for mut draft in drafts {
            if draft.who.is_none() {
                let pid = draft.pid;
                draft.who = late.entry(pid).or_insert_with(|| around.who(pid)).clone();
            }
            let (tree, builds) = draft.who.as_ref().map_or((leader, false), |who| (who.tree, who.builds));
            let row = self.row(draft, boot, around);
            if !around.wanted(&row) {
                continue;
            }
            if may_fold {
                self.folds.add(tree, row, builds, &mut |row| out(FileRecord::Acted(Box::new(row))));
            } else {
                out(FileRecord::Acted(Box::new(row)));
            }
        }
    }

    fn row(&self, draft: Draft, boot: Time, around: &mut dyn Surroundings) -> FileActed {
        let doer = match draft.who.as_deref() {
            Some(who) => Doer {
                pid: draft.pid,
                guid: Some(process_guid(self.boot_id, who.pid, who.start_ns)),
                image: who.image.clone(),
                account: who.uid.map(|uid| around.account(uid)),
                logon_session: who.session.clone(),
                by_shell: [&who.image, &who.parent_image].into_iter().flatten().any(|image| is_shell(image)),
            },
            None => {
                Doer { pid: draft.pid, guid: None, image: None, account: None, logon_session: None, by_shell: false }
            }
        };
        let mut notes = Vec::new();
        let mut note = |wanted: bool, note| {
            if wanted {
                notes.push(note);
            }
        };
        note(draft.who.is_none(), FileNote::ProcessGone);
        note(draft.folder_unknown, FileNote::FolderUnknown);
        note(draft.replaced, FileNote::Replaced);
        note(draft.fleeting, FileNote::Fleeting);
        FileActed {
            place: around.place(&draft.path),
            target_place: draft.to.as_ref().map_or(Place::Fixed, |to| around.place(to)),
            target: draft.to,
            bytes: draft.bytes,
            inferred: draft.inferred,
            process: Some(doer),
            notes,
            ..plain(self.moment(boot, draft.at_ns), draft.act, draft.path)
        }
    }
}

fn plain(at: Moment, act: FileAct, path: Text) -> FileActed {
    FileActed {
        at,
        act,
        path,
        target: None,
        bytes: None,
        count: None,
        inferred: false,
        process: None,
        place: Place::Fixed,
        target_place: Place::Fixed,
        serial: None,
        file_system: None,
        examples: Vec::new(),
        notes: Vec::new(),
    }
}

#[cfg(test)]
#[path = "tracker_tests.rs"]
mod tests;
