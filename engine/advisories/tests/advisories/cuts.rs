use proptest::prelude::*;
use yagura_advisories::ReadError;

use crate::golden::{FEEDS, all, feed};

/// A feed that ends early says so, and what it gave before is the beginning of what the whole one gives.
fn check(name: &str, format: yagura_advisories::Format, length: usize) {
    let whole = feed(name);
    let (wanted, _) = all(format, &whole);
    let cut = &whole[..length];
    let (records, summary) = all(format, cut);
    assert_eq!(records, wanted[..records.len()], "{name} cut at {length}");
    // Without the blank at the end it is whole, except where a line's end says that the line is.
    if cut.trim_ascii_end().len() < whole.trim_ascii_end().len() {
        match summary {
            Err(ReadError::Cut { at, .. }) => assert!(at <= length as u64, "{name}: {at} of {length}"),
            // A list of lines that was cut between two: only our own counts them.
            Ok(_) if name == "epss.csv" && cut.ends_with(b"\n") => {}
            // The first entries were all bad, and that is told before.
            Err(ReadError::Changed { .. }) => {}
            other => panic!("{name} cut at {length}: {other:?}"),
        }
    }
}

#[test]
fn a_feed_that_was_cut_anywhere_says_so_and_gives_nothing_twice() {
    for (name, format, _) in FEEDS {
        let length = feed(name).len();
        // Every place near the ends, and one in seven between.
        for at in (0..length).filter(|at| at % 7 == 0 || *at < 200 || *at + 200 > length) {
            check(name, format, at);
        }
    }
}

proptest! {
    #[test]
    fn a_feed_with_a_changed_byte_is_read_or_refused(
        which in 0..FEEDS.len(), at in any::<prop::sample::Index>(), byte in any::<u8>(), end in any::<prop::sample::Index>(),
    ) {
        let (name, format, _) = FEEDS[which];
        let mut bytes = feed(name);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (records, summary) = all(format, &bytes);
        if let Ok(summary) = summary {
            prop_assert_eq!(summary.records, records.len() as u64);
        }
        bytes.truncate(end.index(bytes.len()));
        drop(all(format, &bytes));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}<>/\",:a-z0-9 \\\\-]{0,100}") {
        for (_, format, _) in FEEDS {
            drop(all(format, &bytes));
            drop(all(format, text.as_bytes()));
        }
    }
}
