//! What people had before them, in the shared shape of events.

use yagura_records::{
    AppUsage, DesktopSight, ErrorSign, Idle, WindowError, WindowFacts, WindowNote, WindowStay, WindowTitle,
};
use yagura_vocabulary::{Account, Event};

use super::{account as account_value, column, event, insert};

/// Whose desktop it is, and the logon session that it belongs to.
type Whose<'a> = (&'a Account, Option<&'a String>);

/// What all rows about windows say: `subject` is the title, `image`, `pid` and `process_guid` are the program's. Body:
/// `window_class`, `process_account` where the program runs as somebody else, `notes`.
fn window(mut event: Event, (account, session): Whose<'_>, window: &WindowFacts, with_title: bool) -> Event {
    let body = &mut event.body;
    if with_title {
        event.subject = column(window.title.as_ref(), "subject", body);
    }
    insert(body, "window_class", window.class.clone());
    let notes = window.notes.iter().filter(|note| with_title || !is_about_title(**note));
    let notes: Vec<_> = notes.map(|note| serde_json::Value::from(note_word(*note))).collect();
    insert(body, "notes", (!notes.is_empty()).then_some(notes));
    if let Some(process) = &window.process {
        let other = process.account.as_ref().filter(|owner| owner.id != account.id);
        insert(body, "process_account", other.map(account_value));
        event.pid = Some(process.pid);
        event.process_guid = process.guid;
        event.image.clone_from(&process.image);
    }
    event.truncated = with_title && window.notes.contains(&WindowNote::TitleCut);
    event.account = Some(account.clone());
    event.logon_session = session.cloned();
    event
}

/// The event `window.active`: a stay. Body: `duration_ms`, and `idle_ms` where nobody was there for a while. While the stay goes on,
/// neither is there.
#[must_use]
pub fn window_active(stay: &WindowStay, with_title: bool) -> Event {
    let mut event =
        window(event(stay.at, "window.active"), (&stay.account, stay.logon_session.as_ref()), &stay.window, with_title);
    insert(&mut event.body, "duration_ms", (stay.duration_ms > 0).then_some(stay.duration_ms));
    insert(&mut event.body, "idle_ms", (stay.idle_ms > 0).then_some(stay.idle_ms));
    event
}

/// The event `window.title`: the active window is called otherwise. `count` says how many titles the row stands for, where it is
/// more than one.
#[must_use]
pub fn window_title(title: &WindowTitle) -> Event {
    let mut event =
        window(event(title.at, "window.title"), (&title.account, title.logon_session.as_ref()), &title.window, true);
    event.count = (title.folded > 0).then_some(title.folded + 1);
    event
}

/// The event `window.error`, always `inferred`. Body: `sign`, why the window is taken for that: `title`, `crash_reporter`.
#[must_use]
pub fn window_error(error: &WindowError, with_title: bool) -> Event {
    let mut event = window(
        event(error.at, "window.error"),
        (&error.account, error.logon_session.as_ref()),
        &error.window,
        with_title,
    );
    let sign = match error.sign {
        ErrorSign::Title => "title",
        ErrorSign::CrashReporter => "crash_reporter",
    };
    insert(&mut event.body, "sign", Some(sign));
    event.inferred = true;
    event
}

/// The event `app.usage`: how long a program was before a person within an hour. Body: `duration_ms`, `stays`.
#[must_use]
pub fn app_usage(usage: &AppUsage) -> Event {
    let mut event = event(usage.at, "app.usage");
    event.account = Some(usage.account.clone());
    event.logon_session.clone_from(&usage.logon_session);
    event.image = Some(usage.image.clone());
    insert(&mut event.body, "duration_ms", Some(usage.active_ms));
    insert(&mut event.body, "stays", Some(usage.stays));
    event
}

/// The events `idle.start` and `idle.end`; the second has `duration_ms` in its body.
#[must_use]
pub fn idle(idle: &Idle) -> Event {
    let kind = if idle.duration_ms.is_some() { "idle.end" } else { "idle.start" };
    let mut event = event(idle.at, kind);
    event.account = Some(idle.account.clone());
    event.logon_session.clone_from(&idle.logon_session);
    insert(&mut event.body, "duration_ms", idle.duration_ms);
    event
}

/// The event `agent.sensor_change`: a person's desktop is not seen any more, or is again. Body: `sensor`, `health`.
#[must_use]
pub fn desktop_sight(sight: &DesktopSight) -> Event {
    let mut event = event(sight.at, "agent.sensor_change");
    event.account = Some(sight.account.clone());
    event.subject.clone_from(&sight.blind);
    event.with("sensor", "window").with("health", if sight.blind.is_some() { "degraded" } else { "ok" })
}

fn is_about_title(note: WindowNote) -> bool {
    matches!(note, WindowNote::TitleCut | WindowNote::Masked)
}

fn note_word(note: WindowNote) -> &'static str {
    match note {
        WindowNote::WindowGone => "window_gone",
        WindowNote::ProcessUnknown => "process_unknown",
        WindowNote::ProcessGone => "process_gone",
        WindowNote::OtherAccount => "other_account",
        WindowNote::TitleCut => "title_cut",
        WindowNote::Masked => "masked",
    }
}
