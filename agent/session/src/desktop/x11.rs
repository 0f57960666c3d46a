//! One X display: which window is the active one, which new ones tell of an error, and whether anybody is there.

use std::{collections::HashSet, os::fd::AsFd as _, time::Duration};

use tokio::sync::mpsc;
use x11rb::{
    connection::{Connection as _, RequestConnection as _},
    errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError},
    protocol::{
        Event,
        res::{self, ConnectionExt as _},
        sync::{self, Alarm, ConnectionExt as _, CreateAlarmAux, Int64, TESTTYPE, VALUETYPE},
        xproto::{Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window},
    },
    rust_connection::RustConnection,
};
use yagura_local::desktop::{Seen, SeenWindow, Watch};
use yagura_platform::{Waiter, since_boot};
use yagura_vocabulary::SensorHealth;

use super::{
    errors, is_wayland,
    pace::Pace,
    window::{Asking, Atoms, value},
};

/// The active window, its title, and new windows are told of at most so often.
const EVERY: Duration = Duration::from_millis(250);
/// More windows than this are not looked through for new ones.
const MOST_WINDOWS: u32 = 10_000;
/// More new windows at a time are not asked whether they tell of an error.
const MOST_NEW: usize = 32;

/// Why watching ended.
pub(super) enum Ended {
    /// Nobody listens any more.
    Stopped,
    /// The display went away.
    Lost(String),
}

/// Why a display cannot be watched.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error(transparent)]
    Open(#[from] ConnectError),
    #[error(transparent)]
    Lost(#[from] ConnectionError),
    #[error(transparent)]
    Answer(#[from] ReplyError),
    #[error(transparent)]
    NoId(#[from] ReplyOrIdError),
    #[error("the desktop cannot be waited for: {0}")]
    Wait(#[from] yagura_platform::Error),
    #[error("nobody listens any more")]
    Stopped,
}

/// A display that is watched.
pub(super) struct Desk {
    display: RustConnection,
    root: Window,
    asking: Asking,
    name: String,
    /// Something that calls itself a window manager says which window is active; else the keyboard's focus does.
    manager: Option<Window>,
    active: Option<Window>,
    last: Option<SeenWindow>,
    /// The windows that were looked through for errors.
    known: HashSet<Window>,
    /// Without a manager: those that came up since.
    fresh: Vec<Window>,
    at_active: Pace,
    at_list: Pace,
    idle: Option<IdleTime>,
    idle_after: Option<Duration>,
}

/// The display's counter of the time since the last touch, and who calls when it passes the limit.
struct IdleTime {
    limit: i64,
    above: Alarm,
    below: Alarm,
    is_idle: bool,
}

impl Desk {
    pub(super) fn open(watch: &Watch) -> Result<Self, Refused> {
        let (display, number) = x11rb::connect(None)?;
        let root = display.setup().roots[number].root;
        let atoms = Atoms::new(&display)?.reply()?;
        let knows_processes = display.extension_information(res::X11_EXTENSION_NAME)?.is_some()
            && display
                .res_query_version(1, 2)?
                .reply()
                .is_ok_and(|version| (version.server_major, version.server_minor) >= (1, 2));
        let machine = hostname();
        let asking = Asking { atoms, knows_processes, machine, titles: watch.titles };
        let interest = EventMask::PROPERTY_CHANGE | EventMask::SUBSTRUCTURE_NOTIFY;
        display.change_window_attributes(root, &ChangeWindowAttributesAux::new().event_mask(interest))?;
        let mut desk = Self {
            display,
            root,
            asking,
            name: std::env::var("DISPLAY").unwrap_or_default(),
            manager: None,
            active: None,
            last: None,
            known: HashSet::new(),
            fresh: Vec::new(),
            at_active: Pace::of(EVERY),
            at_list: Pace::of(EVERY),
            idle: None,
            // Below Wayland, the display hears only of touches that X programs get.
            idle_after: Some(watch.idle_after_s)
                .filter(|s| *s > 0 && !is_wayland())
                .map(|s| Duration::from_secs(s.into())),
        };
        desk.find_manager()?;
        if desk.manager.is_some() {
            desk.known = desk.windows()?.into_iter().collect();
        }
        desk.at_active.changed();
        Ok(desk)
    }

    /// Tells what is seen until nobody listens or the display goes away.
    pub(super) fn live(&mut self, waiter: &Waiter, tell: &mpsc::Sender<Seen>) -> Ended {
        match self.watch(waiter, tell) {
            Ok(()) | Err(Refused::Stopped) => Ended::Stopped,
            Err(error) => Ended::Lost(error.to_string()),
        }
    }

    fn watch(&mut self, waiter: &Waiter, tell: &mpsc::Sender<Seen>) -> Result<(), Refused> {
        let told = |seen| tell.blocking_send(seen).map_err(|_| Refused::Stopped);
        let idle = self.watch_idle()?;
        told(self.sight(idle.is_some()))?;
        if let Some(Some(idle)) = idle {
            told(idle)?;
        }
        loop {
            while let Some(event) = self.display.poll_for_event()? {
                if let Some(seen) = self.note(&event)? {
                    told(seen)?;
                }
            }
            let now = since_boot();
            if let Some(folded) = self.at_active.take(now)
                && let Some(seen) = self.look(folded)?
            {
                told(seen)?;
            }
            if self.at_list.take(now).is_some() {
                for seen in self.new_errors()? {
                    told(seen)?;
                }
            }
            self.display.flush()?;
            // Answers to questions may have brought news with them, which the wait would not see.
            if let Some(event) = self.display.poll_for_event()? {
                if let Some(seen) = self.note(&event)? {
                    told(seen)?;
                }
                continue;
            }
            let due = [self.at_active.due(), self.at_list.due()].into_iter().flatten().min();
            let limit = due.map(|due| due.saturating_sub(since_boot()));
            if waiter.wait(Some(self.display.stream().as_fd()), limit)? {
                return Ok(());
            }
        }
    }

    fn sight(&self, idle: bool) -> Seen {
        let reason = if is_wayland() {
            Some("a Wayland desktop: only windows of programs that use X11 are seen, and not whether anybody is there")
        } else if self.idle_after.is_some() && !idle {
            Some("this X server does not count the time since the last touch: whether anybody is there is not told")
        } else {
            None
        };
        let health = if reason.is_some() { SensorHealth::Degraded } else { SensorHealth::Ok };
        Seen::Sight { health, reason: reason.map(str::to_owned), display: Some(self.name.clone()) }
    }

    /// Takes news of the display; gives what is to be told of it at once.
    fn note(&mut self, event: &Event) -> Result<Option<Seen>, Refused> {
        let atoms = self.asking.atoms;
        match event {
            Event::PropertyNotify(event) if event.window == self.root => {
                let atom = event.atom;
                if atom == atoms._NET_SUPPORTING_WM_CHECK || atom == atoms._NET_SUPPORTED {
                    self.find_manager()?;
                    self.at_active.changed();
                } else if atom == atoms._NET_ACTIVE_WINDOW {
                    if self.manager.is_none() {
                        self.find_manager()?;
                    }
                    self.at_active.changed();
                } else if atom == atoms._NET_CLIENT_LIST && self.manager.is_some() {
                    self.at_list.changed();
                }
            }
            Event::PropertyNotify(event) => {
                let is_title = event.atom == atoms._NET_WM_NAME || event.atom == Atom::from(AtomEnum::WM_NAME);
                if Some(event.window) == self.active && is_title && self.asking.titles {
                    self.at_active.changed();
                }
            }
            Event::DestroyNotify(event) if Some(event.window) == self.manager => {
                self.manager = None;
                self.find_manager()?;
                self.at_active.changed();
            }
            Event::MapNotify(event) if self.manager.is_none() => {
                self.listen(event.window)?;
                self.at_active.changed();
                if !event.override_redirect && self.fresh.len() < MOST_NEW {
                    self.fresh.push(event.window);
                    self.at_list.changed();
                }
            }
            Event::UnmapNotify(_)
            | Event::DestroyNotify(_)
            | Event::FocusIn(_)
            | Event::FocusOut(_)
            | Event::EnterNotify(_)
                if self.manager.is_none() =>
            {
                self.at_active.changed();
            }
            Event::SyncAlarmNotify(event) => return Ok(self.touched(event)),
            _ => {}
        }
        Ok(None)
    }

    /// Looks whether a window manager says which window is active, and asks the windows themselves where none does.
    fn find_manager(&mut self) -> Result<(), Refused> {
        let atoms = self.asking.atoms;
        let check = atoms._NET_SUPPORTING_WM_CHECK;
        let window = |of| value(self.display.get_property(false, of, check, AtomEnum::WINDOW, 0, 1).ok()?);
        // The property outlives its manager; the window that it names does not.
        let found = window(self.root).filter(|manager| window(*manager) == Some(*manager));
        let can =
            self.display.get_property(false, self.root, atoms._NET_SUPPORTED, AtomEnum::ATOM, 0, 4096)?.reply()?;
        let can = can.value32().into_iter().flatten().any(|atom| atom == atoms._NET_ACTIVE_WINDOW);
        self.manager = found.filter(|_| can);
        match self.manager {
            Some(manager) => {
                let interest = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
                self.display.change_window_attributes(manager, &interest)?;
            }
            None => {
                for window in self.windows()? {
                    self.listen(window)?;
                }
            }
        }
        Ok(())
    }

    /// Has a window tell when it gets or loses the keyboard or its title.
    fn listen(&self, window: Window) -> Result<(), Refused> {
        let mut interest = EventMask::PROPERTY_CHANGE;
        if self.manager.is_none() {
            interest = interest | EventMask::FOCUS_CHANGE | EventMask::ENTER_WINDOW;
        }
        self.display.change_window_attributes(window, &ChangeWindowAttributesAux::new().event_mask(interest))?;
        Ok(())
    }

    /// The windows of programs: those that the manager lists, else all that lie directly on the screen.
    fn windows(&self) -> Result<Vec<Window>, Refused> {
        if self.manager.is_none() {
            return Ok(self.display.query_tree(self.root)?.reply()?.children);
        }
        let list = self.asking.atoms._NET_CLIENT_LIST;
        let reply = self.display.get_property(false, self.root, list, AtomEnum::WINDOW, 0, MOST_WINDOWS)?.reply()?;
        Ok(reply.value32().into_iter().flatten().collect())
    }

    fn find_active(&self) -> Result<Option<Window>, Refused> {
        let none = |window: &Window| *window != 0 && *window != self.root;
        if self.manager.is_some() {
            let active = self.asking.atoms._NET_ACTIVE_WINDOW;
            let property = self.display.get_property(false, self.root, active, AtomEnum::WINDOW, 0, 1)?;
            return Ok(value(property).filter(none));
        }
        let focus = self.display.get_input_focus()?.reply()?.focus;
        if focus <= 1 {
            // Nothing has the keyboard, or whatever lies below the pointer.
            let below = if focus == 1 { self.display.query_pointer(self.root)?.reply()?.child } else { 0 };
            return Ok(Some(below).filter(none));
        }
        let mut window = focus;
        loop {
            // It may be gone by now; then the next news says what is active.
            let Ok(tree) = self.display.query_tree(window)?.reply() else { return Ok(None) };
            if tree.parent == self.root || tree.parent == 0 {
                return Ok(Some(window).filter(none));
            }
            window = tree.parent;
        }
    }

    /// What is active now, if that is something else than what was told last.
    fn look(&mut self, folded: u64) -> Result<Option<Seen>, Refused> {
        let active = self.find_active()?;
        let ask = |window| self.asking.window(&self.display, window);
        let mut window = active.map(ask).transpose()?;
        // Our own pop-ups lie over what the person has before them: told of, a warning would call up the next one.
        if window.as_ref().is_some_and(is_own) {
            return Ok(None);
        }
        if active != self.active {
            if let Some(new) = active {
                self.listen(new)?;
                // Whatever changed before it was listened to would go unheard.
                window = Some(ask(new)?);
            }
            self.active = active;
        }
        if window == self.last && folded == 0 {
            return Ok(None);
        }
        self.last.clone_from(&window);
        Ok(Some(Seen::Active { window, folded }))
    }

    /// The windows that came up and tell of an error.
    fn new_errors(&mut self) -> Result<Vec<Seen>, Refused> {
        let mut new = std::mem::take(&mut self.fresh);
        if self.manager.is_some() {
            let now: HashSet<_> = self.windows()?.into_iter().collect();
            new = now.difference(&self.known).copied().take(MOST_NEW).collect();
            self.known = now;
        }
        let atoms = self.asking.atoms;
        let mut errors = Vec::new();
        for window in new {
            let kind = self.display.get_property(false, window, atoms._NET_WM_WINDOW_TYPE, AtomEnum::ATOM, 0, 8)?;
            let of = self.display.get_property(false, window, AtomEnum::WM_TRANSIENT_FOR, AtomEnum::WINDOW, 0, 1)?;
            let is_dialogue = kind.reply().is_ok_and(|reply| {
                reply.value32().into_iter().flatten().any(|kind| kind == atoms._NET_WM_WINDOW_TYPE_DIALOG)
            });
            let belongs = value(of).is_some();
            // Whether it tells of an error is seen by its title, also where titles are not told.
            let with_title = Asking { titles: true, machine: self.asking.machine.clone(), ..self.asking };
            let mut seen = with_title.window(&self.display, window)?;
            if is_own(&seen) {
                continue;
            }
            let title = seen.title.as_ref().map(yagura_records::Text::as_str);
            if let Some(sign) = errors::sign(is_dialogue || belongs, seen.class.as_deref(), title) {
                if !self.asking.titles {
                    seen.title = None;
                }
                errors.push(Seen::Error { window: seen, sign });
            }
        }
        Ok(errors)
    }

    /// Asks to be called when nobody was there for long enough, and when somebody is again. Gives nothing where that cannot be
    /// asked, and that nobody is there if it is so already.
    fn watch_idle(&mut self) -> Result<Option<Option<Seen>>, Refused> {
        let Some(after) = self.idle_after else { return Ok(None) };
        if self.display.extension_information(sync::X11_EXTENSION_NAME)?.is_none() {
            return Ok(None);
        }
        self.display.sync_initialize(3, 1)?.reply()?;
        let counters = self.display.sync_list_system_counters()?.reply()?.counters;
        let Some(counter) = counters.iter().find(|counter| counter.name == b"IDLETIME").map(|found| found.counter)
        else {
            return Ok(None);
        };
        let limit = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let alarm = |test, value| -> Result<Alarm, Refused> {
            let id = self.display.generate_id()?;
            let asked = CreateAlarmAux::new()
                .counter(counter)
                .value_type(VALUETYPE::ABSOLUTE)
                .value(int64(value))
                .test_type(test)
                .delta(int64(0))
                .events(1);
            self.display.sync_create_alarm(id, &asked)?.check()?;
            Ok(id)
        };
        let above = alarm(TESTTYPE::POSITIVE_TRANSITION, limit)?;
        let below = alarm(TESTTYPE::NEGATIVE_TRANSITION, limit - 1)?;
        let now = number(self.display.sync_query_counter(counter)?.reply()?.counter_value);
        let is_idle = now >= limit;
        self.idle = Some(IdleTime { limit, above, below, is_idle });
        Ok(Some(is_idle.then(|| idle_for(now))))
    }

    fn touched(&mut self, event: &sync::AlarmNotifyEvent) -> Option<Seen> {
        let idle = self.idle.as_mut()?;
        let now = number(event.counter_value);
        if event.alarm == idle.above && !idle.is_idle {
            idle.is_idle = true;
            return Some(idle_for(now.max(idle.limit)));
        }
        if event.alarm == idle.below && idle.is_idle {
            idle.is_idle = false;
            return Some(Seen::Back);
        }
        None
    }
}

/// Whether this program itself shows it.
fn is_own(window: &SeenWindow) -> bool {
    window.pid == Some(std::process::id())
}

fn idle_for(ms: i64) -> Seen {
    Seen::Idle { for_ms: ms.unsigned_abs() }
}

/// A number as the Sync extension has it: two halves.
fn int64(number: i64) -> Int64 {
    let hi = i32::try_from(number >> 32).unwrap_or(i32::MAX);
    Int64 { hi, lo: u32::try_from(number & 0xFFFF_FFFF).unwrap_or(u32::MAX) }
}

fn number(halves: Int64) -> i64 {
    (i64::from(halves.hi) << 32) | i64::from(halves.lo)
}

/// This machine's name, as programs write it into `WM_CLIENT_MACHINE`.
fn hostname() -> Vec<u8> {
    std::fs::read("/proc/sys/kernel/hostname").unwrap_or_default().trim_ascii().to_vec()
}
