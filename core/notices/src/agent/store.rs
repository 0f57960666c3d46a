//! The notices that nobody closed yet, one file each.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_local::FromAgent;
use yagura_vocabulary::{Time, id::NoticeId};

use super::command::Action;

/// More are not kept: whoever comes back to such a pile reads none of it.
const MOST: usize = 200;

/// A notice that nobody closed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) notice_id: NoticeId,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) at: Time,
    /// The uids of those whose screen showed it.
    #[serde(default)]
    pub(super) shown_to: Vec<u32>,
    /// The page that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<Action>,
    /// The uids of those for whom it is; everybody's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) accounts: Option<Vec<String>>,
    /// It is not shown after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Time>,
    /// The uids of those who closed it, where it is for some people only: each closes their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) closed_by: Vec<u32>,
}

impl Kept {
    pub(super) fn message(&self) -> FromAgent {
        FromAgent::ShowNotice {
            id: self.id,
            notice_id: self.notice_id,
            title: self.title.clone(),
            text: self.text.clone(),
            at: self.at,
            action: self.action.as_ref().map(|action| action.label.clone()),
        }
    }

    /// Whether it is to be on the screen of this user now.
    pub(super) fn is_for(&self, uid: u32, now: Time) -> bool {
        let theirs = |accounts: &Vec<String>| accounts.iter().any(|id| id.parse() == Ok(uid));
        self.accounts.as_ref().is_none_or(theirs) && !self.closed_by.contains(&uid) && !self.is_over(now)
    }

    fn is_over(&self, now: Time) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether nobody is left who could see it.
    fn is_done(&self) -> bool {
        let closed = |id: &String| id.parse().is_ok_and(|uid| self.closed_by.contains(&uid));
        self.accounts.as_ref().is_none_or(|accounts| accounts.iter().all(closed))
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error("cannot {action} `{}`: {source}", path.display())]
    Disk { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{MOST} notices wait on this endpoint already; nobody closes them")]
    Full,
}

/// The notices in a folder, oldest first.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    notices: Vec<Kept>,
}

impl Store {
    /// Reads the folder, which is made if needed. A file that is no notice is passed over.
    pub(super) fn open(folder: PathBuf) -> Result<Self, StoreError> {
        let refused = |source| StoreError::Disk { action: "read notices in", path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(refused)?;
        let mut notices = Vec::new();
        for entry in fs::read_dir(&folder).map_err(refused)? {
            let path = entry.map_err(refused)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let bytes = fs::read(&path).map_err(refused)?;
            match serde_json::from_slice::<Kept>(&bytes) {
                Ok(kept) => notices.push(kept),
                Err(error) => tracing::warn!(path = %path.display(), %error, "a stored notice cannot be read"),
            }
        }
        notices.sort_by_key(|kept| (kept.at, kept.id));
        Ok(Self { folder, notices })
    }

    pub(super) fn all(&self) -> &[Kept] {
        &self.notices
    }

    /// Keeps a notice; one that is kept already stays as it is.
    pub(super) fn keep(&mut self, kept: Kept) -> Result<&Kept, StoreError> {
        if let Some(known) = self.notices.iter().position(|known| known.notice_id == kept.notice_id) {
            return Ok(&self.notices[known]);
        }
        if self.notices.len() >= MOST {
            return Err(StoreError::Full);
        }
        self.write(&kept)?;
        self.notices.push(kept);
        Ok(&self.notices[self.notices.len() - 1])
    }

    /// Writes down that this user's screen showed it. Gives whether that is new.
    pub(super) fn shown(&mut self, id: Uuid, uid: u32) -> Result<bool, StoreError> {
        let Some(kept) = self.notices.iter_mut().find(|kept| kept.id == id) else { return Ok(false) };
        if kept.shown_to.contains(&uid) {
            return Ok(false);
        }
        kept.shown_to.push(uid);
        let kept = kept.clone();
        self.write(&kept)?;
        Ok(true)
    }

    /// This user closed it. What is for everybody is done with that; what is for some people waits for the others of them.
    pub(super) fn closed(&mut self, id: Uuid, uid: u32) -> Result<(), StoreError> {
        let Some(place) = self.notices.iter().position(|kept| kept.id == id) else { return Ok(()) };
        self.notices[place].closed_by.push(uid);
        if self.notices[place].is_done() { self.forget(place) } else { self.write(&self.notices[place]) }
    }

    /// Forgets what is not to be shown any more.
    pub(super) fn drop_over(&mut self, now: Time) -> Result<(), StoreError> {
        while let Some(place) = self.notices.iter().position(|kept| kept.is_over(now)) {
            self.forget(place)?;
        }
        Ok(())
    }

    fn forget(&mut self, place: usize) -> Result<(), StoreError> {
        let gone = self.notices.remove(place);
        let path = self.path(gone.notice_id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::Disk { action: "remove", path, source: error })
            }
            _ => Ok(()),
        }
    }

    fn path(&self, notice: NoticeId) -> PathBuf {
        self.folder.join(format!("{notice}.json"))
    }

    /// Writes it beside and renames, so that a crash leaves the old or the new.
    fn write(&self, kept: &Kept) -> Result<(), StoreError> {
        let path = self.path(kept.notice_id);
        let beside = path.with_extension("new");
        let written = serde_json::to_vec(kept).map_err(io::Error::from).and_then(|json| {
            let mut file = fs::File::create(&beside)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        });
        written.map_err(|source| StoreError::Disk { action: "write", path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(seconds: i64) -> Kept {
        Kept {
            id: Uuid::now_v7(),
            notice_id: NoticeId::new(),
            title: "停電".into(),
            text: "18時".into(),
            at: Time::from_seconds(seconds),
            shown_to: Vec::new(),
            action: None,
            accounts: None,
            until: None,
            closed_by: Vec::new(),
        }
    }

    #[test]
    fn notices_come_back_oldest_first_and_closed_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("notices")).unwrap();
        let notices = [kept(3), kept(1), kept(2)];
        for notice in &notices {
            store.keep(notice.clone()).unwrap();
        }
        assert!(store.shown(notices[1].id, 1000).unwrap());
        assert!(!store.shown(notices[1].id, 1000).unwrap());
        store.closed(notices[2].id, 1000).unwrap();
        fs::write(folder.path().join("notices/torn.json"), "{").unwrap();
        let store = Store::open(folder.path().join("notices")).unwrap();
        let found: Vec<_> = store.all().iter().map(|kept| (kept.id, kept.shown_to.clone())).collect();
        assert_eq!(found, [(notices[1].id, vec![1000]), (notices[0].id, vec![])]);
    }

    #[test]
    fn what_is_for_some_people_waits_until_each_of_them_closed_it_and_ends_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().to_owned()).unwrap();
        let accounts = Some(vec!["1000".to_owned(), "1001".to_owned(), "S-1-5-21".to_owned()]);
        let until = Some(Time::from_seconds(100));
        let some = store.keep(Kept { accounts, until, ..kept(1) }).unwrap().clone();
        let now = Time::from_seconds(50);
        assert!(some.is_for(1000, now) && some.is_for(1001, now) && !some.is_for(1002, now));
        store.closed(some.id, 1000).unwrap();
        let again = Store::open(folder.path().to_owned()).unwrap();
        let left = &again.all()[0];
        assert!(!left.is_for(1000, now) && left.is_for(1001, now) && !left.is_for(1001, Time::from_seconds(100)));
        store.drop_over(now).unwrap();
        assert_eq!(store.all().len(), 1);
        store.drop_over(Time::from_seconds(100)).unwrap();
        assert_eq!(Store::open(folder.path().to_owned()).unwrap().all(), []);
    }

    #[test]
    fn a_notice_that_is_kept_already_is_not_kept_twice_and_there_is_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().to_owned()).unwrap();
        let first = kept(1);
        store.keep(first.clone()).unwrap();
        let again = Kept { id: Uuid::now_v7(), ..first.clone() };
        assert_eq!(store.keep(again).unwrap().id, first.id);
        for n in 1..MOST {
            store.keep(kept(i64::try_from(n).unwrap())).unwrap();
        }
        assert!(matches!(store.keep(kept(0)), Err(StoreError::Full)));
    }
}
