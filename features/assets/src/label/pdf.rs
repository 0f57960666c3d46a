//! The sheets.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo},
};
use qrcodegen::{QrCode, QrCodeEcc};

use super::{
    Label, Layout, Size,
    text::{Run, lines, runs, width},
};

/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;
/// White modules that a reader needs around the square (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

const PLAIN: Name<'static> = Name(b"L");
const BOLD: Name<'static> = Name(b"B");
const JAPANESE: Name<'static> = Name(b"J");

/// The labels on their sheets; the first `skipped` faces of the first sheet stay empty, as somebody has used them. `title` names the
/// document.
pub(crate) fn write(labels: &[Label], layout: Layout, skipped: usize, title: &str) -> Vec<u8> {
    let size = layout.size();
    let skipped = skipped.min(size.faces() - 1);
    let mut pdf = Pdf::new();
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info) = (id(), id(), id());
    let fonts = [(PLAIN, id()), (BOLD, id()), (JAPANESE, id())];
    let (descendant, descriptor) = (id(), id());
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("Yagura"));

    let mut pages = Vec::new();
    let mut rest = labels;
    let mut from = skipped;
    while !rest.is_empty() || pages.is_empty() {
        let (now, after) = rest.split_at(rest.len().min(size.faces() - from));
        let (page, content) = (id(), id());
        let drawn = sheet(now, &size, from);
        pdf.stream(content, &deflated(&drawn)).filter(Filter::FlateDecode);
        let mut written = pdf.page(page);
        written.media_box(Rect::new(0.0, 0.0, size.page.0 * MM, size.page.1 * MM));
        written.parent(tree).contents(content);
        let mut resources = written.resources();
        let mut known = resources.fonts();
        for (name, font) in fonts {
            known.pair(name, font);
        }
        known.finish();
        resources.finish();
        written.finish();
        pages.push(page);
        rest = after;
        from = 0;
    }
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(pages).count(count);

    pdf.type1_font(fonts[0].1).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
    pdf.type1_font(fonts[1].1).base_font(Name(b"Helvetica-Bold")).encoding_predefined(Name(b"WinAnsiEncoding"));
    japanese(&mut pdf, fonts[2].1, descendant, descriptor);
    pdf.finish()
}

/// A Japanese font that is not in the file: the reader has one, or takes another of the same characters.
fn japanese(pdf: &mut Pdf, font: Ref, descendant: Ref, descriptor: Ref) {
    let base = Name(b"HeiseiKakuGo-W5");
    pdf.type0_font(font)
        .base_font(Name(b"HeiseiKakuGo-W5-UniJIS-UTF16-H"))
        .encoding_predefined(Name(b"UniJIS-UTF16-H"))
        .descendant_font(descendant);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type0).base_font(base).font_descriptor(descriptor);
    cid.system_info(SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Japan1"), supplement: 6 });
    cid.default_width(1000.0);
    // Half-width katakana of Adobe-Japan1.
    cid.widths().same(327, 389, 500.0);
    cid.finish();
    pdf.font_descriptor(descriptor)
        .name(base)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-92.0, -250.0, 1010.0, 922.0))
        .italic_angle(0.0)
        .ascent(752.0)
        .descent(-221.0)
        .cap_height(737.0)
        // A regular weight: PDFium takes it from this when it puts another font in.
        .stem_v(80.0);
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn sheet(labels: &[Label], size: &Size, from: usize) -> Vec<u8> {
    let mut content = Content::new();
    for (nth, label) in labels.iter().enumerate() {
        let (x, y) = size.corner(from + nth);
        draw(&mut content, label, size, x, y);
    }
    content.finish().into_vec()
}

/// One label whose left upper corner is there, in millimetres from the sheet's: the square at left, the words at right.
fn draw(content: &mut Content, label: &Label, size: &Size, x: f32, y: f32) {
    let (wide, high) = size.label;
    // Printers do not hit the paper to the millimetre.
    let pad = if high > 25.0 { 2.5 } else { 1.5 };
    let side = (high - 2.0 * pad).min(26.0);
    // From the bottom, as PDF counts.
    let up = |down: f32| (size.page.1 - down) * MM;
    square(content, &label.address, x + pad, y + (high - side) / 2.0, side, size);
    let left = x + pad + side + 0.5;
    let room = (x + wide - pad - left) * MM;
    let small = high < 25.0;
    let (number, name, owner) = if small { (7.5, 6.5, 5.0) } else { (12.0, 9.5, 7.0) };
    let mut parts: Vec<(String, bool, f32)> = Vec::new();
    if !label.number.trim().is_empty() {
        // A number is read whole or not at all: it gets smaller before it is cut.
        let fits = (room / width(label.number.trim(), true)).clamp(number * 0.6, number);
        parts.extend(lines(&label.number, true, room / fits, 1).into_iter().map(|line| (line, true, fits)));
    }
    parts.extend(lines(&label.name, false, room / name, 2).into_iter().map(|line| (line, false, name)));
    parts.extend(
        lines(&label.owner, false, room / owner, if small { 1 } else { 2 })
            .into_iter()
            .map(|line| (line, false, owner)),
    );
    let leading = if small { 1.2 } else { 1.3 };
    let height: f32 = parts.iter().map(|(.., size)| size * leading).sum::<f32>() / MM;
    let mut down = y + ((high - height) / 2.0).max(pad * 0.5);
    for (text, bold, letters) in parts {
        down += letters * leading / MM;
        // The line stands on its ground line, a quarter of its height above its foot.
        let ground = up(down) + letters * 0.28;
        content.begin_text();
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, left * MM, ground]);
        for run in runs(&text) {
            match run {
                Run::Latin(bytes) => {
                    content.set_font(if bold { BOLD } else { PLAIN }, letters).show(Str(&bytes));
                }
                Run::Japanese(bytes) => {
                    content.set_font(JAPANESE, letters).show(Str(&bytes));
                }
            }
        }
        content.end_text();
    }
}

/// The square with its white edge, dark modules of a row as one bar.
#[expect(clippy::cast_precision_loss, reason = "a square has at most 177 modules a side")]
fn square(content: &mut Content, address: &str, x: f32, y: f32, side: f32, size: &Size) {
    // An address that does not fit (2331 bytes) is no address: the label has its words.
    let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else { return };
    let module = side / (code.size() + 2 * QUIET) as f32;
    let (left, top) = (x + QUIET as f32 * module, y + QUIET as f32 * module);
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            let begin = column;
            while column < code.size() && code.get_module(column, row) {
                column += 1;
            }
            if column > begin {
                let bottom = size.page.1 - top - (row + 1) as f32 * module;
                let (wide, start) = ((column - begin) as f32 * module, left + begin as f32 * module);
                content.rect(start * MM, bottom * MM, wide * MM, module * MM);
            }
            column += 1;
        }
    }
    content.fill_nonzero();
}
