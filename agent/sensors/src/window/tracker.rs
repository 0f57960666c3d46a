//! Turns what session programs see into records: stays, titles that stand, errors, idle times, use of programs. No IO and no clock.

use std::{collections::BTreeMap, time::Duration};

use yagura_local::desktop::{Seen, SeenWindow};
use yagura_records::{
    AppUsage, DesktopSight, Idle, Lost, Moment, Text, WindowError, WindowFacts, WindowRecord, WindowStay, WindowTitle,
};
use yagura_vocabulary::{SensorHealth, Time};

pub(crate) use super::facts::{Program, Surroundings};
use super::{
    desktops::DesktopId,
    facts::facts,
    usage::{Sum, Usage, Whose},
};

/// How long a session program that went away may take to come back, as when it is replaced by a newer one.
const GRACE: Duration = Duration::from_secs(10);
/// So many programs are remembered by which a desktop is known to go on.
const MOST_PROGRAMS: usize = 16;
/// Nobody was away for longer than this.
const LONGEST_IDLE_NS: u64 = 400 * 24 * 3600 * 1_000_000_000;

/// The present, by three clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) at: Moment,
    /// Time that the machine was awake: a lid that is closed is no use of a program.
    pub(crate) awake_ns: u64,
}

impl Now {
    fn before(self, ns: u64) -> Self {
        let Moment { occurred_at, boot_id, mono_ns } = self.at;
        let micros = i64::try_from(ns / 1000).unwrap_or(i64::MAX);
        let occurred_at = Time::from_micros(occurred_at.micros().saturating_sub(micros));
        let at = Moment { occurred_at, boot_id, mono_ns: mono_ns.saturating_sub(ns) };
        Self { at, awake_ns: self.awake_ns.saturating_sub(ns) }
    }

    fn since(self, earlier: Self) -> u64 {
        self.awake_ns.saturating_sub(earlier.awake_ns)
    }
}

/// What is worth telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// A shorter stay is only counted.
    pub(crate) min_stay: Duration,
    /// A title must stand for so long.
    pub(crate) settle: Duration,
}

/// What people have before them.
pub(crate) struct Tracker {
    limits: Limits,
    desks: BTreeMap<DesktopId, Desk>,
    usage: Usage,
    next_stay: u64,
    /// Session programs that went away a moment ago.
    gone: Vec<Gone>,
    /// Whose desktops go on unseen, and why.
    blind: BTreeMap<u32, String>,
    out: Vec<WindowRecord>,
}

/// A session program that went away.
struct Gone {
    /// Until when it may come back.
    until: u64,
    uid: u32,
    display: String,
    programs: Vec<Program>,
}

struct Desk {
    uid: u32,
    session: Option<String>,
    display: String,
    /// Programs that had a window here lately, the last one last.
    programs: Vec<Program>,
    stay: Option<Stay>,
    /// Since when nobody is there.
    idle: Option<Now>,
}

struct Stay {
    number: u64,
    window: u32,
    since: Now,
    facts: WindowFacts,
    /// The title that was told of last.
    title: Option<Text>,
    /// Told of as begun.
    told: bool,
    /// Use is counted up to here.
    counted: Now,
    idle_ns: u64,
    /// The title that came after the one that was told, since when.
    coming: Option<(Now, WindowFacts)>,
    folded: u64,
}

impl Stay {
    fn image(&self) -> Option<&str> {
        self.facts.process.as_ref()?.image.as_deref()
    }
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Tracker {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            desks: BTreeMap::new(),
            usage: Usage::default(),
            next_stay: 1,
            gone: Vec::new(),
            blind: BTreeMap::new(),
            out: Vec::new(),
        }
    }

    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// What is to be told by now.
    pub(crate) fn take(&mut self) -> Vec<WindowRecord> {
        std::mem::take(&mut self.out)
    }

    /// Whose desktops are not seen, or not all of them, and why.
    pub(crate) fn blind(&self) -> &BTreeMap<u32, String> {
        &self.blind
    }

    /// A session program of this user, in this logon session, is connected.
    pub(crate) fn arrived(&mut self, desktop: DesktopId, uid: u32, session: Option<String>) {
        let (display, programs) = (String::new(), Vec::new());
        self.desks.insert(desktop, Desk { uid, session, display, programs, stay: None, idle: None });
    }

    pub(crate) fn left(&mut self, desktop: DesktopId, now: Now, around: &mut impl Surroundings) {
        let Some(mut desk) = self.desks.remove(&desktop) else { return };
        self.end_stay(&mut desk, now, around);
        // Programs that only ask something over the socket come and go without a display.
        let watched = |other: &Desk| other.uid == desk.uid && !other.display.is_empty();
        if !desk.display.is_empty() && !self.desks.values().any(watched) {
            let until = now.at.mono_ns.saturating_add(ns(GRACE));
            let Desk { uid, display, programs, .. } = desk;
            self.gone.push(Gone { until, uid, display, programs });
        }
    }

    pub(crate) fn lost(&mut self, count: u64, now: Now) {
        let reason = "more was said of desktops than could be taken".to_owned();
        self.out.push(WindowRecord::Lost(Lost { at: now.at, count: Some(count), reason }));
    }

    pub(crate) fn said(&mut self, desktop: DesktopId, seen: Seen, now: Now, around: &mut impl Surroundings) {
        let Some(mut desk) = self.desks.remove(&desktop) else { return };
        match seen {
            Seen::Sight { health, reason, display } => {
                // A watch that begins anew begins with this.
                self.end_stay(&mut desk, now, around);
                desk.idle = None;
                desk.display = short(display.unwrap_or_default());
                self.gone.retain(|gone| gone.uid != desk.uid);
                let blind = (health != SensorHealth::Ok).then(|| short(reason.unwrap_or_default()));
                self.sight(desk.uid, blind, now, around);
            }
            Seen::Active { window: None, .. } => self.end_stay(&mut desk, now, around),
            Seen::Active { window: Some(window), folded } => self.active(&mut desk, window, folded, now, around),
            Seen::Error { window, sign } => {
                let (account, window) = (around.account(desk.uid), facts(window, desk.uid, around));
                let logon_session = desk.session.clone();
                let error = WindowError { at: now.at, account, logon_session, window, sign };
                self.out.push(WindowRecord::Error(Box::new(error)));
            }
            Seen::Idle { for_ms } => {
                if desk.idle.is_none() {
                    self.idle(&mut desk, now.before(for_ms.saturating_mul(1_000_000).min(LONGEST_IDLE_NS)), around);
                }
            }
            Seen::Back => self.back(&mut desk, now, around),
            Seen::Unknown => {}
        }
        self.desks.insert(desktop, desk);
    }

    fn sight(&mut self, uid: u32, blind: Option<String>, now: Now, around: &mut impl Surroundings) {
        if self.blind.get(&uid) == blind.as_ref() {
            return;
        }
        match &blind {
            Some(reason) => drop(self.blind.insert(uid, reason.clone())),
            None => drop(self.blind.remove(&uid)),
        }
        let account = around.account(uid);
        self.out.push(WindowRecord::Sight(DesktopSight { at: now.at, account, blind }));
    }

    fn active(&mut self, desk: &mut Desk, seen: SeenWindow, folded: u64, now: Now, around: &mut impl Surroundings) {
        let window = seen.id;
        let facts = facts(seen, desk.uid, around);
        if let Some(program) = facts.process.as_ref().and_then(|process| Some((process.pid, process.guid?))) {
            desk.programs.retain(|known| *known != program);
            desk.programs.push(program);
            if desk.programs.len() > MOST_PROGRAMS {
                desk.programs.remove(0);
            }
        }
        if let Some(stay) = desk.stay.as_mut().filter(|stay| stay.window == window) {
            if !stay.told {
                // Programs give their windows a title after they are there. What it is called when it is told of counts.
                stay.title.clone_from(&facts.title);
                stay.facts = facts;
                return;
            }
            stay.folded = stay.folded.saturating_add(folded);
            if facts.title == stay.title {
                stay.folded += u64::from(stay.coming.take().is_some());
            } else if stay.coming.as_ref().is_none_or(|(_, coming)| coming.title != facts.title) {
                stay.folded += u64::from(stay.coming.replace((now, facts)).is_some());
            }
            return;
        }
        self.end_stay(desk, now, around);
        self.usage.open(now.at);
        let number = self.next_stay;
        self.next_stay += 1;
        desk.stay = Some(Stay {
            number,
            window,
            since: now,
            title: facts.title.clone(),
            facts,
            told: false,
            counted: now,
            idle_ns: 0,
            coming: None,
            folded: 0,
        });
    }

    /// Counts the use of the active window up to now.
    fn count(usage: &mut Usage, desk: &mut Desk, now: Now) {
        let Some(stay) = &mut desk.stay else { return };
        let spent = now.since(stay.counted);
        if desk.idle.is_some() {
            stay.idle_ns += spent;
        } else if let Some(image) = stay.facts.process.as_ref().and_then(|process| process.image.as_deref()) {
            usage.add((desk.uid, desk.session.as_deref()), image, stay.counted.at, spent, 0);
        }
        stay.counted = now;
    }

    fn end_stay(&mut self, desk: &mut Desk, now: Now, around: &mut impl Surroundings) {
        self.settle(desk, now, around);
        Self::count(&mut self.usage, desk, now);
        if let Some(stay) = desk.stay.take()
            && stay.told
        {
            self.out.push(WindowRecord::Stayed(Box::new(told(
                &stay,
                (desk.uid, desk.session.as_deref()),
                now,
                around,
            ))));
        }
    }

    fn idle(&mut self, desk: &mut Desk, since: Now, around: &mut impl Surroundings) {
        if let Some(stay) = &mut desk.stay {
            let since = if since.awake_ns < stay.counted.awake_ns { stay.counted } else { since };
            Self::count(&mut self.usage, desk, since);
        }
        desk.idle = Some(since);
        let (account, logon_session) = (around.account(desk.uid), desk.session.clone());
        self.out.push(WindowRecord::IdleStart(Idle { at: since.at, account, logon_session, duration_ms: None }));
    }

    fn back(&mut self, desk: &mut Desk, now: Now, around: &mut impl Surroundings) {
        if desk.idle.is_none() {
            return;
        }
        Self::count(&mut self.usage, desk, now);
        let Some(since) = desk.idle.take() else { return };
        self.usage.open(now.at);
        let (account, logon_session) = (around.account(desk.uid), desk.session.clone());
        // By the clock on the wall: a night with the lid closed is a night.
        let duration_ms = Some(now.at.mono_ns.saturating_sub(since.at.mono_ns) / 1_000_000);
        self.out.push(WindowRecord::IdleEnd(Idle { at: now.at, account, logon_session, duration_ms }));
    }

    /// Tells of the stay and of the title that have stood for long enough.
    fn settle(&mut self, desk: &mut Desk, now: Now, around: &mut impl Surroundings) {
        let Some(stay) = &mut desk.stay else { return };
        if !stay.told && now.since(stay.since) >= ns(self.limits.min_stay) {
            stay.told = true;
            if let Some(image) = stay.image() {
                self.usage.add((desk.uid, desk.session.as_deref()), image, stay.since.at, 0, 1);
            }
            let mut begun = told(stay, (desk.uid, desk.session.as_deref()), now, around);
            (begun.duration_ms, begun.idle_ms) = (0, 0);
            self.out.push(WindowRecord::Began(Box::new(begun)));
        }
        let settle = ns(self.limits.settle);
        if let Some((since, window)) = stay.coming.take_if(|(since, _)| now.since(*since) >= settle) {
            let (account, logon_session) = (around.account(desk.uid), desk.session.clone());
            let folded = std::mem::take(&mut stay.folded);
            stay.title.clone_from(&window.title);
            let title = WindowTitle { at: since.at, account, logon_session, window, folded };
            self.out.push(WindowRecord::Title(Box::new(title)));
        }
    }

    /// Time has gone by.
    pub(crate) fn tick(&mut self, now: Now, around: &mut impl Surroundings) {
        let over = self.usage.is_over(now.at);
        let mut desks = std::mem::take(&mut self.desks);
        for desk in desks.values_mut() {
            self.settle(desk, now, around);
            if over {
                Self::count(&mut self.usage, desk, now);
            }
        }
        self.desks = desks;
        if over {
            self.tell_usage(around);
            if self.desks.values().any(|desk| desk.stay.is_some() && desk.idle.is_none()) {
                self.usage.open(now.at);
            }
        }
        let over: Vec<_> = self.gone.extract_if(.., |gone| gone.until <= now.at.mono_ns).collect();
        for Gone { uid, display, programs, .. } in over {
            if around.goes_on(&display, &programs) {
                let blind = "its session program ended and the desktop goes on".to_owned();
                self.sight(uid, Some(blind), now, around);
            } else {
                // Nobody sits there any more, so there is nothing to be blind to.
                self.blind.remove(&uid);
            }
        }
    }

    fn tell_usage(&mut self, around: &mut impl Surroundings) {
        for ((uid, logon_session, image), Sum { at, active_ns, stays }) in self.usage.take() {
            let (account, active_ms) = (around.account(uid), active_ns / 1_000_000);
            self.out.push(WindowRecord::Usage(AppUsage { at, account, logon_session, image, active_ms, stays }));
        }
    }

    /// Tells all that is held back.
    pub(crate) fn finish(&mut self, now: Now, around: &mut impl Surroundings) {
        for mut desk in std::mem::take(&mut self.desks).into_values() {
            self.end_stay(&mut desk, now, around);
        }
        self.tell_usage(around);
    }

    /// After how long from `now` something may have to be told; `None` while nothing can.
    pub(crate) fn due(&self, now: Now) -> Option<Duration> {
        let (min_stay, settle) = (ns(self.limits.min_stay), ns(self.limits.settle));
        let desks = self.desks.values().filter_map(|desk| desk.stay.as_ref()).flat_map(|stay| {
            let begin = (!stay.told).then(|| min_stay.saturating_sub(now.since(stay.since)));
            let coming = stay.coming.as_ref().map(|(since, _)| settle.saturating_sub(now.since(*since)));
            [begin, coming].into_iter().flatten()
        });
        let gone = self.gone.iter().map(|gone| gone.until.saturating_sub(now.at.mono_ns));
        desks.chain(gone).chain(self.usage.left_ns(now.at)).min().map(Duration::from_nanos)
    }
}

fn told(stay: &Stay, (uid, session): Whose<'_>, now: Now, around: &mut impl Surroundings) -> WindowStay {
    WindowStay {
        at: stay.since.at,
        stay: stay.number,
        account: around.account(uid),
        logon_session: session.map(str::to_owned),
        window: stay.facts.clone(),
        duration_ms: now.since(stay.since) / 1_000_000,
        idle_ms: stay.idle_ns / 1_000_000,
    }
}

/// What another program says of itself, at a length that is fit to be kept.
fn short(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(200));
    text
}
