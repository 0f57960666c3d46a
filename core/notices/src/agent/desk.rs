//! Where notices and sessions meet.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use yagura_agent_kit::{Asked, CancellationToken, Desktops, EventSink, FeatureError, NoLink, SignIn, Warning};
use yagura_local::{FromAgent, FromSession, Session, desktop::Watch};
use yagura_vocabulary::{Clock, Event, Lane, id::NoticeId};

use super::{
    FEATURE, account,
    asking::Asking,
    command::Ask,
    session::{AbortOnDrop, Desktop, News, ROOM, Sitting, carry},
    store::{Kept, Store},
    warn::{Bundle, Pace},
};

/// Sessions of one user at a time: more than a person has, few enough that nobody uses up the agent.
const MOST_PER_USER: usize = 8;
/// Warnings that were sent and not shown yet, as on a display that hangs; their being shown is then not told of.
const MOST_WARNED: usize = 4096;

pub(super) struct Desk {
    store: Store,
    events: EventSink,
    clock: Arc<dyn Clock>,
    sign_in: Arc<dyn SignIn>,
    sessions: BTreeMap<u64, Sitting>,
    arrivals: u64,
    /// Commands that wait to be told that a delivery is shown.
    waiting: HashMap<Uuid, Vec<oneshot::Sender<()>>>,
    pace: Pace,
    /// Warnings on their way to a screen: the rule, and whose they are.
    warned: HashMap<Uuid, (String, u32)>,
    desktops: Desktops,
    /// What sessions are to look for.
    watch: Option<Watch>,
    /// What people are asked now.
    asking: Asking,
}

impl Desk {
    pub(super) fn new(
        store: Store,
        events: EventSink,
        clock: Arc<dyn Clock>,
        sign_in: Arc<dyn SignIn>,
        desktops: Desktops,
    ) -> Self {
        Self {
            desktops,
            watch: None,
            asking: Asking::default(),
            store,
            events,
            clock,
            sign_in,
            sessions: BTreeMap::new(),
            arrivals: 0,
            waiting: HashMap::new(),
            pace: Pace::default(),
            warned: HashMap::new(),
        }
    }

    /// Takes a session in; it gets notices once it said hello with a display.
    pub(super) fn welcome(&mut self, session: Session, told: &mpsc::Sender<News>, cancel: &CancellationToken) {
        let peer = session.peer();
        let (uid, pid) = (peer.uid, peer.pid);
        if self.sessions.values().filter(|sitting| sitting.uid == uid).count() >= MOST_PER_USER {
            tracing::warn!(uid, "a user has too many session programs; one more is refused");
            return;
        }
        self.arrivals += 1;
        let (to, out) = mpsc::channel(ROOM);
        let desktop = Desktop::of(&self.desktops, uid, pid);
        let sitting = Sitting { uid, display: false, to, given: HashMap::new(), link: None, desktop };
        if let Some(watch) = self.watch.clone() {
            // There is room: nothing was said to it yet.
            let _: Result<(), _> = sitting.to.try_send(FromAgent::WatchDesktop { watch: Some(watch) });
        }
        self.sessions.insert(self.arrivals, sitting);
        tokio::spawn(carry(session, self.arrivals, out, told.clone(), cancel.clone()));
    }

    /// Stores a notice and gives it to every session with a display.
    pub(super) fn ask(&mut self, ask: Ask) {
        let Ask { args, stored, shown } = ask;
        let kept = Kept {
            id: Uuid::now_v7(),
            notice_id: args.notice_id,
            title: args.title,
            text: args.text,
            at: self.clock.now(),
            shown_to: Vec::new(),
            action: args.action,
            accounts: args.accounts,
            until: args.until,
            closed_by: Vec::new(),
        };
        let now = self.clock.now();
        let kept = match self.store.keep(kept) {
            Ok(kept) => kept,
            Err(error) => {
                let _: Result<(), _> = stored.send(Err(error.to_string()));
                return;
            }
        };
        let _: Result<(), _> = stored.send(Ok(()));
        if kept.shown_to.is_empty() {
            self.waiting.retain(|_, waiting| {
                waiting.retain(|shown| !shown.is_closed());
                !waiting.is_empty()
            });
            self.waiting.entry(kept.id).or_default().push(shown);
        } else {
            let _: Result<(), _> = shown.send(());
        }
        self.sessions.retain(|_, sitting| !sitting.display || !kept.is_for(sitting.uid, now) || give(sitting, kept));
    }

    /// Shows a warning on the screens of the person whose act it was, and on nobody else's.
    pub(super) fn warn(&mut self, warning: Warning) {
        let Ok(uid) = warning.account.parse::<u32>() else { return };
        // Who is not there is told by their own rows.
        let is_there = self.sessions.values().any(|sitting| sitting.display && sitting.uid == uid);
        if is_there && self.pace.may_show(uid, &warning) {
            let Warning { prohibited, class, rule, subject, text, at, .. } = warning;
            let id = Uuid::now_v7();
            self.warned.insert(id, (rule.clone(), uid));
            self.put_up(uid, &FromAgent::ShowWarning { id, prohibited, class, rule, subject, text, at });
        }
    }

    /// Sessions are to look for something else now, or for nothing.
    pub(super) fn watch(&mut self, watch: Option<Watch>) {
        self.watch.clone_from(&watch);
        let message = FromAgent::WatchDesktop { watch };
        self.sessions.retain(|_, sitting| sitting.to.try_send(message.clone()).is_ok());
    }

    /// A question for everybody who is there, or its end.
    pub(super) fn question(&mut self, asked: Asked) {
        let message = self.asking.take(asked);
        self.sessions.retain(|_, sitting| !sitting.display || sitting.to.try_send(message.clone()).is_ok());
    }

    /// A minute has gone by: what was held back is told of in one.
    pub(super) fn minute(&mut self) {
        for Bundle { uid, count, latest } in self.pace.minute() {
            let Some(at) = latest.last().map(|last| last.at) else { continue };
            self.put_up(uid, &FromAgent::ShowBundle { id: Uuid::now_v7(), count, latest, at });
        }
        if self.warned.len() > MOST_WARNED {
            self.warned.clear();
        }
    }

    fn put_up(&mut self, uid: u32, message: &FromAgent) {
        self.sessions.retain(|_, sitting| {
            let theirs = sitting.display && sitting.uid == uid;
            !theirs || sitting.to.try_send(message.clone()).is_ok()
        });
    }

    /// Takes what a session said.
    pub(super) async fn news(&mut self, news: News) -> Result<(), FeatureError> {
        let Some(said) = news.said else {
            self.sessions.remove(&news.from);
            return Ok(());
        };
        // Words of a session that was given up may still arrive.
        let Some(sitting) = self.sessions.get_mut(&news.from) else { return Ok(()) };
        let uid = sitting.uid;
        match said {
            FromSession::Hello { display: on_screen, language } => {
                tracing::info!(uid, on_screen, language, "a session program says hello");
                sitting.display = on_screen;
                let now = self.clock.now();
                self.store.drop_over(now)?;
                let mut theirs = self.store.all().iter().filter(|kept| kept.is_for(uid, now));
                let asked = |sitting: &Sitting| self.asking.all().all(|asks| sitting.to.try_send(asks).is_ok());
                if on_screen && !(theirs.all(|kept| give(sitting, kept)) && asked(sitting)) {
                    self.sessions.remove(&news.from);
                }
            }
            FromSession::NoticeShown { id } if self.warned.get(&id).is_some_and(|(_, whose)| *whose == uid) => {
                let Some((rule, _)) = self.warned.remove(&id) else { return Ok(()) };
                let mut event = Event::new(self.clock.now(), FEATURE, "warning.shown").with("rule_name", rule);
                event.account = Some(account::of(uid));
                self.events.emit(Lane::Operation, event).await?;
            }
            FromSession::NoticeShown { id } if self.asking.is_shown(id, uid) => {}
            FromSession::Answered { id, later } => self.asking.answered(id, uid, later),
            FromSession::NoticeShown { id } => {
                let Some(notice) = sitting.given.get(&id).copied() else { return Ok(()) };
                if self.store.shown(id, uid)? {
                    self.tell("notice.shown", notice, uid).await?;
                }
                for shown in self.waiting.remove(&id).into_iter().flatten() {
                    // The command may have given up waiting.
                    let _: Result<(), ()> = shown.send(());
                }
            }
            FromSession::NoticeClosed { id } => {
                let Some(notice) = sitting.given.remove(&id) else { return Ok(()) };
                self.store.closed(id, uid)?;
                self.tell("notice.closed", notice, uid).await?;
            }
            FromSession::ShowMine => open(&self.sign_in, sitting, None),
            FromSession::OpenPage { id } if sitting.given.contains_key(&id) => {
                let kept = self.store.all().iter().find(|kept| kept.id == id);
                let page = kept.and_then(|kept| kept.action.as_ref()).map(|action| action.page.clone());
                open(&self.sign_in, sitting, page);
            }
            // No page of what it was not given.
            FromSession::OpenPage { .. } => {}
            FromSession::Desktop(seen) => sitting.desktop.said(seen),
            FromSession::Unknown => {}
        }
        Ok(())
    }

    async fn tell(&self, kind: &str, notice: NoticeId, uid: u32) -> Result<(), FeatureError> {
        let mut event = Event::new(self.clock.now(), FEATURE, kind).with("notice_id", notice.to_string());
        event.account = Some(account::of(uid));
        Ok(self.events.emit(Lane::Operation, event).await?)
    }
}

/// Has a page of the person's own opened. One at a time; who asks faster than the server answers gets one answer.
fn open(sign_in: &Arc<dyn SignIn>, sitting: &mut Sitting, page: Option<String>) {
    if sitting.link.as_ref().is_none_or(AbortOnDrop::is_over) {
        let (sign_in, to, uid) = (Arc::clone(sign_in), sitting.to.clone(), sitting.uid);
        sitting.link = Some(AbortOnDrop(tokio::spawn(async move { open_page(&*sign_in, uid, page, &to).await })));
    }
}

/// Gets a link to a page of the person of this uid, as the kernel has it, and has it opened: what is recorded about them when
/// no page is named.
async fn open_page(sign_in: &dyn SignIn, uid: u32, page: Option<String>, to: &mpsc::Sender<FromAgent>) {
    let message = match sign_in.link(account::of(uid), page.as_deref()).await {
        Ok(url) => FromAgent::OpenLink { url },
        Err(NoLink(reason)) => FromAgent::NoLink { reason },
    };
    // The session may be gone.
    let _: Result<(), _> = to.send(message).await;
}

/// Gives a notice to a session; false when the session is too far behind to be kept.
fn give(sitting: &mut Sitting, kept: &Kept) -> bool {
    sitting.given.insert(kept.id, kept.notice_id);
    sitting.to.try_send(kept.message()).is_ok()
}
