//! Who did it, where it lies, and what is wanted: what the tracker asks of this machine.

use std::{collections::HashMap, sync::Arc};

use yagura_records::{FileActed, FileRecord, Place, Text};
use yagura_vocabulary::Account;

use super::watching::View;
use crate::{
    FileWish, Outlet,
    file::{observed::Who, tracker::Surroundings},
    linux::{Known, accounts::Accounts},
    process::tracker::Names as _,
};

/// The machine, as the tracker asks it.
pub(super) struct People {
    known: Arc<Known>,
    pub(super) accounts: Accounts,
    pub(super) view: View,
    /// Answers within one look at the kernel's queue.
    asked: HashMap<u32, Option<Arc<Who>>>,
    wishes: Vec<Arc<FileWish>>,
}

impl People {
    pub(super) fn new(known: Arc<Known>, view: View) -> Self {
        let accounts = Accounts::new("/etc/passwd");
        Self { known, accounts, view, asked: HashMap::new(), wishes: Vec::new() }
    }

    /// To be called before each look: processes run other programs, readers change their minds.
    pub(super) fn renew(&mut self, outlet: &Outlet<FileRecord>) {
        self.asked.clear();
        self.wishes = outlet.wishes();
    }

    pub(super) fn ask(&mut self, pid: u32) -> Option<Arc<Who>> {
        let known = &self.known;
        self.asked.entry(pid).or_insert_with(|| known.who(pid).map(Arc::new)).clone()
    }
}

impl Surroundings for People {
    fn who(&mut self, pid: u32) -> Option<Arc<Who>> {
        self.ask(pid)
    }

    fn account(&mut self, uid: u32) -> Account {
        self.accounts.account(uid)
    }

    fn place(&self, path: &Text) -> Place {
        self.view.place(path)
    }

    fn opens_wanted(&self, path: &str) -> bool {
        self.wishes.iter().any(|wish| wish.opens.as_ref().is_some_and(|wanted| wanted(path)))
    }

    fn wanted(&self, act: &FileActed) -> bool {
        // Without readers there is nobody to want anything, and nothing is kept.
        self.wishes.is_empty() || self.wishes.iter().any(|wish| wish.acts.as_ref().is_none_or(|wanted| wanted(act)))
    }

    fn looks_early(&self) -> bool {
        self.wishes.iter().any(|wish| wish.early.as_ref().is_some_and(|early| early.looks()))
    }

    fn see_early(&self, act: &FileActed) {
        self.wishes.iter().filter_map(|wish| wish.early.as_ref()).for_each(|early| early.see(act));
    }

    fn folds(&self) -> bool {
        self.wishes.iter().all(|wish| !wish.unfolded)
    }
}
