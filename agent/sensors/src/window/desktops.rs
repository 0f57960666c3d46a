//! Where what session programs see comes in, and what they are to look for goes out.
//!
//! Whoever holds the local socket tells this of sessions and of what they say. Nobody waits here: what does not fit is counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

use tokio::sync::watch;
use yagura_local::desktop::{Seen, Watch};
use yagura_platform::since_boot;

/// What may wait to be made sense of: a few hundred titles.
const ROOM: usize = 512;
/// A desktop may say so much at once, and so much each second after that. A session program of ours stays far below.
const BURST: f64 = 128.0;
const A_SECOND: f64 = 32.0;

/// Names a session program's connection within this run of the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DesktopId(u64);

impl DesktopId {
    #[cfg(test)]
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }
}

/// What the source is told.
#[derive(Debug)]
pub(crate) enum News {
    /// Whose session program it is, and the program's process id where the kernel gave it.
    Arrived(DesktopId, u32, Option<u32>),
    Said(DesktopId, Seen),
    Left(DesktopId),
    /// So much of what desktops said is missing here.
    Lost(u64),
    /// What is wanted may be something else now.
    Wishes,
    /// Tell what is held back, and end.
    Finish,
}

/// The desktops of this machine.
#[derive(Debug, Clone, Default)]
pub struct Desktops(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    wanted: watch::Sender<Option<Watch>>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    here: BTreeMap<DesktopId, Here>,
    to: Option<SyncSender<News>>,
    /// Counts those who opened.
    opened: u64,
    lost: u64,
}

#[derive(Debug)]
struct Here {
    uid: u32,
    pid: Option<u32>,
    allowance: f64,
    at: Duration,
}

impl Inner {
    fn put(&mut self, news: News) {
        let Some(to) = &self.to else { return };
        if self.lost > 0 {
            match to.try_send(News::Lost(self.lost)) {
                Ok(()) => self.lost = 0,
                Err(_) => {
                    // Whom it was told of last may not be there any more: what comes and goes is never given up.
                    self.keep(news);
                    return;
                }
            }
        }
        match to.try_send(news) {
            Ok(()) => {}
            Err(TrySendError::Full(news)) => self.keep(news),
            Err(TrySendError::Disconnected(_)) => self.to = None,
        }
    }

    fn keep(&mut self, news: News) {
        self.lost += 1;
        // Rare, and the source is at work on what is before it.
        if let (News::Arrived(..) | News::Left(_), Some(to)) = (&news, &self.to)
            && to.send(news).is_err()
        {
            self.to = None;
        }
    }
}

impl Desktops {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session program of this user, with this process id, as the kernel has them, is connected.
    #[must_use]
    pub fn arrived(&self, uid: u32, pid: Option<u32>) -> DesktopId {
        let mut inner = self.inner();
        inner.next += 1;
        let id = DesktopId(inner.next);
        inner.here.insert(id, Here { uid, pid, allowance: BURST, at: since_boot() });
        inner.put(News::Arrived(id, uid, pid));
        id
    }

    /// Who sits at a screen of this machine and can be told something there.
    #[must_use]
    pub fn people(&self) -> BTreeSet<u32> {
        self.inner().here.values().map(|here| here.uid).collect()
    }

    /// It said something. More than a desktop can have to say is counted and given up.
    pub fn said(&self, desktop: DesktopId, seen: Seen) {
        let mut inner = self.inner();
        let Some(here) = inner.here.get_mut(&desktop) else { return };
        let now = since_boot();
        let gained = now.saturating_sub(here.at).as_secs_f64() * A_SECOND;
        (here.allowance, here.at) = ((here.allowance + gained).min(BURST), now);
        if here.allowance < 1.0 {
            inner.lost += 1;
            return;
        }
        here.allowance -= 1.0;
        inner.put(News::Said(desktop, seen));
    }

    /// It is gone.
    pub fn left(&self, desktop: DesktopId) {
        let mut inner = self.inner();
        if inner.here.remove(&desktop).is_some() {
            inner.put(News::Left(desktop));
        }
    }

    /// What session programs are to look for; each is to be told when it connects and when it changes.
    #[must_use]
    pub fn wanted(&self) -> watch::Receiver<Option<Watch>> {
        self.0.wanted.subscribe()
    }

    pub(crate) fn want(&self, watch: Option<Watch>) {
        self.0.wanted.send_if_modified(|wanted| {
            let other = *wanted != watch;
            *wanted = watch;
            other
        });
    }

    /// From now on, news go to the taker; those who are here are the first of them. Gives also what closes it again.
    pub(crate) fn open(&self) -> (u64, Receiver<News>) {
        let (to, from) = sync_channel(ROOM);
        let mut inner = self.inner();
        (inner.to, inner.lost) = (Some(to), 0);
        inner.opened += 1;
        let here: Vec<_> = inner.here.iter().map(|(id, here)| (*id, here.uid, here.pid)).collect();
        for (id, uid, pid) in here {
            inner.put(News::Arrived(id, uid, pid));
        }
        (inner.opened, from)
    }

    /// No more news to this taker; another one may have come by now, who goes on.
    pub(crate) fn close(&self, opened: u64) {
        let mut inner = self.inner();
        if inner.opened == opened {
            inner.to = None;
            drop(inner);
            self.want(None);
        }
    }

    /// Tells the source something that no desktop said.
    pub(crate) fn tell(&self, news: News) {
        let to = self.inner().to.clone();
        // A source that ended needs no word.
        let _: Option<Result<(), _>> = to.map(|to| to.send(news));
    }

    /// Whether nobody's session program is connected.
    pub(crate) fn is_empty(&self) -> bool {
        self.inner().here.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(news: &Receiver<News>) -> Vec<News> {
        news.try_iter().collect()
    }

    #[test]
    fn who_is_here_already_is_the_first_news_and_who_never_came_is_not_heard() {
        let desktops = Desktops::default();
        let early = desktops.arrived(1000, Some(7));
        desktops.said(early, Seen::Back);
        let (_, news) = desktops.open();
        desktops.said(early, Seen::Back);
        desktops.said(DesktopId(99), Seen::Back);
        desktops.left(early);
        desktops.left(early);
        let said = said(&news);
        assert!(
            matches!(said[..], [News::Arrived(one, 1000, Some(7)), News::Said(two, Seen::Back), News::Left(three)] if one == two && two == three),
            "{said:?}"
        );
    }

    #[test]
    fn one_that_floods_loses_its_own_words_counted_and_nobody_elses() {
        let desktops = Desktops::default();
        let (_, news) = desktops.open();
        let (loud, quiet) = (desktops.arrived(1000, None), desktops.arrived(1001, None));
        for _ in 0..10_000 {
            desktops.said(loud, Seen::Back);
        }
        desktops.said(quiet, Seen::Back);
        let said = said(&news);
        let count = |of: DesktopId| said.iter().filter(|news| matches!(news, News::Said(who, _) if *who == of)).count();
        let lost: u64 = said.iter().map(|news| if let News::Lost(count) = news { *count } else { 0 }).sum();
        assert_eq!(count(quiet), 1);
        assert!(count(loud) >= 128 && count(loud) as u64 + lost == 10_000, "{} told, {lost} lost", count(loud));
    }

    #[test]
    fn what_is_wanted_ends_with_the_taker_and_not_with_an_older_one() {
        let desktops = Desktops::default();
        let wanted = desktops.wanted();
        let watch = Watch { titles: true, idle_after_s: 5 };
        let (old, _gone) = desktops.open();
        let (new, news) = desktops.open();
        desktops.want(Some(watch.clone()));
        desktops.close(old);
        assert_eq!(*wanted.borrow(), Some(watch));
        desktops.close(new);
        assert_eq!(*wanted.borrow(), None);
        assert!(news.recv().is_err());
    }
}
