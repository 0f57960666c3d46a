//! The system's fonts, and text drawn with them.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use fontdb::{Database, Family, ID, Query, Weight};

use super::canvas::{Canvas, Colour, round};

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// What is read or counted.
    Sans,
    /// Labels on buttons and the class.
    SansBold,
    /// The title.
    SerifBold,
}

const SANS: &[&str] = &["Noto Sans JP", "Noto Sans CJK JP", "IPAexGothic", "IPAPGothic", "TakaoPGothic", "VL PGothic"];
const SERIF: &[&str] = &["Noto Serif JP", "Noto Serif CJK JP", "IPAexMincho", "IPAPMincho", "TakaoPMincho"];

/// The fonts of this system. Files are mapped, not read: one with all of Japanese has tens of megabytes.
pub struct Fonts {
    known: Database,
    faces: [Option<ID>; 3],
    other: Option<ID>,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

/// The fonts, opened for drawing.
pub(crate) struct Opened<'a> {
    faces: Vec<Option<FontRef<'a>>>,
}

impl Fonts {
    /// Looks through the system's fonts.
    #[must_use]
    pub fn of_system() -> Self {
        let mut known = Database::new();
        known.load_system_fonts();
        let sans = find(&known, SANS, Family::SansSerif, Weight::NORMAL);
        let bold = find(&known, SANS, Family::SansSerif, Weight::SEMIBOLD).or(sans);
        let serif = find(&known, SERIF, Family::Serif, Weight::SEMIBOLD).or(bold);
        let other = known.faces().find(|face| has(&known, face.id, 'あ')).map(|face| face.id);
        Self { faces: [sans, bold, serif], other, known }
    }

    /// Whether Japanese can be read.
    #[must_use]
    pub fn have_japanese(&self) -> bool {
        self.other.is_some()
    }

    /// Opens the faces for as long as `draw` takes.
    pub(crate) fn open<T>(&self, draw: impl FnOnce(&Opened<'_>) -> T) -> Option<T> {
        let ids = [self.faces[0], self.faces[1], self.faces[2], self.other];
        let mut draw = Some(draw);
        let mut result = None;
        nest(&self.known, &ids, Vec::new(), &mut |faces| {
            if let Some(draw) = draw.take() {
                result = Some(draw(&Opened { faces }));
            }
        });
        result
    }
}

/// A font's bytes are there only within a call: so each further font is opened inside the one before.
fn nest<'a>(
    known: &Database,
    ids: &[Option<ID>],
    opened: Vec<Option<FontRef<'a>>>,
    end: &mut dyn FnMut(Vec<Option<FontRef<'_>>>),
) {
    let Some((id, rest)) = ids.split_first() else {
        end(opened);
        return;
    };
    let mut further = |font: Option<FontRef<'_>>| {
        let mut opened: Vec<Option<FontRef<'_>>> = opened.clone();
        opened.push(font);
        nest(known, rest, opened, end);
    };
    let done = id.and_then(|id| {
        known.with_face_data(id, |data, index| further(FontRef::try_from_slice_and_index(data, index).ok()))
    });
    if done.is_none() {
        further(None);
    }
}

fn find(known: &Database, names: &[&str], generic: Family<'_>, weight: Weight) -> Option<ID> {
    let families: Vec<_> = names.iter().map(|name| Family::Name(name)).chain([generic]).collect();
    // Asked one by one: otherwise a heavier font of a later family could win.
    families.iter().find_map(|family| known.query(&Query { families: &[*family], weight, ..Query::default() }))
}

fn has(known: &Database, id: ID, character: char) -> bool {
    let found = known.with_face_data(id, |data, index| {
        FontRef::try_from_slice_and_index(data, index).is_ok_and(|font| font.glyph_id(character).0 != 0)
    });
    found.unwrap_or_default()
}

impl Opened<'_> {
    /// Does something with the first font that has the character: the wanted face, then the others.
    fn with<T>(&self, face: Face, character: char, act: impl FnOnce(&FontRef<'_>) -> T) -> Option<T> {
        let wanted = self.faces.get(face as usize).and_then(Option::as_ref);
        let all = || wanted.into_iter().chain(self.faces.iter().flatten());
        let font = all().find(|font| font.glyph_id(character).0 != 0).or_else(|| all().next());
        font.map(act)
    }

    /// How wide a character is, in pixels. `size` is the em in pixels.
    pub(crate) fn advance(&self, face: Face, size: f32, character: char) -> f32 {
        self.with(face, character, |font| {
            let scaled = font.as_scaled(em(font, size));
            scaled.h_advance(scaled.glyph_id(character))
        })
        .unwrap_or_default()
    }

    /// How wide a text is, in pixels.
    pub(crate) fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        text.chars().map(|character| self.advance(face, size, character)).sum()
    }

    /// Draws a line of text from `x` on the base line `y`.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        face: Face,
        size: f32,
        (x, y): (f32, f32),
        colour: Colour,
        text: &str,
    ) {
        let mut x = x;
        for character in text.chars() {
            let advance = self.with(face, character, |font| {
                let scale = em(font, size);
                let glyph = font.glyph_id(character);
                if let Some(outline) = font.outline_glyph(glyph.with_scale_and_position(scale, point(x, y))) {
                    let bounds = outline.px_bounds();
                    let (left, top) = (round(bounds.min.x), round(bounds.min.y));
                    outline.draw(|column, row, coverage| {
                        let place = |start: i32, offset: u32| start + i32::try_from(offset).unwrap_or(i32::MAX / 2);
                        canvas.blend(place(left, column), place(top, row), colour, coverage);
                    });
                }
                font.as_scaled(scale).h_advance(glyph)
            });
            x += advance.unwrap_or_default();
        }
    }
}

/// The scale at which the em square, not the line, is `size` pixels high.
fn em(font: &FontRef<'_>, size: f32) -> PxScale {
    let units = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(size * font.height_unscaled() / units)
}
