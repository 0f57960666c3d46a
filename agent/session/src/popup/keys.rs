//! The keys that mean something, whatever the keyboard's layout.

use x11rb::{
    connection::Connection, errors::ReplyError, protocol::xproto::ConnectionExt, rust_connection::RustConnection,
};

/// What a key means to the pop-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Enter,
    Escape,
    Tab,
    Up,
    Down,
    PageUp,
    PageDown,
    /// With Alt: what is recorded.
    D,
}

impl Key {
    /// By keysym (`keysymdef.h` of the X protocol).
    fn of_keysym(keysym: u32) -> Option<Self> {
        Some(match keysym {
            // Return, the keypad's Enter, space.
            0xFF0D | 0xFF8D | 0x20 => Self::Enter,
            0xFF1B => Self::Escape,
            // Tab, and Tab with shift on most layouts.
            0xFF09 | 0xFE20 => Self::Tab,
            0xFF52 | 0xFF97 => Self::Up,
            0xFF54 | 0xFF99 => Self::Down,
            0xFF55 | 0xFF9A => Self::PageUp,
            0xFF56 | 0xFF9B => Self::PageDown,
            0x64 => Self::D,
            _ => return None,
        })
    }
}

/// The keyboard's layout: for each keycode, its first keysym.
pub(super) struct Keyboard {
    first: u8,
    per_key: usize,
    keysyms: Vec<u32>,
}

impl Keyboard {
    pub(super) fn of(display: &RustConnection) -> Result<Self, ReplyError> {
        let (first, last) = (display.setup().min_keycode, display.setup().max_keycode);
        let reply = display.get_keyboard_mapping(first, (last - first).saturating_add(1))?.reply()?;
        Ok(Self { first, per_key: usize::from(reply.keysyms_per_keycode).max(1), keysyms: reply.keysyms })
    }

    pub(super) fn key(&self, keycode: u8) -> Option<Key> {
        let row = usize::from(keycode.checked_sub(self.first)?);
        Key::of_keysym(*self.keysyms.get(row * self.per_key)?)
    }
}
