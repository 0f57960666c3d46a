//! What a display says of one window.

use x11rb::{
    cookie::Cookie,
    errors::ConnectionError,
    protocol::{
        res::{ClientIdMask, ClientIdSpec, ConnectionExt as _},
        xproto::{Atom, AtomEnum, ConnectionExt as _, GetPropertyReply, Window},
    },
    rust_connection::RustConnection,
};
use yagura_local::desktop::{MAX_CLASS, MAX_TITLE, SeenWindow};

use super::text::{Kind, cut, title};

x11rb::atom_manager! {
    /// The names of properties and their values (EWMH 1.5, ICCCM 2.0).
    pub(super) Atoms: AtomsCookie {
        COMPOUND_TEXT,
        UTF8_STRING,
        WM_CLIENT_MACHINE,
        _NET_ACTIVE_WINDOW,
        _NET_CLIENT_LIST,
        _NET_SUPPORTED,
        _NET_SUPPORTING_WM_CHECK,
        _NET_WM_NAME,
        _NET_WM_PID,
        _NET_WM_WINDOW_TYPE,
        _NET_WM_WINDOW_TYPE_DIALOG,
    }
}

/// How windows of one display are asked.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) atoms: Atoms,
    /// Whether the display knows which process opened which connection.
    pub(super) knows_processes: bool,
    /// This machine's name, as windows have it.
    pub(super) machine: Vec<u8>,
    /// Whether titles are wanted.
    pub(super) titles: bool,
}

type Property<'c> = Cookie<'c, RustConnection, GetPropertyReply>;

impl Asking {
    /// Asks everything at once: one journey to the display.
    pub(super) fn window(&self, display: &RustConnection, window: Window) -> Result<SeenWindow, ConnectionError> {
        // Lengths are counted in four bytes. A byte more than is kept says that there is more.
        let get = |property: Atom, bytes: usize| {
            let length = u32::try_from(bytes / 4 + 1).unwrap_or(u32::MAX);
            display.get_property(false, window, property, AtomEnum::ANY, 0, length)
        };
        let names = if self.titles {
            Some([get(self.atoms._NET_WM_NAME, MAX_TITLE)?, get(AtomEnum::WM_NAME.into(), MAX_TITLE)?])
        } else {
            None
        };
        let class = get(AtomEnum::WM_CLASS.into(), 2 * MAX_CLASS)?;
        let pid = get(self.atoms._NET_WM_PID, 4)?;
        let machine = get(self.atoms.WM_CLIENT_MACHINE, 256)?;
        let spec = ClientIdSpec { client: window, mask: ClientIdMask::LOCAL_CLIENT_PID };
        let client = if self.knows_processes { Some(display.res_query_client_ids(&[spec])?) } else { None };

        let mut seen = SeenWindow { id: window, ..SeenWindow::default() };
        if let Some([net, old]) = names {
            let (net, old) = (self.title(net), self.title(old));
            if let Some((title, was_cut)) = net.or(old) {
                (seen.title, seen.cut) = (Some(title), was_cut);
            }
        }
        match class.reply() {
            Ok(class) => seen.class = second_part(&class.value),
            // The only thing that can be wrong with the question is that there is no such window any more.
            Err(_) => seen.gone = true,
        }
        // What the display knows of a connection it has from the kernel; what the window says is what its program says.
        let by_display = client.and_then(|client| {
            let reply = client.reply().ok()?;
            let id =
                reply.ids.iter().find(|id| u32::from(id.spec.mask) == u32::from(ClientIdMask::LOCAL_CLIENT_PID))?;
            id.value.first().copied().filter(|pid| *pid != 0)
        });
        let by_window = value(pid);
        let here = machine.reply().is_ok_and(|reply| reply.value.is_empty() || reply.value == self.machine);
        seen.pid = by_display.or(by_window.filter(|_| here));
        Ok(seen)
    }

    fn title(&self, cookie: Property<'_>) -> Option<(yagura_records::Text, bool)> {
        let mut reply = cookie.reply().ok()?;
        let more = cut(&mut reply.value, MAX_TITLE) || reply.bytes_after > 0;
        let kind = match reply.type_ {
            kind if kind == self.atoms.UTF8_STRING => Kind::Utf8,
            kind if kind == self.atoms.COMPOUND_TEXT => Kind::Compound,
            _ => Kind::Latin1,
        };
        let title = title(kind, &reply.value);
        (!title.as_bytes().is_empty()).then_some((title, more))
    }
}

/// The first number of a property.
pub(super) fn value(cookie: Property<'_>) -> Option<u32> {
    cookie.reply().ok()?.value32()?.next()
}

/// The class of `instance NUL class NUL` (ICCCM 4.1.2.5).
fn second_part(bytes: &[u8]) -> Option<String> {
    let part = bytes.split(|byte| *byte == 0).nth(1).filter(|part| !part.is_empty())?;
    let mut part = part.to_vec();
    cut(&mut part, MAX_CLASS);
    Some(String::from_utf8_lossy(&part).into_owned())
}
