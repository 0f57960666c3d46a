//! The pop-up as a picture: an indigo edge, its class, the title, what and when, the text, a button to close it, and one that leads to
//! what is recorded about the person.

use super::{
    Kind, Notice,
    canvas::{Area, Canvas, round, to_f32},
    fonts::{Face, Opened},
    wrap::{reads_well, wrap},
};
use crate::words::{Language, Left};
use yagura_vocabulary::Time;

// The colours of the console's light side, by their names there.
const SHEET: u32 = 0xFF_FFFF;
const PAPER_2: u32 = 0xF4_F2EB;
const LINE: u32 = 0xE5_E1D7;
const LINE_2: u32 = 0xCC_C7BA;
const INK: u32 = 0x1B_2430;
const INK_2: u32 = 0x47_525E;
const INK_3: u32 = 0x62_6B75;
const AI: u32 = 0x16_5E83;
const ON_AI: u32 = 0xFF_FFFF;

// Lengths, in pixels of a screen with 96 dots per inch.
const WIDTH: f32 = 456.0;
const EDGE: f32 = 3.0;
const HEAD: f32 = 48.0;
const FOOT: f32 = 60.0;
const TEXT_LEFT: f32 = 68.0;
const MARGIN: f32 = 20.0;
const BUTTON: f32 = 36.0;
/// Where a fact stands behind its name.
const FACT: f32 = 72.0;
const FACT_LINES: usize = 3;
/// An entry of a list.
const ENTRY: f32 = 46.0;

/// What the keyboard is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    Close,
    Mine,
    Cross,
}

/// How it is to be drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Pixels per pixel of a 96 dpi screen.
    pub(super) scale: f32,
    /// The most that it may be high, in pixels.
    pub(super) room: f32,
    /// How far the text is moved up, in pixels.
    pub(super) scroll: f32,
    /// The ring is drawn only for those who use the keyboard.
    pub(super) ring: Option<Focus>,
    /// The time, for a question that says how much is left.
    pub(super) now: Time,
}

/// How much time is left to answer, where that is asked for.
pub(super) fn left(notice: &Notice, now: Time) -> Option<Left> {
    match notice.kind {
        Kind::Question { until } => Some(Left::of(until.since(now))),
        Kind::Notice | Kind::Alarm | Kind::Prohibited | Kind::Bundle => None,
    }
}

/// The drawn pop-up and where it can be pressed.
pub(super) struct Sheet {
    pub(super) canvas: Canvas,
    pub(super) close: Area,
    pub(super) mine: Area,
    pub(super) cross: Area,
    /// The most that the text can be moved up, in pixels.
    pub(super) most_scroll: f32,
}

/// Draws the notice.
pub(super) fn draw(fonts: &Opened<'_>, notice: &Notice, language: Language, look: Look) -> Sheet {
    let pen = Pen { fonts, scale: look.scale };
    let px = |length: f32| length * look.scale;
    let body = pen.body(notice, language, look.now);
    let whole = to_f32(i32::try_from(body.height).unwrap_or(i32::MAX));
    let visible = whole.min((look.room - px(HEAD + FOOT)).max(px(96.0))).floor();
    let most_scroll = whole - visible;
    let (width, height) = (px(WIDTH).round(), (px(HEAD) + visible + px(FOOT)).round());
    let mut canvas = Canvas::new(count(width), count(height), SHEET);
    let top = count(px(HEAD).round());
    let skipped = count(look.scroll.clamp(0.0, most_scroll).round()) * body.width;
    let shown = count(visible) * body.width;
    let from_body = body.pixels.iter().skip(skipped).take(shown);
    for (pixel, from) in canvas.pixels.iter_mut().skip(top * body.width).zip(from_body) {
        *pixel = *from;
    }
    if most_scroll > 0.0 {
        let long = visible * visible / whole;
        let y = px(HEAD) + look.scroll.clamp(0.0, most_scroll) / most_scroll * (visible - long);
        canvas.fill(Area { x: width - px(7.0), y, width: px(3.0), height: long }, LINE_2);
    }
    let cross = pen.head(&mut canvas, width, language.head(notice));
    let (close, mine) = pen.foot(&mut canvas, (width, height), language, notice);
    canvas.frame(Area { x: 0.0, y: 0.0, width, height }, px(1.0).max(1.0), LINE_2);
    canvas.fill(Area { x: 0.0, y: 0.0, width, height: px(EDGE) }, AI);
    let focus = look.ring.map(|focus| match focus {
        Focus::Close => close,
        Focus::Mine => mine,
        Focus::Cross => cross,
    });
    if let Some(area) = focus {
        canvas.frame(area.around(px(4.0)), px(2.0), AI);
    }
    Sheet { canvas, close, mine, cross, most_scroll }
}

struct Pen<'a> {
    fonts: &'a Opened<'a>,
    scale: f32,
}

impl Pen<'_> {
    fn px(&self, length: f32) -> f32 {
        length * self.scale
    }

    fn text(&self, canvas: &mut Canvas, face: Face, size: f32, at: (f32, f32), colour: u32, text: &str) {
        self.fonts.draw(canvas, face, self.px(size), at, colour, text);
    }

    fn lines(&self, face: Face, size: f32, room: f32, text: &str) -> Vec<String> {
        wrap(text, room, |character| self.fonts.advance(face, self.px(size), character))
    }

    /// As [`Self::lines`], but a little narrower where that spares a lonely last syllable or a word cut in two.
    fn balanced(&self, face: Face, size: f32, room: f32, text: &str) -> Vec<String> {
        let widest = self.lines(face, size, room, text);
        let narrower = (0..9).map(|ems| self.lines(face, size, room - to_f32(ems) * self.px(size), text));
        let mut as_many = narrower.take_while(|lines| lines.len() <= widest.len());
        as_many.find(|lines| reads_well(lines)).unwrap_or(widest)
    }

    /// A fact in a few lines: a name that is longer tells nothing more.
    fn fact(&self, room: f32, fact: &str) -> Vec<String> {
        let mut lines = self.lines(Face::Sans, 14.0, room, fact);
        if lines.len() > FACT_LINES {
            lines.truncate(FACT_LINES);
            if let Some(last) = lines.last_mut() {
                last.pop();
                last.push('…');
            }
        }
        lines
    }

    /// Title, time and text, as high as they need.
    fn body(&self, notice: &Notice, language: Language, now: Time) -> Canvas {
        let px = |length| self.px(length);
        let room = px(WIDTH - TEXT_LEFT - 24.0);
        // A title is one line; what line breaks it has are spaces.
        let title = notice.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = self.balanced(Face::SerifBold, 20.0, room, &title);
        let text = self.lines(Face::Sans, 14.0, room, &notice.text);
        let rows = |lines: usize, height: f32| to_f32(i32::try_from(lines).unwrap_or(i32::MAX)) * px(height);
        let left = left(notice, now).map(|left| (language.left().to_owned(), language.time_left(left)));
        let facts: Vec<_> =
            notice.facts.iter().chain(&left).map(|(name, fact)| (name, self.fact(room - px(FACT), fact))).collect();
        let fact_lines = facts.iter().map(|(_, lines)| lines.len().max(1)).sum();
        let height = px(22.0)
            + rows(title.len(), 32.0)
            + rows(fact_lines, 26.0)
            + px(36.0)
            + rows(notice.list.len(), ENTRY)
            + px(if notice.list.is_empty() { 0.0 } else { 8.0 })
            + rows(text.len(), 24.0)
            + px(16.0);
        let mut canvas = Canvas::new(count(px(WIDTH).round()), count(height.round()), SHEET);
        match notice.kind {
            Kind::Prohibited => self.shield(&mut canvas, (px(24.0), px(24.0))),
            Kind::Notice | Kind::Alarm | Kind::Bundle | Kind::Question { .. } => {
                self.bell(&mut canvas, (px(24.0), px(24.0)));
            }
        }
        let (left, mut y) = (px(TEXT_LEFT), px(22.0));
        for line in &title {
            self.text(&mut canvas, Face::SerifBold, 20.0, (left, y + px(22.0)), INK, line);
            y += px(32.0);
        }
        for (name, lines) in &facts {
            self.text(&mut canvas, Face::Sans, 14.0, (left, y + px(18.0)), INK_3, name);
            for line in lines {
                self.text(&mut canvas, Face::Sans, 14.0, (left + px(FACT), y + px(18.0)), INK, line);
                y += px(26.0);
            }
            y += if lines.is_empty() { px(26.0) } else { 0.0 };
        }
        let word = if matches!(notice.kind, Kind::Question { .. }) { language.planned() } else { language.received() };
        self.text(&mut canvas, Face::Sans, 14.0, (left, y + px(18.0)), INK_3, word);
        let when = language.time(notice.at, &notice.zone);
        self.text(&mut canvas, Face::Sans, 14.0, (left + px(FACT), y + px(18.0)), INK, &when);
        y += px(36.0);
        for (at, what, subject) in &notice.list {
            canvas.fill(Area { x: left, y: y.round(), width: room, height: 1.0 }, LINE);
            let clock = language.clock(*at, &notice.zone);
            self.text(&mut canvas, Face::Sans, 13.0, (left, y + px(20.0)), INK_2, &clock);
            for (size, colour, down, text) in [(13.0, INK, 20.0, what), (12.0, INK_3, 37.0, subject)] {
                // One line each: what does not fit is cut.
                let line = self.lines(Face::Sans, size, room - px(48.0), text).into_iter().next().unwrap_or_default();
                self.text(&mut canvas, Face::Sans, size, (left + px(44.0), y + px(down)), colour, &line);
            }
            y += px(ENTRY);
        }
        y += px(if notice.list.is_empty() { 0.0 } else { 8.0 });
        for line in &text {
            self.text(&mut canvas, Face::Sans, 14.0, (left, y + px(17.0)), INK_2, line);
            y += px(24.0);
        }
        canvas
    }

    /// The class, the product's mark and a cross, which is given.
    fn head(&self, canvas: &mut Canvas, width: f32, word: &str) -> Area {
        let px = |length| self.px(length);
        canvas.fill(Area { x: 0.0, y: px(HEAD) - 1.0, width, height: 1.0 }, LINE);
        let mark = Area { x: px(MARGIN), y: px(15.0), width: px(20.0), height: px(20.0) };
        canvas.fill(mark, AI);
        self.text(canvas, Face::SansBold, 14.0, (mark.x + px(3.0), mark.y + px(15.2)), ON_AI, "櫓");
        self.text(canvas, Face::SansBold, 13.0, (px(50.0), px(30.0)), INK, word);
        let cross = Area { x: width - px(MARGIN + 18.0), y: px(13.0), width: px(24.0), height: px(24.0) };
        let (x, y, arm) = (cross.x + px(12.0), cross.y + px(12.0), px(4.5));
        canvas.stroke(&[(x - arm, y - arm), (x + arm, y + arm)], px(1.3), INK_2);
        canvas.stroke(&[(x - arm, y + arm), (x + arm, y - arm)], px(1.3), INK_2);
        cross
    }

    /// The strip with the two buttons, which are given: to close, and to what is recorded or to the notice's own page. What is
    /// asked of the person stands out.
    fn foot(
        &self,
        canvas: &mut Canvas,
        (width, height): (f32, f32),
        language: Language,
        notice: &Notice,
    ) -> (Area, Area) {
        let of_mine = notice.action.as_deref().unwrap_or_else(|| language.mine(notice.kind));
        let px = |length| self.px(length);
        let top = (height - px(FOOT)).round();
        canvas.fill(Area { x: 0.0, y: top, width, height: px(FOOT) }, PAPER_2);
        canvas.fill(Area { x: 0.0, y: top, width, height: 1.0 }, LINE);
        let long = |label| self.fonts.width(Face::SansBold, px(13.0), label);
        let button = |x: f32, label| Area {
            x: x.round(),
            y: top + px((FOOT - BUTTON) / 2.0).round(),
            width: (long(label) + px(34.0)).round(),
            height: px(BUTTON).round(),
        };
        let of_close = notice.agree.as_deref().unwrap_or_else(|| language.close());
        let close = button(width - px(MARGIN) - long(of_close) - px(34.0), of_close);
        let mine = button(px(MARGIN), of_mine);
        let (first, second) = if notice.action.is_some() { (mine, close) } else { (close, mine) };
        canvas.fill(first, AI);
        canvas.fill(second, SHEET);
        canvas.frame(second, px(1.0).max(1.0), LINE_2);
        let colours = if notice.action.is_some() { (INK, ON_AI) } else { (ON_AI, INK) };
        for (area, colour, label) in [(close, colours.0, of_close), (mine, colours.1, of_mine)] {
            self.text(canvas, Face::SansBold, 13.0, (area.x + px(17.0), area.y + px(23.0)), colour, label);
        }
        (close, mine)
    }

    /// A shield of 28 by 28.
    fn shield(&self, canvas: &mut Canvas, (left, top): (f32, f32)) {
        let at = |(x, y): (f32, f32)| (left + self.px(x), top + self.px(y));
        let half = [(14.0, 2.5), (22.75, 5.75), (22.75, 13.0), (21.5, 17.5), (18.5, 21.5), (14.0, 24.5)];
        let other = half.iter().rev().skip(1).map(|(x, y)| (28.0 - x, *y));
        let line: Vec<_> = half.iter().copied().chain(other).map(at).collect();
        canvas.stroke(&line, self.px(1.6), AI);
    }

    /// A bell of 28 by 28: dome, rim and clapper.
    fn bell(&self, canvas: &mut Canvas, (left, top): (f32, f32)) {
        let at = |x: f32, y: f32| (left + self.px(x), top + self.px(y));
        let dome = |n: i32| {
            let angle = std::f32::consts::PI * to_f32(n) / 16.0;
            at(14.0 - 7.0 * angle.cos(), 11.0 - 7.0 * angle.sin())
        };
        let mut line = vec![at(3.5, 21.0), at(7.0, 16.5)];
        line.extend((0..=16).map(dome));
        line.extend([at(21.0, 16.5), at(24.5, 21.0), at(3.5, 21.0)]);
        canvas.stroke(&line, self.px(1.6), AI);
        canvas.stroke(&[at(11.5, 25.0), at(16.5, 25.0)], self.px(1.8), AI);
    }
}

/// A length as a number of pixels.
fn count(length: f32) -> usize {
    usize::try_from(round(length)).unwrap_or_default()
}
