//! Logons, the machine's run, rights and accounts, in the shared shape of events.

use yagura_records::{ProcessStarted, SessionActed};
use yagura_vocabulary::{Account, Event};

use super::{column, event, insert};

/// The events `session.*`, `power.*` and `account.change`. `account` is whose session it is, or the account that was changed;
/// `remote_host` where they come from, `logon_session` the session's name. Body: `session_kind` (`x11`, `wayland`, `tty`), `service` (the
/// program that let them in), `terminal`; `duration_ms` of what ended; `claimed`, the name given at a failed logon that is no account's;
/// `change` of an account (`added`, `removed`, `promoted` to an administrator, `demoted`).
#[must_use]
pub fn session_acted(acted: &SessionActed) -> Event {
    let mut event = event(acted.at, acted.act.kind());
    let body = &mut event.body;
    if let Some(session) = &acted.session {
        insert(body, "session_kind", session.kind.clone());
        insert(body, "service", session.service.clone());
        insert(body, "terminal", session.terminal.clone());
        event.remote_host.clone_from(&session.remote_host);
        event.logon_session = Some(session.id.clone()).filter(|id| !id.is_empty());
    }
    insert(body, "duration_ms", acted.duration_ms);
    insert(body, "claimed", acted.claimed.clone());
    insert(body, "change", acted.change.map(yagura_records::AccountChange::as_str));
    event.account.clone_from(&acted.account);
    event.inferred = acted.inferred;
    event
}

/// The event `privilege.use`: `account` is the person, `subject` the program that ran with other rights, `target` whose rights these
/// were, `parent_image` the program that gave them.
#[must_use]
pub fn privilege_use(by: &Account, start: &ProcessStarted) -> Event {
    let mut event = event(start.at, "privilege.use");
    let body = &mut event.body;
    event.image = column(start.image.as_ref(), "image", body);
    event.command_line = column(start.command_line.as_ref(), "command_line", body);
    event.subject = event.command_line.clone().or_else(|| event.image.clone());
    event.target = start.account.as_ref().map(|account| account.name.clone());
    event.account = Some(by.clone());
    event.logon_session.clone_from(&start.logon_session);
    event.process_guid = Some(start.guid);
    event.pid = Some(start.pid);
    event.parent_guid = start.parent_guid;
    event.parent_image.clone_from(&start.parent_image);
    event.truncated = start.truncated;
    event
}
