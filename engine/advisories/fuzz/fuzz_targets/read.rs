//! `cargo fuzz run read golden` in `engine/advisories`: whatever comes as a feed is read or refused, in every format.

#![no_main]

use yagura_advisories::{Format, Limits, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for format in Format::ALL {
        let mut given = 0;
        let summary = read(format, bytes, &Limits::default(), &mut |_| {
            given += 1;
            Ok(())
        });
        if let Ok(summary) = summary {
            assert_eq!(summary.records, given);
        }
    }
});
