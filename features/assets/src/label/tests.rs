use std::process::Command;

use proptest::prelude::*;

use super::{
    Label, Layout,
    text::{Run, lines, runs, width},
    write,
};

fn label(n: usize) -> Label {
    Label {
        address: format!("https://yagura.example.jp/a/0193a001-0000-7025-800b-{n:012}"),
        number: format!("P-2026-{n:04}"),
        name: "経理部 複合機 Apeos C3070".to_owned(),
        owner: "みなと精機株式会社".to_owned(),
    }
}

/// A page of a PDF as grey pixels, drawn by poppler; `None` where that is not installed.
fn drawn(pdf: &[u8], page: usize) -> Option<(usize, usize, Vec<u8>)> {
    let dir = tempfile::tempdir().unwrap();
    let (file, out) = (dir.path().join("labels.pdf"), dir.path().join("page"));
    std::fs::write(&file, pdf).unwrap();
    let number = page.to_string();
    let run = Command::new("pdftoppm")
        .args(["-r", "300", "-gray", "-singlefile", "-f", &number, "-l", &number])
        .args([&file, &out])
        .output()
        .ok()?;
    assert!(run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
    let image = std::fs::read(out.with_extension("pgm")).unwrap();
    // "P5", width, height, 255, then the pixels.
    let mut head = image.splitn(4, u8::is_ascii_whitespace);
    let mut word = || std::str::from_utf8(head.next().unwrap()).unwrap().to_owned();
    assert_eq!(word(), "P5");
    let (wide, high): (usize, usize) = (word().parse().unwrap(), word().parse().unwrap());
    Some((wide, high, image[image.len() - wide * high..].to_vec()))
}

/// What the squares on the faces of a page say, one after the other, as somebody who holds a phone before each.
fn read(pdf: &[u8], page: usize, layout: Layout) -> Option<Vec<String>> {
    let (wide, _, pixels) = drawn(pdf, page)?;
    let size = layout.size();
    let face = |face: usize| {
        let (x, y) = size.corner(face);
        let (left, top) = (px(x), px(y));
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(px(size.label.0), px(size.label.1), |x, y| {
            pixels.get((top + y) * wide + left + x).copied().unwrap_or(255)
        });
        image.detect_grids().first().map(|grid| grid.decode().unwrap().1)
    };
    Some((0..size.faces()).filter_map(face).collect())
}

/// Millimetres as pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths on a sheet")]
fn px(mm: f32) -> usize {
    (mm / 25.4 * 300.0) as usize
}

#[test]
fn the_square_of_every_label_on_every_paper_is_read_from_the_drawn_page() {
    for layout in Layout::ALL {
        let faces = layout.size().faces();
        let labels: Vec<_> = (1..=faces).map(label).collect();
        let pdf = write(&labels, *layout, 0, "labels");
        let Some(found) = read(&pdf, 1, *layout) else {
            println!("SKIPPED: pdftoppm (poppler-utils) is not installed");
            return;
        };
        let wanted: Vec<_> = labels.iter().map(|label| label.address.clone()).collect();
        assert_eq!(found, wanted, "{layout}");
    }
}

#[test]
fn printing_begins_at_the_first_face_that_is_left_and_goes_on_over_sheets() {
    let labels: Vec<_> = (1..=5).map(label).collect();
    let pdf = write(&labels, Layout::A4x24, 22, "labels");
    let (Some(first), Some(second)) = (read(&pdf, 1, Layout::A4x24), read(&pdf, 2, Layout::A4x24)) else {
        println!("SKIPPED: pdftoppm (poppler-utils) is not installed");
        return;
    };
    assert_eq!(first, [labels[0].address.clone(), labels[1].address.clone()]);
    assert_eq!(second, [labels[2].address.clone(), labels[3].address.clone(), labels[4].address.clone()]);
}

#[test]
fn nothing_is_drawn_outside_of_its_label() {
    let mut long = label(1);
    long.number = "とても長い管理番号-2026-本社-経理-0001-複合機".to_owned();
    long.name = "株式会社みなと精機 大阪第二工場 三階 資材置き場の奥の棚にある複合機 Apeos C3070 R2".to_owned();
    long.owner.push_str("ホールディングス資産管理部");
    for layout in Layout::ALL {
        let size = layout.size();
        let Some((wide, high, pixels)) = drawn(&write(std::slice::from_ref(&long), *layout, 0, "labels"), 1) else {
            println!("SKIPPED: pdftoppm (poppler-utils) is not installed");
            return;
        };
        let (x, y) = size.corner(0);
        let inside = |at: usize| {
            let (column, row) = (at % wide, at / wide);
            (px(x)..=px(x + size.label.0)).contains(&column) && (px(y)..=px(y + size.label.1)).contains(&row)
        };
        assert_eq!(pixels.len(), wide * high);
        let outside = pixels.iter().enumerate().filter(|(at, grey)| **grey < 200 && !inside(*at)).count();
        assert_eq!(outside, 0, "{layout}");
    }
}

#[test]
fn letters_are_drawn_in_the_font_that_has_them() {
    assert_eq!(
        runs("PC-1 経理"),
        [Run::Latin(b"PC-1 ".to_vec()), Run::Japanese(vec![0x7d, 0x4c, 0x74, 0x06])],
        "UTF-16, the higher byte first"
    );
    assert_eq!(runs("𠮷"), [Run::Japanese(vec![0xd8, 0x42, 0xdf, 0xb7])], "two units for one letter");
    assert_eq!(runs("a\u{0}\nb"), [Run::Latin(b"ab".to_vec())]);
}

#[test]
fn a_long_name_is_broken_between_its_words_and_cut_at_the_end() {
    assert_eq!(lines("Apeos C3070 Color", false, 6.0, 2), ["Apeos", "C3070 Color"]);
    assert_eq!(lines("経理部の複合機", false, 4.0, 2), ["経理部の", "複合機"]);
    assert_eq!(lines("経理部の複合機", false, 4.0, 1), ["経理部…"]);
    assert_eq!(lines("", false, 4.0, 2), Vec::<String>::new());
}

proptest! {
    #[test]
    fn any_text_fits_into_any_room_of_two_letters(text: String, room in 2.0_f32..40.0, most in 1_usize..4) {
        let found = lines(&text, false, room, most);
        prop_assert!(found.len() <= most);
        for line in &found {
            prop_assert!(width(line, false) <= room + 0.01, "{line} is {} wide", width(line, false));
        }
    }

    #[test]
    fn any_text_makes_a_file(number: String, name: String, owner: String, address: String) {
        let one = Label { address, number, name, owner };
        let pdf = write(&[one], Layout::A4x65, 64, "labels");
        prop_assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF"));
    }
}
