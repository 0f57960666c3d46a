//! Any text is stored as it is and found by any part of it; nothing in it has a special meaning.

use super::{
    Subject,
    fixture::{Sender, event, start, store, walk},
};
use crate::Query;

const SUBJECTS: &[&str] = &[
    r"C:\temp\new\tab.txt",
    "C:\temp\ta tab",
    r"\\server\share\営業部\金型.xlsx",
    "100%_done",
    "100 percent done",
    r#"she said "it's" fine"#,
    "smile 😀 family 👨‍👩‍👧",
    "ﾃﾞｰﾀ持ち出し",
    "データ持ち出し",
    "Ｓｅｃｒｅｔ　ｐｌａｎ",
    "cafe\u{301} au lait",
    "CAFÉ noir",
    "line\nbreak\r\nand \0 nul",
    "İstanbul ß ſ K Ω",
    "か\u{3099}く",
];

/// What is looked for, and the indexes in `SUBJECTS` where it must be found.
const CASES: &[(&str, &[usize])] = &[
    (r"\t", &[0]),
    ("\t", &[1]),
    (r"p\n", &[0]),
    (r"\\server\share", &[2]),
    (r"\\", &[2]),
    (r"\", &[0, 2]),
    ("部", &[2]),
    ("%", &[3]),
    ("_", &[3]),
    ("0%_d", &[3]),
    ("100", &[3, 4]),
    ("\"", &[5]),
    ("'", &[5]),
    ("it's\"", &[5]),
    ("😀", &[6]),
    ("👩", &[6]),
    ("データ", &[7, 8]),
    ("ﾃﾞｰﾀ", &[7, 8]),
    ("secret plan", &[9]),
    ("ＳＥＣＲＥＴ", &[9]),
    ("café", &[10, 11]),
    ("CAFE\u{301}", &[10, 11]),
    ("\n", &[12]),
    ("\0", &[12]),
    ("k ω", &[13]),
    ("が", &[14]),
    ("か\u{3099}", &[14]),
    ("*", &[]),
    ("?", &[]),
    ("' OR 1=1 --", &[]),
];

pub(super) async fn run(subject: &mut impl Subject) {
    let mut sender = Sender::new(1);
    let as_subject = SUBJECTS.iter().map(|text| event(text)).collect();
    let mut as_body: Vec<_> = SUBJECTS.iter().map(|text| event("-").with("note", *text)).collect();
    as_body.iter_mut().for_each(|event| event.subject = None);
    store(&subject.store(), sender.batch(start(), as_subject)).await;
    store(&subject.store(), sender.batch(start(), as_body)).await;
    for settled in [false, true] {
        if settled {
            subject.settle().await;
        }
        for (text, expected) in CASES {
            let found = walk(&subject.store(), &Query { text: Some((*text).to_owned()), ..Query::new() }).await;
            let mut found: Vec<_> = found.iter().map(|event| usize::try_from(event.seq - 1).unwrap()).collect();
            found.sort_unstable();
            let in_body = expected.iter().map(|index| index + SUBJECTS.len());
            let expected: Vec<_> = expected.iter().copied().chain(in_body).collect();
            assert_eq!(found, expected, "{text:?} (settled: {settled})");
        }
        let mut all = walk(&subject.store(), &Query::new()).await;
        all.sort_by_key(|event| event.seq);
        let texts: Vec<_> =
            all.iter().take(SUBJECTS.len()).map(|event| event.event.subject.as_deref().unwrap()).collect();
        assert_eq!(texts, SUBJECTS, "texts come back as they went in");
    }
}
