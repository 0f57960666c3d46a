//! One work of one program: what it did to files within a short time, and what that comes to. An editor that writes a new
//! file, puts it in the place of the old one and removes a spare copy has overwritten one file.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use yagura_records::{FileAct, Text};

use super::{
    copies::{Made, Opened, Opens, extension, folder, name},
    observed::{Seen, What, Who},
    programs,
};

const SECOND_NS: u64 = 1_000_000_000;

/// A work that does nothing for so long has come to an end for now.
const QUIET_NS: u64 = SECOND_NS;
/// One that never rests is told of after so long, and at so many observations.
const LONGEST_NS: u64 = 10 * SECOND_NS;
pub(crate) const MOST: usize = 2048;
/// A work is foreseen after so short a rest, or so long after it was last, if it is not too large to be looked at twice.
const EARLY_QUIET_NS: u64 = SECOND_NS / 10;
const EARLY_NS: u64 = SECOND_NS / 4;
const EARLY_MOST: usize = 256;
/// A new file that stays open is told of after so long.
const OPEN_NS: u64 = 60 * SECOND_NS;
/// The clocks of file systems are coarse, and observations come late by up to this.
const SLACK_NS: u64 = 2 * SECOND_NS;
/// A file that is opened again within this was opened once.
const SAME_OPENING_NS: u64 = 30 * SECOND_NS;
/// Bounds for what is remembered of what was told already.
const REMEMBERED: usize = 256;

/// What will be told.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) act: FileAct,
    pub(crate) path: Text,
    pub(crate) to: Option<Text>,
    pub(crate) at_ns: u64,
    pub(crate) pid: u32,
    pub(crate) who: Option<Arc<Who>>,
    pub(crate) bytes: Option<u64>,
    pub(crate) inferred: bool,
    pub(crate) replaced: bool,
    pub(crate) fleeting: bool,
    pub(crate) folder_unknown: bool,
    /// It turned out to be part of something else.
    dead: bool,
    file: u64,
    opened: bool,
    closed: bool,
}

impl Draft {
    fn of(act: FileAct, seen: &Seen) -> Self {
        Self {
            act,
            path: seen.path.clone(),
            to: seen.to.clone(),
            at_ns: seen.at_ns,
            pid: seen.pid,
            who: seen.who.clone(),
            bytes: seen.size,
            inferred: false,
            replaced: false,
            fleeting: false,
            folder_unknown: seen.folder_unknown,
            dead: false,
            file: seen.file,
            opened: false,
            closed: false,
        }
    }

    /// Where what was done ended up.
    pub(crate) fn outcome(&self) -> &Text {
        self.to.as_ref().unwrap_or(&self.path)
    }
}

/// One work.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    seen: Vec<Seen>,
    /// What it came to so far was last looked at then, and had so many observations.
    foreseen: (u64, usize),
    /// How many of them were kept from before.
    carried: usize,
    since_ns: u64,
    pub(crate) touched_ns: u64,
    opens: Opens,
    folders_opened: VecDeque<Text>,
    /// New files that were told of while they were still open, and opened files that were told of; with when.
    told: HashMap<u64, u64>,
    told_opens: HashMap<u64, u64>,
}

impl Session {
    pub(crate) fn add(&mut self, seen: Seen) {
        if self.seen.len() == self.carried {
            self.since_ns = seen.at_ns;
        }
        self.touched_ns = seen.at_ns;
        self.seen.push(seen);
    }

    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn is_due(&self, now_ns: u64) -> bool {
        let news = self.seen.len() > self.carried;
        news && (now_ns.saturating_sub(self.touched_ns) >= QUIET_NS
            || now_ns.saturating_sub(self.since_ns) >= LONGEST_NS
            || self.seen.len() >= MOST)
            || self.seen.first().is_some_and(|first| now_ns.saturating_sub(first.at_ns) >= OPEN_NS)
    }

    /// Whether it is time to look at what it would come to.
    pub(crate) fn may_be_foreseen(&self, now_ns: u64) -> bool {
        let (at_ns, count) = self.foreseen;
        let news = self.seen.len() > self.carried.max(count) && self.seen.len() <= EARLY_MOST;
        news && (now_ns.saturating_sub(self.touched_ns) >= EARLY_QUIET_NS
            || now_ns.saturating_sub(at_ns.max(self.since_ns)) >= EARLY_NS)
    }

    /// What it would come to if nothing followed. It goes on as if nobody had looked.
    pub(crate) fn foresee(&mut self, now_ns: u64, wanted: &dyn Fn(&str) -> bool) -> Vec<Draft> {
        self.foreseen = (now_ns, self.seen.len());
        self.clone().conclude(now_ns, true, wanted)
    }

    /// What it all comes to. With `all`, also what may not be complete yet.
    pub(crate) fn conclude(&mut self, now_ns: u64, all: bool, wanted: &dyn Fn(&str) -> bool) -> Vec<Draft> {
        let seen = std::mem::take(&mut self.seen);
        let mut work = Work { wanted, drafts: Vec::new(), ..Work::new(self) };
        for one in &seen {
            work.see(one);
        }
        work.saves();
        work.spread();
        work.empty_folders();
        work.drop_opens();
        let mut drafts = work.drafts;
        // A new file that is still being written waits for its end, where it would be told of with its size.
        let unfinished = |draft: &Draft| {
            !all && draft.act == FileAct::FileCreate
                && !draft.closed
                && !draft.fleeting
                && !draft.dead
                && now_ns.saturating_sub(draft.at_ns) < if draft.opened { OPEN_NS } else { QUIET_NS }
        };
        let waiting: HashSet<u64> = drafts.iter().filter(|draft| unfinished(draft)).map(|draft| draft.file).collect();
        // Not too many: whoever opens thousands of new files is told of at once.
        let waiting = if waiting.len() > REMEMBERED { HashSet::new() } else { waiting };
        self.seen = seen.into_iter().filter(|one| waiting.contains(&one.file) && one.what != What::Gone).collect();
        self.carried = self.seen.len();
        self.foreseen.1 = 0;
        drafts.retain(|draft| !draft.dead && !waiting.contains(&draft.file));
        for draft in &drafts {
            if draft.act == FileAct::FileCreate && draft.opened && !draft.closed {
                remember(&mut self.told, draft.file, now_ns);
            } else if draft.act == FileAct::FileOpen {
                remember(&mut self.told_opens, draft.file, draft.at_ns);
            }
        }
        drafts
    }
}

/// Whether it is a program that does nothing with files but copy or move them.
fn by_copier(who: Option<&Who>) -> bool {
    who.and_then(|who| who.image.as_deref()).is_some_and(programs::copies)
}

fn remember(table: &mut HashMap<u64, u64>, file: u64, at_ns: u64) {
    if table.len() >= REMEMBERED
        && let Some(oldest) = table.iter().min_by_key(|(_, at)| **at).map(|(file, _)| *file)
    {
        table.remove(&oldest);
    }
    table.insert(file, at_ns);
}

/// A session on its way to what it comes to.
struct Work<'a> {
    session: &'a mut Session,
    wanted: &'a dyn Fn(&str) -> bool,
    drafts: Vec<Draft>,
    /// What is told of a file's content, by file.
    content: HashMap<u64, usize>,
    renamed: HashMap<u64, usize>,
    opened: HashMap<u64, usize>,
    deleted: HashSet<u64>,
    /// New folders.
    folders: Vec<usize>,
    /// A renaming that may just have put an end to another file.
    last_renaming: Option<usize>,
}

impl<'a> Work<'a> {
    fn new(session: &'a mut Session) -> Self {
        Self {
            session,
            wanted: &|_| false,
            drafts: Vec::new(),
            content: HashMap::new(),
            renamed: HashMap::new(),
            opened: HashMap::new(),
            deleted: HashSet::new(),
            folders: Vec::new(),
            last_renaming: None,
        }
    }

    fn put(&mut self, draft: Draft) -> usize {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    fn see(&mut self, seen: &Seen) {
        match (seen.what, seen.folder) {
            (What::Opened, false) => self.file_opened(seen),
            (What::Opened, true) => {
                self.session.folders_opened.push_back(seen.path.clone());
                if self.session.folders_opened.len() > REMEMBERED {
                    self.session.folders_opened.pop_front();
                }
            }
            (What::Created, folder) => {
                let act = if folder { FileAct::FolderCreate } else { FileAct::FileCreate };
                let draft = self.put(Draft::of(act, seen));
                self.content.insert(seen.file, draft);
                if folder {
                    self.folders.push(draft);
                }
            }
            (What::Closed, _) => self.file_closed(seen),
            (What::Renamed, _) => self.renamed(seen),
            (What::Deleted, false) => self.file_deleted(seen),
            (What::Deleted, true) => self.folder_deleted(seen),
            (What::Gone, _) => self.gone(seen),
        }
    }

    fn file_opened(&mut self, seen: &Seen) {
        if let Some(&draft) = self.content.get(&seen.file) {
            self.drafts[draft].opened = true;
            return;
        }
        if self.session.told.contains_key(&seen.file) || seen.folder_unknown {
            return;
        }
        let opened = Opened { at_ns: seen.at_ns, file: seen.file, path: seen.path.clone(), size: seen.size };
        self.session.opens.add(opened, by_copier(seen.who.as_deref()));
        let told = self.session.told_opens.get(&seen.file);
        let again = told.is_some_and(|at| seen.at_ns.saturating_sub(*at) < SAME_OPENING_NS);
        if !again && !self.opened.contains_key(&seen.file) && (self.wanted)(seen.path.as_str()) {
            let draft = self.put(Draft::of(FileAct::FileOpen, seen));
            self.opened.insert(seen.file, draft);
        }
    }

    fn file_closed(&mut self, seen: &Seen) {
        if let Some(&at) = self.content.get(&seen.file) {
            let draft = &mut self.drafts[at];
            draft.bytes = seen.size.or(draft.bytes);
            draft.closed = true;
            if draft.act == FileAct::FileCreate {
                self.find_source(at, seen.at_ns);
            }
            return;
        }
        if self.session.told.remove(&seen.file).is_some() {
            // Its beginning was told of; news is only that it became a copy.
            let mut draft = Draft::of(FileAct::FileCreate, seen);
            draft.closed = true;
            let at = self.put(draft);
            self.find_source(at, seen.at_ns);
            self.drafts[at].dead = self.drafts[at].act == FileAct::FileCreate;
            return;
        }
        if seen.folder_unknown {
            // Its folder is gone, and it with it: that it was written before is nothing any more.
            return;
        }
        let opened = self.session.opens.at(seen.file).unwrap_or(seen.at_ns.saturating_sub(10 * SECOND_NS));
        if seen.changed_ns.is_some_and(|changed| changed.saturating_add(SLACK_NS) < opened) {
            return;
        }
        self.session.opens.forget(seen.file);
        let mut draft = Draft::of(FileAct::FileOverwrite, seen);
        draft.closed = true;
        let at = self.put(draft);
        self.content.insert(seen.file, at);
        if self.find_source(at, seen.at_ns) {
            self.drafts[at].replaced = true;
        }
    }

    /// Makes a copy of a draft about a file whose content came from another one, if so.
    fn find_source(&mut self, at: usize, now_ns: u64) -> bool {
        let draft = &mut self.drafts[at];
        let own = draft.outcome().clone();
        let made = Made {
            file: draft.file,
            path: &own,
            size: draft.bytes,
            now_ns,
            by_copier: by_copier(draft.who.as_deref()),
        };
        let Some(source) = self.session.opens.source(&made) else { return false };
        (draft.act, draft.inferred) = (FileAct::FileCopy, true);
        (draft.path, draft.to) = (source.path.clone(), Some(own));
        true
    }

    fn renamed(&mut self, seen: &Seen) {
        let Some(to) = seen.to.clone() else { return };
        if let Some(&at) = self.content.get(&seen.file)
            && matches!(self.drafts[at].act, FileAct::FileCreate | FileAct::FileCopy | FileAct::FolderCreate)
            && !self.drafts[at].replaced
        {
            // It was made under another name and is what it was meant to be only now.
            let draft = &mut self.drafts[at];
            if draft.to.is_some() {
                draft.to = Some(to);
            } else {
                draft.path = to;
            }
            draft.bytes = draft.bytes.or(seen.size);
            if draft.closed {
                // Under its real name it may be more like another file.
                self.find_source(at, seen.at_ns);
            }
            self.last_renaming = Some(at);
            return;
        }
        let same_folder = folder(&seen.path) == folder(&to);
        let act = match (seen.folder, same_folder) {
            (false, true) => FileAct::FileRename,
            (false, false) => FileAct::FileMove,
            (true, true) => FileAct::FolderRename,
            (true, false) => FileAct::FolderMove,
        };
        let at = self.put(Draft::of(act, seen));
        self.renamed.insert(seen.file, at);
        self.last_renaming = Some(at);
    }

    fn file_deleted(&mut self, seen: &Seen) {
        self.deleted.insert(seen.file);
        if let Some(&at) = self.content.get(&seen.file)
            && self.drafts[at].act == FileAct::FileCreate
        {
            self.drafts[at].fleeting = true;
            return;
        }
        let moved = |draft: &&mut Draft| draft.act == FileAct::FileCopy && !draft.dead && draft.path == seen.path;
        if let Some(draft) = self.drafts.iter_mut().rev().find(moved) {
            draft.act = FileAct::FileMove;
            return;
        }
        // Gone before its size could be asked for: what was made of it must have its kind of name.
        if self.session.opens.is_without_size(&seen.path) {
            let from_it = |draft: &&mut Draft| {
                draft.act == FileAct::FileCreate
                    && draft.closed
                    && !draft.fleeting
                    && extension(&draft.path) == extension(&seen.path)
            };
            if let Some(draft) = self.drafts.iter_mut().rev().find(from_it) {
                (draft.act, draft.inferred) = (FileAct::FileMove, true);
                draft.to = Some(std::mem::replace(&mut draft.path, seen.path.clone()));
                return;
            }
        }
        // The spare copy that an editor made by renaming, after it wrote the file anew.
        if let Some(&spare) = self.renamed.get(&seen.file)
            && let Some(anew) = self.anew(spare)
        {
            self.drafts[spare].dead = true;
            self.overwritten(anew);
            return;
        }
        self.put(Draft::of(FileAct::FileDelete, seen));
    }

    /// The new file that stands where a renamed one stood.
    fn anew(&self, renamed: usize) -> Option<usize> {
        let place = &self.drafts[renamed].path;
        let found = |draft: &Draft| draft.act == FileAct::FileCreate && !draft.dead && draft.path == *place;
        self.drafts.iter().skip(renamed).position(found).map(|after| renamed + after)
    }

    fn overwritten(&mut self, at: usize) {
        let draft = &mut self.drafts[at];
        (draft.act, draft.inferred) = (FileAct::FileOverwrite, true);
    }

    fn folder_deleted(&mut self, seen: &Seen) {
        if let Some(&at) = self.content.get(&seen.file)
            && self.drafts[at].act == FileAct::FolderCreate
        {
            self.drafts[at].fleeting = true;
            return;
        }
        self.spread();
        for &at in &self.folders {
            let draft = &mut self.drafts[at];
            let copied = draft.act == FileAct::FolderCopy && draft.path == seen.path;
            let empty =
                draft.act == FileAct::FolderCreate && draft.path != seen.path && name(&draft.path) == name(&seen.path);
            if copied || empty {
                if empty {
                    draft.to = Some(std::mem::replace(&mut draft.path, seen.path.clone()));
                }
                (draft.act, draft.inferred) = (FileAct::FolderMove, true);
                return;
            }
        }
        self.put(Draft::of(FileAct::FolderDelete, seen));
    }

    fn gone(&mut self, seen: &Seen) {
        if self.deleted.contains(&seen.file) {
            return;
        }
        if let Some(at) = self.last_renaming.take() {
            if self.drafts[at].act == FileAct::FileCreate {
                self.overwritten(at);
            } else {
                self.drafts[at].replaced = true;
            }
        }
    }

    /// Files that were renamed out of the way and written anew: the old one is a spare copy.
    fn saves(&mut self) {
        for spare in self.renamed.values().copied().collect::<Vec<_>>() {
            if self.drafts[spare].dead || self.drafts[spare].act != FileAct::FileRename {
                continue;
            }
            if let Some(anew) = self.anew(spare) {
                self.overwritten(anew);
                let draft = &mut self.drafts[spare];
                (draft.act, draft.inferred) = (FileAct::FileCopy, true);
            }
        }
    }

    /// A new folder into which something was copied under its own name is a copy of the folder where that came from.
    fn spread(&mut self) {
        if !self.folders.iter().any(|at| self.drafts[*at].act == FileAct::FolderCreate) {
            return;
        }
        let new: HashMap<Vec<u8>, usize> =
            self.folders.iter().map(|at| (self.drafts[*at].outcome().as_bytes().to_vec(), *at)).collect();
        for at in (0..self.drafts.len()).rev() {
            let draft = &self.drafts[at];
            let (FileAct::FileCopy | FileAct::FileMove | FileAct::FolderCopy | FileAct::FolderMove, Some(to)) =
                (draft.act, &draft.to)
            else {
                continue;
            };
            if draft.dead || !draft.inferred || name(&draft.path) != name(to) {
                continue;
            }
            if let Some(&parent) = new.get(folder(to))
                && self.drafts[parent].act == FileAct::FolderCreate
            {
                let from = Text::from_bytes(folder(&draft.path).to_vec());
                let parent = &mut self.drafts[parent];
                parent.to = Some(std::mem::replace(&mut parent.path, from));
                (parent.act, parent.inferred) = (FileAct::FolderCopy, true);
            }
        }
    }

    /// A new folder with the name of one that was looked into is a copy of it, though it has nothing in it.
    fn empty_folders(&mut self) {
        for &at in &self.folders {
            let draft = &mut self.drafts[at];
            if draft.act != FileAct::FolderCreate || draft.fleeting {
                continue;
            }
            let opened = self.session.folders_opened.iter().rev();
            let twin = opened.into_iter().find(|path| **path != draft.path && name(path) == name(&draft.path));
            if let Some(twin) = twin {
                draft.to = Some(std::mem::replace(&mut draft.path, twin.clone()));
                (draft.act, draft.inferred) = (FileAct::FolderCopy, true);
            }
        }
        self.spread();
    }

    /// An opening that was part of a copy or of saving is not told of.
    fn drop_opens(&mut self) {
        if self.opened.is_empty() {
            return;
        }
        let part: HashSet<Vec<u8>> = self
            .drafts
            .iter()
            .filter(|draft| !draft.dead && draft.act != FileAct::FileOpen)
            .filter(|draft| matches!(draft.act, FileAct::FileCopy | FileAct::FileMove | FileAct::FileOverwrite))
            .flat_map(|draft| [&draft.path, draft.outcome()])
            .map(|path| path.as_bytes().to_vec())
            .collect();
        for draft in &mut self.drafts {
            draft.dead |= draft.act == FileAct::FileOpen && part.contains(draft.path.as_bytes());
        }
    }
}
