//! One window on an X display, until the person closes it.

use std::{borrow::Cow, time::Duration};

use x11rb::{
    connection::Connection,
    errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError},
    image::{BitsPerPixel, Image, ImageOrder, ScanlinePad},
    protocol::{
        Event,
        xproto::{
            AtomEnum, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, Gcontext, KeyButMask, PropMode,
            Screen, Window, WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use super::{
    Kind, Notice, Pressed,
    canvas::{round, to_f32},
    fonts::Fonts,
    keys::{Key, Keyboard},
    sheet::{self, Focus, Look, Sheet},
};
use crate::words::Language;
use yagura_vocabulary::Time;

x11rb::atom_manager! {
    /// The names that window managers know.
    Atoms: AtomsCookie {
        WM_PROTOCOLS,
        WM_DELETE_WINDOW,
        UTF8_STRING,
        _NET_WM_NAME,
        _NET_WM_WINDOW_TYPE,
        _NET_WM_WINDOW_TYPE_DIALOG,
        _NET_WM_STATE,
        _NET_WM_STATE_ABOVE,
        _NET_WM_STATE_SKIP_TASKBAR,
        _NET_WM_USER_TIME,
        _NET_WORKAREA,
        _MOTIF_WM_HINTS,
    }
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum DisplayError {
    /// There is no display, or it refuses us.
    #[error("cannot open the display: {0}")]
    Open(#[from] ConnectError),
    /// The display went away.
    #[error("lost the display: {0}")]
    Lost(#[from] ConnectionError),
    /// The display refused a request.
    #[error("the display refused a request: {0}")]
    Refused(#[from] ReplyError),
    /// The display gave no id for a window.
    #[error("the display refused a window: {0}")]
    NoId(#[from] ReplyOrIdError),
    /// The display has another number of colours than the 24 bits that are drawn.
    #[error("the display has {0} bits of colour, not 24")]
    Depth(u8),
    /// No font at all.
    #[error("there is no font on this system")]
    NoFont,
}

/// Whether a window could be shown now.
///
/// # Errors
/// Why not.
pub fn check_display() -> Result<(), DisplayError> {
    let (display, screen) = x11rb::connect(None)?;
    match display.setup().roots[screen].root_depth {
        24 => Ok(()),
        depth => Err(DisplayError::Depth(depth)),
    }
}

/// How often a question looks whether it is over and how much time is left.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What a pop-up tells and asks while it stands.
pub struct Around<'a> {
    /// Called once, when the screen has it.
    pub shown: &'a dyn Fn(),
    /// Called whenever the person wants to see what is recorded about them, or the notice's own page.
    pub mine: &'a dyn Fn(),
    /// Waits so long, or less, and says whether the pop-up is to go from the screen by itself. Asked by questions only.
    pub over: &'a dyn Fn(Duration) -> bool,
    /// The time.
    pub now: &'a dyn Fn() -> Time,
}

/// Shows a notice and returns when the person put it away, or it is over. Windows at higher places stand further up and to the left.
///
/// # Errors
/// When the display cannot be opened or goes away.
pub fn show(
    fonts: &Fonts,
    notice: &Notice,
    language: Language,
    place: u16,
    around: &Around<'_>,
) -> Result<Pressed, DisplayError> {
    let (display, number) = x11rb::connect(None)?;
    let screen = display.setup().roots[number].clone();
    if screen.root_depth != 24 {
        return Err(DisplayError::Depth(screen.root_depth));
    }
    let scale = scale(&display)?;
    let area = work_area(&display, &screen)?;
    let look = Look { scale, room: to_f32(area.3) * 0.7, scroll: 0.0, ring: None, now: (around.now)() };
    let mut popup =
        Popup { display: &display, fonts, notice, language, look, focus: Focus::Close, window: 0, gc: 0, around };
    let sheet = popup.draw()?;
    popup.open(&screen, area, &sheet, i32::from(place) * round(STEP * scale))?;
    let pressed = popup.live(sheet)?;
    display.destroy_window(popup.window)?;
    display.flush()?;
    Ok(pressed)
}

/// Dots per inch over 96, from the resource that desktops set for it.
fn scale(display: &RustConnection) -> Result<f32, DisplayError> {
    let root = display.setup().roots[0].root;
    let reply = display.get_property(false, root, AtomEnum::RESOURCE_MANAGER, AtomEnum::STRING, 0, 1 << 16)?.reply()?;
    let text = String::from_utf8_lossy(&reply.value).into_owned();
    let dpi = text.lines().find_map(|line| line.strip_prefix("Xft.dpi:")?.trim().parse::<f32>().ok());
    Ok(dpi.map_or(1.0, |dpi| (dpi / 96.0).clamp(1.0, 4.0)))
}

/// Where windows belong, without panels: x, y, width, height.
fn work_area(display: &RustConnection, screen: &Screen) -> Result<(i32, i32, i32, i32), DisplayError> {
    let atom = display.intern_atom(false, b"_NET_WORKAREA")?.reply()?.atom;
    let reply = display.get_property(false, screen.root, atom, AtomEnum::CARDINAL, 0, 4)?.reply()?;
    let told: Vec<i32> = reply.value32().into_iter().flatten().filter_map(|n| i32::try_from(n).ok()).collect();
    let whole = (0, 0, i32::from(screen.width_in_pixels), i32::from(screen.height_in_pixels));
    Ok(match told[..] {
        [x, y, width, height] if width > 0 && height > 0 => (x, y, width, height),
        _ => whole,
    })
}

/// How far the next place is from the last, in pixels of a 96 dpi screen: the head of a window stays to be seen.
const STEP: f32 = 52.0;

struct Popup<'a> {
    display: &'a RustConnection,
    fonts: &'a Fonts,
    notice: &'a Notice,
    language: Language,
    look: Look,
    focus: Focus,
    window: Window,
    gc: Gcontext,
    around: &'a Around<'a>,
}

impl Popup<'_> {
    fn draw(&self) -> Result<Sheet, DisplayError> {
        self.fonts.open(|fonts| sheet::draw(fonts, self.notice, self.language, self.look)).ok_or(DisplayError::NoFont)
    }

    /// Makes the window at the lower right and maps it.
    fn open(
        &mut self,
        screen: &Screen,
        area: (i32, i32, i32, i32),
        sheet: &Sheet,
        shift: i32,
    ) -> Result<(), DisplayError> {
        let display = self.display;
        let atoms = Atoms::new(display)?.reply()?;
        let side = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
        let (width, height) = (side(sheet.canvas.width), side(sheet.canvas.height));
        let margin = round(24.0 * self.look.scale) + shift;
        let place = |start: i32, room: i32, length: u16| {
            i16::try_from((start + room - i32::from(length) - margin).max(start)).unwrap_or_default()
        };
        let (x, y) = (place(area.0, area.2, width), place(area.1, area.3, height));
        self.window = display.generate_id()?;
        self.gc = display.generate_id()?;
        let events = EventMask::EXPOSURE | EventMask::KEY_PRESS | EventMask::BUTTON_PRESS | EventMask::STRUCTURE_NOTIFY;
        let looks = CreateWindowAux::new().event_mask(events).background_pixel(screen.white_pixel);
        let class = WindowClass::INPUT_OUTPUT;
        display.create_window(
            24,
            self.window,
            screen.root,
            x,
            y,
            width,
            height,
            0,
            class,
            screen.root_visual,
            &looks,
        )?;
        display.create_gc(self.gc, self.window, &CreateGCAux::new().graphics_exposures(0))?;
        self.describe(&atoms, (x, y), (width, height))?;
        display.map_window(self.window)?;
        display.flush()?;
        Ok(())
    }

    /// Tells the window manager what it is: a dialogue without a frame, above others, which does not take the keyboard
    /// from what the person is typing into.
    fn describe(&self, atoms: &Atoms, place: (i16, i16), size: (u16, u16)) -> Result<(), DisplayError> {
        let (display, window) = (self.display, self.window);
        let set = |property, kind, values: &[u32]| {
            display.change_property32(PropMode::REPLACE, window, property, kind, values).map(|_| ())
        };
        let title = self.notice.title.as_bytes();
        display.change_property8(PropMode::REPLACE, window, atoms._NET_WM_NAME, atoms.UTF8_STRING, title)?;
        let class = b"yagura-session\0Yagura\0";
        display.change_property8(PropMode::REPLACE, window, AtomEnum::WM_CLASS, AtomEnum::STRING, class)?;
        set(atoms.WM_PROTOCOLS, AtomEnum::ATOM.into(), &[atoms.WM_DELETE_WINDOW])?;
        set(atoms._NET_WM_WINDOW_TYPE, AtomEnum::ATOM.into(), &[atoms._NET_WM_WINDOW_TYPE_DIALOG])?;
        let states = [atoms._NET_WM_STATE_ABOVE, atoms._NET_WM_STATE_SKIP_TASKBAR];
        set(atoms._NET_WM_STATE, AtomEnum::ATOM.into(), &states)?;
        set(atoms._NET_WM_USER_TIME, AtomEnum::CARDINAL.into(), &[0])?;
        // Flag 2: the decorations are told; none.
        set(atoms._MOTIF_WM_HINTS, atoms._MOTIF_WM_HINTS, &[2, 0, 0, 0, 0])?;
        // WM_NORMAL_HINTS of ICCCM 4.1.2.3: position and size by the program, smallest and largest size.
        let (x, y) = (i32::from(place.0).cast_unsigned(), i32::from(place.1).cast_unsigned());
        let (width, height) = (u32::from(size.0), u32::from(size.1));
        let flags = (1 << 0) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5);
        let mut hints = [0; 18];
        hints[..9].copy_from_slice(&[flags, x, y, width, height, width, height, width, height]);
        set(AtomEnum::WM_NORMAL_HINTS.into(), AtomEnum::WM_SIZE_HINTS.into(), &hints)?;
        Ok(())
    }

    fn put(&self, sheet: &Sheet) -> Result<(), DisplayError> {
        let bytes: Vec<u8> = sheet.canvas.pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
        let side = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
        let (width, height) = (side(sheet.canvas.width), side(sheet.canvas.height));
        let pad = ScanlinePad::Pad32;
        let order = ImageOrder::LsbFirst;
        let Ok(image) = Image::new(width, height, pad, 24, BitsPerPixel::B32, order, Cow::Owned(bytes)) else {
            return Ok(());
        };
        image.native(self.display.setup()).map_err(ConnectionError::from)?.put(
            self.display,
            self.window,
            self.gc,
            0,
            0,
        )?;
        self.display.flush()?;
        Ok(())
    }

    /// Answers keys and presses until one of them closes it, or it is over.
    fn live(&mut self, mut sheet: Sheet) -> Result<Pressed, DisplayError> {
        let keyboard = Keyboard::of(self.display)?;
        let asks = matches!(self.notice.kind, Kind::Question { .. });
        let mut shown = Some(self.around.shown);
        loop {
            let before = (self.look.scroll, self.look.ring, self.look.now);
            let event = if asks { self.display.poll_for_event()? } else { Some(self.display.wait_for_event()?) };
            match event {
                None => {
                    if (self.around.over)(LOOK_EVERY) {
                        return Ok(Pressed::Close);
                    }
                    let now = (self.around.now)();
                    if sheet::left(self.notice, now) != sheet::left(self.notice, self.look.now) {
                        self.look.now = now;
                    }
                }
                Some(Event::Expose(event)) if event.count == 0 => {
                    self.put(&sheet)?;
                    // The server has drawn it once it answers what was asked after it.
                    self.display.get_input_focus()?.reply()?;
                    if let Some(shown) = shown.take() {
                        shown();
                    }
                }
                Some(Event::KeyPress(event)) => match keyboard.key(event.detail) {
                    // Nobody restarts a machine by a key that was meant for something else: first Tab, then Enter.
                    Some(Key::Enter) if asks && self.look.ring.is_none() => {}
                    Some(Key::Enter) if self.look.ring == Some(Focus::Mine) => {
                        if let Some(pressed) = self.second() {
                            return Ok(pressed);
                        }
                    }
                    Some(Key::Enter) if self.look.ring == Some(Focus::Close) => return Ok(self.first()),
                    Some(Key::Enter | Key::Escape) => return Ok(Pressed::Close),
                    Some(Key::Tab) => self.tab(),
                    Some(Key::Up) => self.scroll(-24.0, &sheet),
                    Some(Key::Down) => self.scroll(24.0, &sheet),
                    Some(Key::PageUp) => self.scroll(-240.0, &sheet),
                    Some(Key::PageDown) => self.scroll(240.0, &sheet),
                    // Alt is the first modifier on every layout that is met.
                    Some(Key::D) if event.state.contains(KeyButMask::MOD1) && !asks => (self.around.mine)(),
                    Some(Key::D) | None => {}
                },
                Some(Event::ButtonPress(event)) => {
                    let (x, y) = (f32::from(event.event_x), f32::from(event.event_y));
                    match event.detail {
                        1 if sheet.close.holds(x, y) => return Ok(self.first()),
                        1 if sheet.cross.holds(x, y) => return Ok(Pressed::Close),
                        1 if sheet.mine.holds(x, y) => {
                            if let Some(pressed) = self.second() {
                                return Ok(pressed);
                            }
                        }
                        4 => self.scroll(-72.0, &sheet),
                        5 => self.scroll(72.0, &sheet),
                        _ => {}
                    }
                }
                // The only protocol that was announced is to be deleted.
                Some(Event::ClientMessage(_) | Event::DestroyNotify(_)) => return Ok(Pressed::Close),
                Some(_) => {}
            }
            if before != (self.look.scroll, self.look.ring, self.look.now) {
                sheet = self.draw()?;
                self.put(&sheet)?;
            }
        }
    }

    /// The button at the right.
    fn first(&self) -> Pressed {
        if self.notice.agree.is_some() { Pressed::Now } else { Pressed::Close }
    }

    /// The button at the left: of a question it puts it off, of all else it opens a page.
    fn second(&self) -> Option<Pressed> {
        if matches!(self.notice.kind, Kind::Question { .. }) && self.notice.action.is_some() {
            return Some(Pressed::Later);
        }
        (self.around.mine)();
        None
    }

    /// The first Tab shows where the keyboard is, the next ones move on.
    fn tab(&mut self) {
        if self.look.ring.is_some() {
            self.focus = match self.focus {
                Focus::Close => Focus::Mine,
                Focus::Mine => Focus::Cross,
                Focus::Cross => Focus::Close,
            };
        }
        self.look.ring = Some(self.focus);
    }

    fn scroll(&mut self, by: f32, sheet: &Sheet) {
        self.look.scroll = (self.look.scroll + by * self.look.scale).clamp(0.0, sheet.most_scroll);
    }
}
