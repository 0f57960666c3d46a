//! `cargo fuzz run compare` in `engine/versions`: whatever is given as two versions has one order, or none.

#![no_main]

use yagura_versions::Scheme;

libfuzzer_sys::fuzz_target!(|texts: (&str, &str)| {
    for scheme in Scheme::ALL {
        if let Ok(order) = scheme.compare(texts.0, texts.1) {
            assert_eq!(scheme.compare(texts.1, texts.0), Ok(order.reverse()));
        }
    }
});
