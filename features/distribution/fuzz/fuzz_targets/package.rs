//! `cargo fuzz run package` in `features/distribution`: whatever a file holds, it is a package's head or an error.

#![no_main]

use yagura_distribution::package::read;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for magic in [b"".as_slice(), b"!<arch>\n", &[0xed, 0xab, 0xee, 0xdb]] {
        let _ = read(&[magic, bytes].concat());
    }
});
